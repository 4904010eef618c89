"""A running platform: started, watched and stopped as one."""

import logging
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from redis import Redis
from redis.exceptions import RedisError

from coursier.embedded import programs
from coursier.embedded.pace import Pace
from coursier.embedded.ports import LOOPBACK, free_port
from coursier.embedded.preflight import CannotStart, redis_server
from coursier.embedded.programs import Program
from coursier.embedded.supervision import Folders, configuration, supervisor_command

logger = logging.getLogger(__name__)
PROJECT = Path(__file__).resolve().parent.parent.parent
STOP_SECONDS = 8.0
READY_SECONDS = 90.0
LAST_LINES = 12
TOLD_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, kw_only=True)
class StackPlan:
    """What to start, and where. Without a `redis_url` a Redis is started on a free port of its own."""

    var: Path
    pace: Pace
    database_url: str
    web_port: int = field(default_factory=free_port)
    host: str = LOOPBACK
    redis_url: str = ""
    redis_port: int = field(default_factory=free_port)
    robots_city: Path | None = None
    """The file of the robots to run as a program of the stack; None: no robots."""
    robots_habits: str = "mild"

    @property
    def broker_url(self) -> str:
        """Where the stack's Redis answers."""
        return self.redis_url or f"redis://{LOOPBACK}:{self.redis_port}/0"

    @property
    def web_url(self) -> str:
        """Where a browser or a robot on this machine finds the platform."""
        host = LOOPBACK if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - read, not bound
        return f"http://{host}:{self.web_port}"

    def environment(self) -> dict[str, str]:
        """What every process of the stack is told, on top of the environment that it is started from."""
        return {
            **self.pace.environment(),
            "COURSIER_ROLE": "all",
            "COURSIER_VAR_DIR": str(self.var),
            "COURSIER_SIGN_IN_CODE_SENDER": "folder",
            "COURSIER_BIND": f"{self.host}:{self.web_port}",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.broker_url,
            "DJANGO_SETTINGS_MODULE": "coursier.settings",
            "PYTHONUNBUFFERED": "1",
        }

    def full_environment(self) -> dict[str, str]:
        """The whole environment of a process of this stack."""
        return {**os.environ, **self.environment()}

    def programs(self) -> tuple[Program, ...]:
        """All processes, stores first. Raises CannotStart when a Redis is wanted and there is none."""
        stores = () if self.redis_url else (self._redis(),)
        robots = (self._robots(self.robots_city),) if self.robots_city else ()
        beat = programs.beat_program(folder=self.var)
        return (*stores, programs.web_program(), *programs.worker_programs(), beat, *robots)

    def _robots(self, city: Path) -> Program:
        return programs.robots_program(city=city, url=self.web_url, habits=self.robots_habits)

    def _redis(self) -> Program:
        return programs.redis_program(server=redis_server(), port=self.redis_port, folder=self.var / "redis")


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let no signal interrupt the block: somebody presses Ctrl-C twice while everything is being stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in TOLD_TO_STOP}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Stack:
    """The processes of one platform. Use it as a context manager: leaving the block stops everything."""

    def __init__(self, plan: StackPlan, *, programs: Sequence[Program] | None = None) -> None:
        self.plan = plan
        self._programs = tuple(programs) if programs is not None else plan.programs()
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._folders: Folders | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the supervisor, which starts the rest. Returns at once."""
        folders = Folders(PROJECT, self.plan.var, self.plan.var / "run")
        shutil.rmtree(folders.run, ignore_errors=True)  # of a start that was killed
        folders.run.mkdir(parents=True)
        folders.log.mkdir(parents=True, exist_ok=True)
        config = folders.run / "supervisord.conf"
        config.write_text(configuration(self._programs, folders))
        self._folders = folders
        self._supervisor = subprocess.Popen(  # noqa: S603 - our own interpreter and configuration
            self._tethered(supervisor_command(config)),
            cwd=PROJECT,
            env={**self.plan.full_environment(), "TMPDIR": str(folders.run)},  # what a killed worker leaves goes too
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us alone: we stop the others in order
        )

    def is_up(self) -> bool:
        """Whether the supervisor runs."""
        return self._supervisor is not None and self._supervisor.poll() is None

    def pid_of(self, program: str) -> int | None:
        """The process id of a program, which is also its process group; None before its first start."""
        if self._folders is None:
            return None
        try:
            return int(self._folders.pid_file(program).read_text())
        except (FileNotFoundError, ValueError):
            return None

    def kill(self, program: str) -> bool:
        """SIGKILL a program with all its children, as a machine that fails would. False when it does not run."""
        pid = self.pid_of(program)
        if pid is None:
            return False
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def wait_until_ready(self, *, seconds: float = READY_SECONDS) -> None:
        """Return once the platform answers and its Redis too. Raises CannotStart with the last words of the logs."""
        self.wait_for(self._answers, seconds=seconds, what="an answer of /healthz/ready")

    def wait_for(self, condition: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Return once the condition holds. Raises CannotStart when it does not in time, or the supervisor ended."""
        deadline = time.monotonic() + seconds
        while not condition():
            if not self.is_up():
                raise CannotStart(f"The supervisor ended while waiting for {what}.{self.last_words()}")
            if time.monotonic() > deadline:
                raise CannotStart(f"No sign of {what} within {seconds:g} s.{self.last_words()}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            Redis.from_url(self.plan.broker_url, socket_connect_timeout=1, socket_timeout=1).ping()
            return httpx.get(f"{self.plan.web_url}/healthz/ready", timeout=2).status_code == 200
        except (RedisError, httpx.HTTPError):
            return False

    def last_words(self) -> str:
        """The ends of the log files of programs that do not run."""
        if self._folders is None:
            return ""
        words = []
        for program in self._programs:
            log = self._folders.log / f"{program.name}.log"
            if not self._runs(program.name) and log.exists():
                lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
                words.append("\n".join([f"\n--- {log}", *lines]))
        return "".join(words)

    def stop(self) -> None:
        """Stop everything, politely for a few seconds and then not. Safe to call twice."""
        if self._supervisor is None or self._folders is None:
            return
        with undisturbed():
            self._end_supervisor(self._supervisor)
            for program in self._programs:
                self.kill(program.name)
            shutil.rmtree(self._folders.run, ignore_errors=True)
        self._supervisor = self._folders = None

    def _end_supervisor(self, supervisor: "subprocess.Popen[bytes]") -> None:
        supervisor.terminate()
        try:
            supervisor.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("The supervisor did not stop within %g s: killed.", STOP_SECONDS)
            supervisor.kill()
            supervisor.wait()

    def _runs(self, program: str) -> bool:
        pid = self.pid_of(program)
        if pid is None:
            return False
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _tethered(self, command: tuple[str, ...]) -> tuple[str, ...]:
        assert self._folders is not None  # noqa: S101 - start() has just made them
        return (command[0], "-m", "coursier.embedded.tether", str(self._folders.pid_file("supervisor")), *command)
