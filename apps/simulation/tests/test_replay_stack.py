"""A tiny day through the real platform, with and without trouble."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.simulation.tests.test_replay_day import COURIERS, PARAMETERS, RESTAURANTS
from coursier.embedded.stack import PROJECT

pytestmark = pytest.mark.stack
ORDERS = "order\tx\ty\tplacement_time\trestaurant\tready_time\n" + "".join(
    f"o{n}\t{1000 + 150 * n}\t{2000 - 100 * n}\t{5 + 3 * n}\tr{1 + n % 2}\t{12 + 3 * n}\n" for n in range(8)
)
NOT_OURS = ("DATABASE_URL", "REDIS_URL", "COURSIER_CLOCK_ORIGIN", "COURSIER_ROLE")


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "library" / "tiny"
    folder.mkdir(parents=True)
    files = {"restaurants": RESTAURANTS, "orders": ORDERS, "couriers": COURIERS, "instance_parameters": PARAMETERS}
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
    return folder.parent


def start(library, temporary, *options):
    """The command, with its own place for temporary folders so that what it leaves is seen."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    return subprocess.Popen(
        [sys.executable, "manage.py", "replay", "--data", str(library), "--instance", "tiny", *options],
        cwd=PROJECT,
        env=environment | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def temporary(tmp_path):
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    "options", [("--speed", "120"), ("--speed", "60", "--faults")], ids=["a quiet day", "a day with faults"]
)
def test_a_day_is_replayed_and_told_in_one_line(library, temporary, options):
    replay = start(library, temporary, *options)
    told, words = replay.communicate(timeout=300)
    assert replay.returncode == 0, words
    report = json.loads(told)
    assert (report["orders"], report["delivered"], report["undelivered"]) == (8, 8, 0)
    assert (report["lost"], report["double_assigned"]) == (0, 0)
    assert 0 < report["engine_click_to_door_min"] < 40
    assert report["engine_undelivered"] == 0
    assert 0 < report["click_to_door_min"] < report["engine_click_to_door_min"] + 10
    assert (report["faults"] > 0) == ("--faults" in options)
    assert (report["habits"], report["repeated"], report["offline_min"]) == ("ideal", 0, 0)
    assert report["actions"] > 8 * len(("arrive", "pick_up", "arrive", "deliver"))
    assert report["actions_wrong"] == 0
    assert (report["scans"], report["proofs"], report["proofs_lost"], report["proofs_doubled"]) == (0, 0, 0, 0)
    assert list(temporary.iterdir()) == []


def test_a_day_of_people_loses_nothing_and_takes_nothing_for_two(library, temporary):
    replay = start(library, temporary, "--speed", "120", "--habits", "human", "--freelancers", "0.5")
    told, words = replay.communicate(timeout=300)
    assert replay.returncode == 0, words
    report = json.loads(told)
    assert (report["orders"], report["lost"], report["double_assigned"], report["actions_wrong"]) == (8, 0, 0, 0)
    assert report["delivered"] > 0
    assert (report["proofs_lost"], report["proofs_doubled"]) == (0, 0)
    assert report["proofs"] > 0
    assert report["scans"] > 0
    assert report["habits"] == "human"
    assert report["offline_min"] > 0
    assert report["held_back"] > 0


def test_an_interrupted_day_leaves_nothing_behind(library, temporary):
    replay = start(library, temporary, "--speed", "1")
    deadline = time.monotonic() + 90
    while not list(temporary.glob("coursier-replay-*/log/web.log")):
        assert time.monotonic() < deadline, "the stack did not start"
        time.sleep(0.2)
    (folder,) = temporary.glob("coursier-replay-*")
    replay.send_signal(signal.SIGINT)
    told, _ = replay.communicate(timeout=60)
    assert replay.returncode == 130
    assert told == ""
    assert list(temporary.iterdir()) == []
    assert not [entry for entry in Path("/proc").glob("[0-9]*/cmdline") if str(folder).encode() in _text(entry)]


def _text(entry):
    try:
        return entry.read_bytes()
    except OSError:
        return b""
