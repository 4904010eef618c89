"""Servers that a process starts for a while, for its tests or its measurements. They end with it, however it ends."""

import atexit
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL

from coursier.embedded.ports import free_port, somebody_listens

TRIES = 5
UP_WITHIN_S = 20.0
STOP_WITHIN_S = 3.0


@dataclass(frozen=True, slots=True)
class Server:
    """A process that listens on a port of this machine."""

    port: int
    process: "subprocess.Popen[bytes]"

    def stop(self, *, within_s: float = STOP_WITHIN_S) -> None:
        """Ask it to end, and kill it when it does not. Safe to call twice."""
        self.process.terminate()
        try:
            self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a server is started in. None: as the process that starts it; what it says goes nowhere."""

    as_another: Sequence[str] = ()
    """The words before its command that run it as another user, if it must be one."""
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    log: Path | None = None
    up_within_s: float = UP_WITHIN_S


def start_server(command_on: Callable[[int], Sequence[str]], surroundings: Surroundings = Surroundings()) -> Server:
    """Start a server on a free port and wait until it listens, anew if somebody took the port. Raises TimeoutError."""
    for _ in range(TRIES):
        port = free_port()
        process = _process([*_ending_with_us(surroundings.as_another), *command_on(port)], surroundings)
        deadline = time.monotonic() + surroundings.up_within_s
        while process.poll() is None and not somebody_listens(port) and time.monotonic() < deadline:
            time.sleep(0.02)
        server = Server(port, process)
        if process.poll() is None and somebody_listens(port):
            atexit.register(server.stop)
            return server
        server.stop()
    raise TimeoutError(f"no server came up: {' '.join(command_on(0))}")


def _process(command: Sequence[str], surroundings: Surroundings) -> "subprocess.Popen[bytes]":
    with surroundings.log.open("ab") if surroundings.log else nullcontext(DEVNULL) as output:
        return subprocess.Popen(  # noqa: S603 - the caller's own command, without a shell
            command,
            env=surroundings.environment,
            cwd=surroundings.folder,
            stdin=DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for whoever started it, who then stops its servers in order
        )


def _ending_with_us(as_another: Sequence[str]) -> list[str]:
    """The words before a command that let the kernel end it with this process, even when that is killed."""
    if not shutil.which("setpriv"):
        return list(as_another)
    return [*(as_another or ["setpriv"]), "--pdeathsig", "KILL"]
