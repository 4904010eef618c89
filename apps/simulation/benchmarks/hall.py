"""A hall for a benchmark: a temporary folder with a database, a Redis and the platform's programs, all of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from apps.simulation.benchmarks.errors import BenchFailed
from coursier.embedded.ports import LOOPBACK
from coursier.embedded.postgresql import PostgreSQL, start_postgresql
from coursier.embedded.preflight import redis_server
from coursier.embedded.programs import Program, redis_program
from coursier.embedded.servers import Server, Surroundings, start_server
from coursier.embedded.stack import PROJECT, undisturbed

POSTGRESQL_OPTIONS = {"shared_buffers": "512MB"}  # a quarter of a small server; else as PostgreSQL comes, and durable
WEB_UP_WITHIN_S = 90.0
STOPS_WITHIN_S = 10.0
LAST_WORDS = 1_500
_NOT_OURS = ("COURSIER_", "DATABASE_URL", "REDIS_URL", "DJANGO_")


class Store(StrEnum):
    """Databases that are measured."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(slots=True)
class Hall:
    """Where the programs of one run live. They end with it, in the reverse order of their start."""

    folder: Path
    opened: ExitStack
    environment: dict[str, str]
    programs: dict[str, int] = field(default_factory=dict)
    """The first process of each."""
    cluster: PostgreSQL | None = None

    def start_web(self, name: str, **environment: str) -> tuple[str, int]:
        """One gunicorn, set up by the product's own gunicorn.conf.py. Returns its address. Raises BenchFailed."""
        log = self.folder / f"{name}.log"
        words = (sys.executable, "-m", "gunicorn", "coursier.wsgi", "--config", "gunicorn.conf.py")
        surroundings = Surroundings(
            environment=self.environment | environment, folder=PROJECT, log=log, up_within_s=WEB_UP_WITHIN_S
        )
        try:
            server = start_server(lambda port: (*words, "--bind", f"{LOOPBACK}:{port}"), surroundings)
        except TimeoutError:
            raise BenchFailed(f"the {name} did not start: {log.read_text()[-LAST_WORDS:]}") from None
        self._keep(name, server)
        return LOOPBACK, server.port

    def start_program(self, program: Program, **environment: str) -> None:
        """A worker or the beat, as the platform starts it."""
        log = (self.folder / f"{program.name}.log").open("w")
        self.opened.callback(log.close)
        process = subprocess.Popen(  # noqa: S603 - our own command
            program.command, cwd=PROJECT, env=self.environment | environment, stdout=log, stderr=subprocess.STDOUT
        )
        self.programs[program.name] = process.pid
        self.opened.callback(_stop, process)

    def manage(self, *words: str) -> bytes:
        """Run a command of manage.py to its end. Returns what it wrote. Raises BenchFailed."""
        command: Sequence[str] = (sys.executable, "manage.py", *words)
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=PROJECT, env=self.environment, capture_output=True, check=False
        )
        if done.returncode:
            raise BenchFailed(f"manage.py {words[0]} failed: {done.stderr.decode()[-LAST_WORDS:]}")
        return done.stdout

    def start_stores(self, store: Store) -> None:
        """An empty database with its tables, and a Redis as the platform starts its own: appended to a file."""
        self.environment["DATABASE_URL"] = self._start_database(store)
        folder = self.folder / "redis"
        server = start_server(lambda port: redis_program(server=redis_server(), port=port, folder=folder).command)
        self._keep("redis", server)
        self.environment["REDIS_URL"] = f"redis://{LOOPBACK}:{server.port}/0"
        self.manage("migrate", "--verbosity", "0")

    def _start_database(self, store: Store) -> str:
        """Returns what `DATABASE_URL` is to be."""
        if store == Store.SQLITE:
            return f"sqlite:///{self.folder / 'bench.sqlite3'}"
        self.cluster = start_postgresql(self.folder / "postgresql", options=POSTGRESQL_OPTIONS)
        self._keep("database", self.cluster.server)
        return self.cluster.url

    def _keep(self, name: str, server: Server) -> None:
        self.programs[name] = server.process.pid
        self.opened.callback(server.stop, within_s=STOPS_WITHIN_S)


@contextmanager
def open_hall(store: Store, environment: Mapping[str, str]) -> Iterator[Hall]:
    """A hall with its stores started. Everything is stopped and removed afterwards.

    Raises BenchFailed, or CannotStart where PostgreSQL is not installed.
    """
    with _folder() as folder, ExitStack() as opened:
        (folder / "var").mkdir()
        hall = Hall(folder, opened, {**_environment(folder), **environment})
        hall.start_stores(store)
        yield hall


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment(folder: Path) -> dict[str, str]:
    """As the platform is deployed; but nobody is held to so many requests a second."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)}
    return kept | {
        "COURSIER_RATE_LIMIT_PER_S": "0",
        "COURSIER_SECRET_KEY": "load-" + "k" * 60,
        "COURSIER_VAR_DIR": str(folder / "var"),
        "COURSIER_LOG_LEVEL": "WARNING",
        "COURSIER_GRACEFUL_SECONDS": "2",
    }


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="coursier-bench-"))
    folder.chmod(0o711)  # PostgreSQL runs as another user and must get at its own folder inside
    try:
        yield folder
    finally:
        with undisturbed():
            shutil.rmtree(folder, ignore_errors=True)
