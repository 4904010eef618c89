"""`manage.py run`, the whole of it: a city comes to life, and goes without leaving anything behind."""

import contextlib
import json
import os
import re
import signal
import socket
from pathlib import Path

import httpx
import pytest
from redis import Redis

from tests.running import City, wait_for

pytestmark = [pytest.mark.stack, pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes in /proc")]


@pytest.fixture
def city(tmp_path):
    started = []

    def start(**options):
        started.append(City(tmp_path, **options))
        return started[-1]

    yield start
    for one in started:
        one.end()


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
