"""Real processes that race each other on the test database: an arena of contenders, told to go all at once."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Call:
    """What a contender is to do: one of `tests.contender.CALLS` with its arguments."""

    name: str
    arguments: tuple[Any, ...] = ()

    def as_line(self) -> str:
        """As the contender reads it."""
        plain = [str(value) if isinstance(value, UUID) else value for value in self.arguments]
        return json.dumps({"name": self.name, "arguments": plain}) + "\n"


def call(name: str, *arguments: Any) -> Call:
    """Short for a Call."""
    return Call(name, arguments)


class Arena:
    """A few contenders that stay for many races."""

    def __init__(self, *, database_url: str, size: int, locks_open: bool) -> None:
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "REDIS_URL": settings.REDIS_URL,
            "COURSIER_TEST_LOCKS": "open" if locks_open else "",
            "COURSIER_LOG_LEVEL": "ERROR",
        }
        self.contenders = [
            subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "tests.contender"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=environment,
            )
            for _ in range(size)
        ]
        for contender in self.contenders:
            assert contender.stdout is not None
            assert contender.stdout.readline().strip() == "ready"

    def race(self, *calls: Call) -> list[str]:
        """Give each contender one call, all at once. Returns their answers in the same order."""
        assert len(calls) <= len(self.contenders)
        running = self.contenders[: len(calls)]
        for contender, given in zip(running, calls, strict=True):
            assert contender.stdin is not None
            contender.stdin.write(given.as_line())
        for contender in running:
            assert contender.stdin is not None
            contender.stdin.flush()
        answers = []
        for contender in running:
            assert contender.stdout is not None
            answers.append(str(json.loads(contender.stdout.readline())))
        return answers

    def close(self) -> None:
        """End the contenders."""
        for contender in self.contenders:
            assert contender.stdin is not None
            contender.stdin.close()
            contender.wait(timeout=20)
            assert contender.stdout is not None
            contender.stdout.close()
