"""The benchmark on small made-up instances, written in the format of the library."""

import json
import random
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from apps.simulation.benchmarks.lilim_files import BrokenInstance, read_instance
from apps.simulation.benchmarks.verify_lilim import verify

TINY = """2\t10\t1
0 0 0 0 0 100 0 0 0
1 0 3 6 0 50 5 0 2
2 4 3 -6 0 50 5 1 0
3 0 3 5 0 60 0 0 4
4 4 0 -5 0 60 0 3 0
"""
HEAD = "Instance name : tiny\nAuthors       : somebody\nSolution\n"
GOOD = ["Route 1 : 1 2", "Route 2 : 3 4"]


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "tiny.txt").write_text(TINY.replace("\n", "\r\n"))
    return folder


def verdict(library, routes):
    (library.parent / "solution.txt").write_text(HEAD + "\n".join(routes) + "\n")
    return verify(library / "tiny.txt", library.parent / "solution.txt")


def test_the_check_measures_a_solution_as_by_hand(library):
    answer = verdict(library, GOOD)
    assert answer.violations == ()
    assert (answer.vehicles, answer.distance) == (2, (3 + 4 + 5) + (3 + 5 + 4))


BROKEN = {
    "route 1: the load behind 3 is 11, of 10": ["Route 1 : 1 3 2 4"],
    "route 1: 2 is dropped off before it is picked up at 1": ["Route 1 : 2 1", "Route 2 : 3 4"],
    "route 1: 1 is picked up and not dropped off at 2": ["Route 1 : 1 4", "Route 2 : 3 2"],
    "node 4 is visited 0 times": ["Route 1 : 1 2", "Route 2 : 3"],
    "node 3 is visited 2 times": ["Route 1 : 3 1 2", "Route 2 : 3 4"],
    "route 2 is empty": ["Route 1 : 1 2 3 4", "Route 2 :"],
    "3 vehicles are used, there are 2": [*GOOD, "Route 3 :"],
    "there is no node 5 to stop at": [*GOOD, "Route 3 : 5"],
}


@pytest.mark.parametrize("violation", BROKEN)
def test_the_check_finds_what_is_wrong(library, violation):
    assert violation in verdict(library, BROKEN[violation]).violations


@pytest.mark.parametrize(
    ("was", "becomes", "violation"),
    [
        ("2 4 3 -6 0 50", "2 4 3 -6 0 11", "route 1: 2 is reached at 12.000000, after it closed at 11"),
        ("0 0 0 0 0 100", "0 0 0 0 0 21", "route 1: 0 is reached at 22.000000, after it closed at 21"),
    ],
)
def test_the_check_finds_what_is_too_late(library, was, becomes, violation):
    (library / "tiny.txt").write_text(TINY.replace(was, becomes))
    assert verdict(library, GOOD).violations == (violation,)


def test_a_window_is_met_to_the_billionth(library):
    (library / "tiny.txt").write_text(TINY.replace("2 4 3 -6 0 50", "2 4 3 -6 0 11.9999999999"))
    assert verdict(library, GOOD).feasible
    (library / "tiny.txt").write_text(TINY.replace("2 4 3 -6 0 50", "2 4 3 -6 0 11.99999999"))
    assert not verdict(library, GOOD).feasible


def test_a_solution_that_is_not_there_is_not_feasible(library):
    assert not verify(library / "tiny.txt", library / "nowhere.txt").feasible


def write_instance(path, n_requests, seed):
    """Requests that a vehicle for each can serve; the depot is in the middle."""
    chance = random.Random(seed)
    lines = [f"{n_requests}\t20\t1", "0 50 50 0 0 1000 0 0 0"]
    for n in range(n_requests):
        opens, demand = chance.randrange(300), chance.randint(1, 9)
        for node, sign, pair in ((2 * n + 1, 1, (0, 2 * n + 2)), (2 * n + 2, -1, (2 * n + 1, 0))):
            place = f"{chance.randrange(100)} {chance.randrange(100)}"
            lines.append(f"{node} {place} {sign * demand} {opens} {opens + 300} 10 {pair[0]} {pair[1]}")
    path.write_text("\n".join(lines) + "\n")


def bench(library, out, *more):
    lines = []
    options = ["--data", str(library), "--out", str(out), "--seconds", "0.2", *more]
    call_command("bench", "lilim", *options, stdout=type("Out", (), {"write": lines.append, "flush": lambda: None}))
    return "".join(lines)


def test_the_command_writes_checked_solutions_and_a_summary_beside_the_best_known(library, tmp_path):
    for name, seed in (("LC1_x_1", 1), ("lrc201", 2)):
        write_instance(library / f"{name}.txt", 15, seed)
    (library / "best_known.csv").write_text("instance,routes,distance\ntiny,1,24.0\nlc1_x_1,1,1.0\n")
    (library / "readme.txt").write_text("This is not an instance.\n")
    told = bench(library, tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert list(summary["instances"]) == ["LC1_x_1", "lrc201", "tiny"]
    assert summary["totals"]["feasible"] == 3
    assert summary["totals"]["best_known_vehicles"] is None  # not known of all
    for name, row in summary["instances"].items():
        assert verify(library / f"{name}.txt", tmp_path / "out" / f"{name}.txt").feasible
        assert row["wall_s"] < 60
    tiny = summary["instances"]["tiny"]
    assert (tiny["vehicles"], tiny["distance"], tiny["best_vehicles"]) == (1, 20.0, 1)
    assert summary["totals"]["at_best_known"] == 1
    assert (tmp_path / "out" / "summary.md").read_text() in told + "\n"
    assert "| LC1 | 1 | 1 |" in told


def test_only_the_instances_asked_for_are_run(library, tmp_path):
    write_instance(library / "other.txt", 3, 1)
    bench(library, tmp_path / "out", "--instances", "tiny")
    assert not (tmp_path / "out" / "other.txt").exists()


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        (["--instances", "tiny,nope"], "no instance 'nope'"),
        (["--seconds", "0"], "seconds must be more than 0"),
        (["--jobs", "0"], "at least one process"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_line(library, tmp_path, more, complaint):
    with pytest.raises(CommandError, match=complaint):
        bench(library, tmp_path / "out", *more)


@pytest.mark.parametrize(
    ("was", "becomes", "complaint"),
    [
        ("1 0 3 6 0 50 5 0 2", "1 0 3 6 0 50 5 0 4", "do not match"),
        ("4 4 0 -5", "7 4 0 -5", "numbered"),
        ("2\t10\t1", "2\tten\t1", "ten"),
        ("0 60 0 3 0", "0 60 0 3", "inhomogeneous|shape"),
    ],
)
def test_a_file_that_is_not_of_the_format_says_what_is_wrong(library, was, becomes, complaint):
    (library / "tiny.txt").write_text(TINY.replace(was, becomes))
    with pytest.raises(BrokenInstance, match=complaint):
        read_instance(library / "tiny.txt")


KERNELS_STILL_NEEDED = """
import sys
from pathlib import Path
from apps.dispatch.engine.tours.search import solve_tours
from apps.simulation.benchmarks import lilim

def ready():
    modules = [module for name, module in sys.modules.items() if name.startswith("apps.dispatch.engine.tours.")]
    kernels = [kernel for module in modules for kernel in vars(module).values() if hasattr(kernel, "signatures")]
    return {kernel.py_func.__name__ for kernel in kernels if kernel.signatures}

lilim._warm()
before = ready()
assert before
solve_tours(lilim.read_instance(Path(sys.argv[1])).problem, iterations=5_000)
print(*(ready() - before))
"""


def test_no_instance_is_timed_with_the_compiling_of_a_kernel(library):
    write_instance(library / "two.txt", 15, 1)
    command = [sys.executable, "-c", KERNELS_STILL_NEEDED, str(library / "two.txt")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
