"""`manage.py run`, the whole of it: a city comes to life, and goes without leaving anything behind."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from redis import Redis

from coursier.embedded.ports import free_port
from coursier.embedded.stack import PROJECT

pytestmark = [pytest.mark.stack, pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes in /proc")]
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


@pytest.fixture
def city(tmp_path):
    started = []

    def start(**options):
        started.append(City(tmp_path, **options))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()
        one.output.close()
        for pid in one.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def delivered(city):
    """How many orders the demo's merchants have had delivered, asked with all of their keys."""
    keys = json.loads((city.var / "robots.json").read_text())["api_keys"].values()
    with httpx.Client(base_url=f"http://127.0.0.1:{city.port}", trust_env=False) as client:
        pages = [
            client.get("/v1/orders?status=delivered&limit=100", headers={"Authorization": f"Bearer {key}"}).json()
            for key in keys
        ]
    return sum(len(page["data"]) for page in pages)


def test_a_city_comes_to_life_delivers_is_paused_and_goes_on(city):
    first = city()
    first.wait_until_live()
    wait_for(lambda: delivered(first) > 0, seconds=120)
    assert (first.var / "basemap.json").stat().st_size > 1000
    sign_ins = json.loads((first.var / "demo.json").read_text())
    assert sign_ins["dispatcher_password"] in first.said()
    assert first.stop(signal.SIGINT) == 0
    wait_for(lambda: not first.processes())

    (at_first,) = re.findall(r"It is (\d\d:\d\d) on", first.said())
    second = city(port=first.port)
    second.wait_until_live()
    (at_second,) = re.findall(r"It is (\d\d:\d\d) on", second.said())
    assert at_second > at_first, "the city did not go on from where it was"
    assert sign_ins["dispatcher_password"] in second.said()
    assert delivered(second) > 0
    assert second.stop(signal.SIGTERM) == 0
    wait_for(lambda: not second.processes())


def test_a_killed_program_comes_back_and_a_killed_command_leaves_nobody(city):
    one = city()
    one.wait_until_live()
    redis, port = one.redis()
    os.kill(redis, signal.SIGKILL)

    def is_back():
        with contextlib.suppress(Exception), Redis(port=port) as store:
            return store.ping()
        return False

    wait_for(is_back)
    os.kill(one.process.pid, signal.SIGKILL)
    one.process.wait()
    wait_for(lambda: not one.processes(), seconds=40)


def test_a_taken_port_is_one_clear_line_and_exit_code_2(city):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        refused = city(port=other.getsockname()[1])
        assert refused.process.wait(60) == 2
    (line,) = refused.said().splitlines()
    assert "is taken" in line
    assert "make run PORT=" in line
    assert not refused.processes()
