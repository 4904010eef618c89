"""Servers that a process starts for a while, for its tests or its measurements. They end with it, however it ends."""

import atexit
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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


def start_server(command_on: Callable[[int], Sequence[str]], *, as_another: Sequence[str] = ()) -> Server:
    """Start a server on a free port and wait until it listens, anew if somebody took the port. Raises TimeoutError.

    `as_another`: the words before the command that run it as another user, if it must be one.
    """
    for _ in range(TRIES):
        port = free_port()
        process = subprocess.Popen(  # noqa: S603 - the caller's own command, without a shell
            [*_ending_with_us(as_another), *command_on(port)],
            stdout=DEVNULL,
            stderr=DEVNULL,
            start_new_session=True,  # Ctrl-C is for whoever started it, who then stops its servers in order
        )
        deadline = time.monotonic() + UP_WITHIN_S
        while process.poll() is None and not somebody_listens(port) and time.monotonic() < deadline:
            time.sleep(0.02)
        server = Server(port, process)
        if process.poll() is None and somebody_listens(port):
            atexit.register(server.stop)
            return server
        server.stop()
    raise TimeoutError(f"no server came up: {' '.join(command_on(0))}")


def _ending_with_us(as_another: Sequence[str]) -> list[str]:
    """The words before a command that let the kernel end it with this process, even when that is killed."""
    if not shutil.which("setpriv"):
        return list(as_another)
    return [*(as_another or ["setpriv"]), "--pdeathsig", "KILL"]
