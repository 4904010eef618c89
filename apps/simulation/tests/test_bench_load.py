"""The load benchmark from its options to its tables; once against real servers."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.simulation.benchmarks.errors import BenchFailed
from apps.simulation.benchmarks.load_cpu import GENERATOR, OTHERS, CpuMeter
from apps.simulation.benchmarks.load_results import Bounds, Latencies, Rates, Relayed, Round, StoreResult, Times
from apps.simulation.benchmarks.load_rounds import Plan, written_rows
from apps.simulation.benchmarks.load_summary import markdown
from coursier.embedded.stack import PROJECT

BURN = "import time; began = time.process_time()\nwhile time.process_time() - began < 0.4: pass"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN!r}]); sys.stdin.read()"


def round_with(per_second=100.0, *, p95_ms=20.0, errors=None, **changes):
    plain = Round(
        per_second=per_second,
        times=Times(10.0, p95_ms, 30.0, 41.4),
        right=800,
        errors=errors or {},
        checked_bodies=40,
        late_start_p99_ms=0.1,
        cpu_ms=4.25,
        cores={"product": 1.5, "generator": 0.06, "others": 0.01},
        by_process={"product": [0.8, 0.7, 0.001]},
    )
    return replace(plain, **changes)


def rates_of(product, probe):
    return Rates(
        "orders created", tuple(map(round_with, product)), tuple(map(round_with, probe)), Bounds(goal=0.6, floor=0.4)
    )


def latencies_of(p95_ms, **changes):
    return Latencies("orders created, 30/s", round_with(p95_ms=p95_ms, **changes), None, Bounds(goal=40, floor=100))


def test_a_ratio_is_of_medians_and_held_to_its_bounds():
    assert rates_of([10, 300, 330], [500, 510, 9_000]).ratio == pytest.approx(300 / 510)
    found = {ratio: rates_of([ratio], [1000]).verdict for ratio in (600, 599, 400, 399, 0)}
    assert found == {600: "goal", 599: "floor", 400: "floor", 399: "BELOW", 0: "BELOW"}
    assert rates_of([100], [0]).verdict == "BELOW"


def test_times_are_held_to_their_bounds_and_to_no_error():
    found = {p95_ms: latencies_of(p95_ms).verdict for p95_ms in (39.9, 40.0, 99.9, 100.0)}
    assert found == {39.9: "goal", 40.0: "floor", 99.9: "floor", 100.0: "BELOW"}
    assert latencies_of(1.0, errors={"status 429": 1}).verdict == "BELOW"


def test_the_table_says_what_was_reached_and_what_went_wrong():
    rates = rates_of([310, 300, 290], [500, 510, 490])
    latencies = latencies_of(12.3, errors={"status 503: away": 2})
    result = StoreResult("sqlite", 200_000, 95.0, (rates,), Relayed(1_200, 4.0, 1.5), (latencies,))
    table = markdown({"cores": 2}, [result])
    lines = table.splitlines()
    assert "| sqlite | orders created | 300/s | 500/s | 0.60 | >= 0.6 | >= 0.4 | goal " in table
    assert "| sqlite | orders created, 30/s | p95 12.3 |  |  | < 40 | < 100 | BELOW " in table
    assert "| sqlite | orders created | product | 4.25 | 1.50 |  |  |  |  | 0.06 | 0.01 | 0.80 0.70 |" in lines
    assert "sqlite: orders created, 30/s, product: 2 x status 503: away" in lines
    tables = [line.count("|") for line in lines if line.startswith("|")]
    assert set(tables) == {14, 13}
    assert (
        "sqlite: the relay handed on 1,200 events in 4.0 s, its start among them, 1.50 ms of processor each." in lines
    )
    assert json.loads(json.dumps(result.as_json()))["rates"][0]["verdict"] == "goal"


def test_an_order_that_was_answered_must_be_there_and_no_other():
    before, found = {"orders": 10, "legs": 10}, round_with(right=5)
    assert written_rows(before, {"orders": 15, "legs": 15}, found) == {"orders": 5, "legs": 5}
    for there in (14, 16):
        with pytest.raises(BenchFailed, match="5 orders were answered"):
            written_rows(before, {"orders": there, "legs": 15}, found)
    lost = round_with(right=5, errors={"no answer": 1})
    assert written_rows(before, {"orders": 16, "legs": 16}, lost)["orders"] == 6
    with pytest.raises(BenchFailed):
        written_rows(before, {"orders": 17, "legs": 17}, lost)


@pytest.mark.parametrize("wrong", [{"seconds": 0}, {"rounds": 0}, {"open_seconds": -1}, {"orders": 199}])
def test_a_plan_that_measures_nothing_is_refused(wrong):
    with pytest.raises(BenchFailed):
        Plan(**wrong)


def test_the_command_says_what_is_wrong_in_one_line(tmp_path):
    with pytest.raises(CommandError, match="at least 200 orders"):
        call_command("bench", "load", "--out", str(tmp_path), "--orders", "5")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_program_has_used_what_its_children_used():
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE) as parent:
        with CpuMeter({"burning": parent.pid}) as meter:
            deadline = time.monotonic() + 60
            while not _has_waited_for_a_child(parent.pid):
                assert time.monotonic() < deadline
                time.sleep(0.05)
        parent.stdin.close()
    assert meter.cores["burning"] * meter.wall_s == pytest.approx(0.45, abs=0.2)
    assert meter.serving_s == pytest.approx(meter.cores["burning"] * meter.wall_s)
    assert {GENERATOR, OTHERS} < set(meter.cores)


def _has_waited_for_a_child(pid):
    of_children = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
    return sum(map(int, of_children)) > 0.3 * os.sysconf("SC_CLK_TCK")


@pytest.mark.stack
def test_a_small_run_measures_everything_and_leaves_nothing_behind(tmp_path):
    temporary, out = tmp_path / "temporary", tmp_path / "out"
    temporary.mkdir()
    words = ["--store", "sqlite", "--seconds", "0.5", "--rounds", "2", "--open-seconds", "3", "--orders", "200"]
    run = subprocess.run(
        [sys.executable, "manage.py", "bench", "load", "--out", str(out), *words],
        cwd=PROJECT,
        env=os.environ | {"TMPDIR": str(temporary), "COURSIER_RATE_LIMIT_PER_S": "1"},  # not of this run's servers
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    (store,) = json.loads((out / "summary.json").read_text())["stores"]
    created, listed = store["rates"]
    for asked in (*created["product"], *created["probe"]):
        rows = asked["rows"]
        assert asked["errors"] == {}
        assert asked["right"] > 0
        assert asked["right"] == rows["orders"] == rows["legs"] == rows["events"] == rows["answers"] <= rows["parcels"]
    for asked in (*listed["product"], *listed["probe"]):
        assert asked["errors"] == {}
        assert asked["checked_bodies"] > 0
    written = sum(asked["rows"]["events"] for asked in (*created["product"], *created["probe"]))
    assert store["relayed"]["events"] >= written  # and what was written while it warmed up
    assert store["relayed"]["cpu_ms"] > 0
    arrived = store["latencies"][0]["product"]
    assert [latencies["product"]["errors"] for latencies in store["latencies"]] == [{}] * 3
    assert 60 < arrived["right"] < 130
    assert len(arrived["by_process"]["product"]) == 4  # gunicorn and three workers of one thread
    assert (out / "summary.md").read_text().strip() in run.stdout
    assert list(temporary.iterdir()) == []
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(temporary).encode() in _text(path)]


def _text(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""
