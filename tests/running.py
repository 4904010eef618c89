"""A platform started as a user would, by `manage.py run`, in a folder of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from coursier.embedded.ports import free_port
from coursier.embedded.stack import PROJECT

NOT_OURS = ("DATABASE_URL", "REDIS_URL", "COURSIER_CLOCK_ORIGIN", "COURSIER_ROLE")


class City:
    """A run of the command in a folder."""

    def __init__(self, var, port=None, *, speed=60):
        self.var, self.port = var, port or free_port()
        environment = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        self.output = (var / "output").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-u", "manage.py", "run", "--port", str(self.port), "--speed", str(speed)],
            cwd=PROJECT,
            env=environment | {"COURSIER_VAR_DIR": str(var)},
            stdout=self.output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def said(self):
        """Everything it wrote so far."""
        return (self.var / "output").read_text()

    def wait_until_live(self):
        """Return when it says where it runs."""
        wait_for(lambda: "Coursier runs at" in self.said() or self.process.poll() is not None, seconds=120)
        assert self.process.poll() is None, self.said()

    def processes(self):
        """Process ids of everything that was started for this folder."""
        return [pid for pid, traces in running() if traces & {f"COURSIER_VAR_DIR={self.var}", str(self.var / "redis")}]

    def redis(self):
        """Process id and port of its Redis."""
        (pid,) = [pid for pid, traces in running() if str(self.var / "redis") in traces]
        return pid, int(Path(f"/proc/{pid}/cmdline").read_text().rpartition(":")[2].strip(" \0"))

    def end(self):
        """Kill the command and whatever it started."""
        self.process.kill()
        self.process.wait()
        self.output.close()
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self, number):
        """Send a signal to the command. Returns its exit code once it is gone."""
        self.process.send_signal(number)
        return self.process.wait(30)


def running():
    """Process ids with their variables and their folder: Redis writes its title over its variables."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                variables = (entry / "environ").read_text(errors="replace").split("\0")
                yield int(entry.name), {*variables, str((entry / "cwd").readlink())}


def wait_for(condition, *, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)
    return found
