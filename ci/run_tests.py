"""Runs the suite on SQLite, PostgreSQL and MongoDB, two at a time, and says at the end how each went.

Tests that use no database, start a whole stack or drive a browser run once, with SQLite; the others run on all three.
The longest begins: the stand-in for MongoDB is slow, and takes as long as the other two together. A database whose
program is missing is skipped; where CI=true it fails.
"""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATABASES = ("mongodb", "sqlite", "postgresql")
AT_A_TIME = 2
SUMMARY = re.compile(r"^=*\s*((?:\d+ [a-z]+(?:, )?)+ in [\d.]+s.*?)\s*=*$|^(Exit: .*|.*: (?:skipped|failed))$")


@dataclass(frozen=True)
class Outcome:
    """How the suite went on one database: pytest's exit code and its last line."""

    database: str
    exit_code: int
    summary: str


def main(options: list[str]) -> int:
    """Run the suites, two side by side. `options` are handed to pytest. Returns 0 when nothing failed."""
    began = time.monotonic()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        outcomes = list(pool.map(lambda database: run_suite(database, options), DATABASES))
    print(f"\nThe suite on {len(outcomes)} databases, {time.monotonic() - began:.0f} s in all:")
    for outcome in outcomes:
        print(f"{outcome.database:<11} {'ok    ' if outcome.exit_code == 0 else 'FAILED'} {outcome.summary}")
    return max(abs(outcome.exit_code) for outcome in outcomes)


def run_suite(database: str, options: list[str]) -> Outcome:
    """pytest on one database; what it says is printed in one piece when it ends."""
    print(f"{database}: started", flush=True)
    once = [] if database == "sqlite" else ["--database-only"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *once, *options]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment | {"COURSIER_TEST_DATABASE": database},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(f"\n----- {database} -----\n{done.stdout.rstrip()}", flush=True)
    return Outcome(database, done.returncode, last_words(done.stdout))


def last_words(said: str) -> str:
    """pytest's summary: "212 passed, 1 skipped in 34.52s", or why it did not run."""
    for line in reversed(said.splitlines()):
        if SUMMARY.match(line):
            return line.strip("= !")
    return "no summary: see above"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
