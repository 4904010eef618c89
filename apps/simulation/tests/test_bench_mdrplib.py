"""The benchmark on small made-up days, written in the library's format."""

import json
import random
from dataclasses import asdict, replace

import pytest
from django.core.management import CommandError, call_command

from apps.simulation.benchmarks import engine_alone
from apps.simulation.benchmarks.errors import BenchFailed
from apps.simulation.benchmarks.mdrplib import BenchOptions, run
from apps.simulation.benchmarks.mdrplib_day import Day, Prep, RuleBroken
from apps.simulation.benchmarks.mdrplib_files import write_solution
from apps.simulation.benchmarks.mdrplib_replay import replay
from apps.simulation.benchmarks.verify_mdrplib import verify
from apps.simulation.mdrplib.reader import BrokenInstance, read_instance

PARAMETERS = {
    "meters_per_minute": "300",
    "pickup service minutes": "4",
    "dropoff service minutes": "4",
    "target click-to-door": "40",
    "maximum click-to-door": "90",
    "pay per order": "10",
    "guaranteed pay per hour": "15",
}
TINY = {
    "restaurants": ["restaurant\tx\ty", "r1\t600\t0"],
    "orders": ["order\tx\ty\tplacement_time\trestaurant\tready_time", "o1\t600\t900\t10\tr1\t30"],
    "couriers": ["courier\tx\ty\ton_time\toff_time", "c1\t0\t0\t0\t120"],
    "instance_parameters": ["\t".join(PARAMETERS), "\t".join(PARAMETERS.values())],
}


def write_instance(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in files.items():
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def tiny(tmp_path):
    return write_instance(tmp_path / "library" / "tiny", TINY)


@pytest.fixture
def busy(tmp_path):
    """Two short-handed hours: some orders are bundled, some go to whoever is free next, some are not delivered."""
    chance = random.Random(7)

    def place():
        return f"{chance.randrange(6000)}\t{chance.randrange(6000)}"

    files = dict(TINY)
    files["restaurants"] = [TINY["restaurants"][0], *(f"r{n}\t{place()}" for n in range(4))]
    files["couriers"] = [TINY["couriers"][0]]
    files["couriers"] += [f"c{n}\t{place()}\t{10 * n}\t{60 + 20 * n}" for n in range(6)]
    files["orders"] = [TINY["orders"][0]]
    for n in range(60):
        placed = chance.randrange(150)
        files["orders"].append(f"o{n}\t{place()}\t{placed}\tr{chance.randrange(4)}\t{placed + chance.randrange(30)}")
    return write_instance(tmp_path / "library" / "busy", files)


def solution(folder, out, prep=Prep.KNOWN):
    instance = read_instance(folder)
    result = replay(instance, prep=prep)
    write_solution(instance, result.trips, out)
    return result


def test_a_day_of_one_order_is_written_as_worked_out_by_hand(tiny, tmp_path):
    solution(tiny, tmp_path / "out")
    written = {path.name: path.read_text() for path in (tmp_path / "out").iterdir()}
    assert written == {
        # ride 2 minutes, half a pickup 2: to be there when it is ready at 30 he leaves at 26, and is told no earlier
        "solution_info_assignments.txt": "assignment_time pickup_time courier orders\n26 30 c1 o1\n",
        "solution_info_orders.txt": "order placement_time ready_time pickup_time dropoff_time courier\n"
        "o1 10 30 30 37 c1\n",
        "solution_info_couriers.txt": "courier departure_time origin destination\nc1 26 c1 r1\nc1 32 r1 o1\n",
    }


def test_the_engine_alone_gives_nothing_that_would_end_after_a_shift(tmp_path):
    def alone(off_min):
        files = TINY | {"couriers": [TINY["couriers"][0], f"c1\t0\t0\t0\t{off_min}"]}
        return read_instance(write_instance(tmp_path / str(off_min), files))

    assert engine_alone(alone(37)).undelivered_pct == 0.0  # handed over at the last moment of the shift
    assert engine_alone(alone(36)).undelivered_pct == 100.0
    assert replay(alone(36)).metrics.undelivered_pct == 0.0  # by the library's rules the pickup is what counts


def test_a_day_of_one_order_is_measured_as_worked_out_by_hand(tiny):
    metrics = engine_alone(read_instance(tiny))
    assert asdict(metrics) == pytest.approx(
        {
            "undelivered_pct": 0.0,
            "click_to_door_min": 27.0,
            "click_to_door_p90_min": 27.0,
            "overage_min": 0.0,
            "ready_to_pickup_min": 0.0,
            "utilisation": (2 + 3 + 4 + 4) / 120,
            "cost_per_order": 30.0,
            "orders_per_bundle": 1.0,
        }
    )


@pytest.mark.parametrize("prep", Prep)
def test_the_independent_check_finds_nothing_wrong_and_the_same_figures(busy, tmp_path, prep):
    result = solution(busy, tmp_path / "out", prep)
    verdict = verify(busy, tmp_path / "out", estimated=prep is Prep.ESTIMATED)
    assert verdict.violations == ()
    assert verdict.figures == pytest.approx(asdict(result.metrics))
    assert 0 < result.metrics.undelivered_pct < 80
    assert any(len(trip.orders) > 1 for trip in result.trips), "the day must be busy enough for bundles"


def test_what_is_not_placed_yet_changes_nothing_before(busy):
    instance = read_instance(busy)
    until = 70
    known = tuple(order for order in instance.orders if order.placed_min <= until)
    whole = [trip for trip in replay(instance).trips if trip.assigned <= until]
    cut = [trip for trip in replay(replace(instance, orders=known)).trips if trip.assigned <= until]
    assert whole == cut
    assert len(known) < len(instance.orders)


def test_with_estimated_preparation_ready_times_change_nothing_before_they_pass(busy):
    instance = read_instance(busy)
    day = Day(instance, Prep.ESTIMATED)
    believed = {order.id: day.believed_ready(order) for order in day.advance(1_000)}
    by_restaurant = {}
    for order in instance.orders:
        by_restaurant.setdefault(order.restaurant, set()).add(believed[order.id] - order.placed_min)
    assert all(len(minutes) == 1 for minutes in by_restaurant.values())


def test_a_courier_who_waits_for_a_late_kitchen_leaves_without_it_when_his_shift_ends(tmp_path):
    files = dict(TINY)
    # the mean preparation is 25 minutes, the second order takes 50: c1 waits for it until his shift ends at 70
    files["orders"] = [TINY["orders"][0], "o0\t600\t0\t0\tr1\t0", "o1\t600\t900\t30\tr1\t80"]
    files["couriers"] = [TINY["couriers"][0], "c1\t0\t0\t0\t70", "c2\t9000\t9000\t60\t200"]
    folder = write_instance(tmp_path / "late", files)
    result = solution(folder, tmp_path / "out", Prep.ESTIMATED)
    assert [(trip.courier, trip.orders, trip.picked_up) for trip in result.trips] == [
        ("c1", ("o0",), True),
        ("c1", ("o1",), False),
        ("c2", ("o1",), True),
    ]
    assert verify(folder, tmp_path / "out", estimated=True).violations == ()
    assert verify(folder, tmp_path / "out").violations, "with known times nobody waits in vain"


TAMPERING = {
    "assigned before it is placed": ("assignments", "26 30 c1 o1", "9 30 c1 o1"),
    "picked up before it is ready": ("assignments", "26 30 c1 o1", "26 29 c1 o1"),
    "in two assignments": ("assignments", "26 30 c1 o1", "26 30 c1 o1\n27 30 c1 o1"),
    "no courier c9": ("assignments", "26 30 c1 o1", "26 30 c9 o1"),
    "off at 120": ("assignments", "26 30 c1 o1", "26 121 c1 o1"),
    "no order o9": ("assignments", "26 30 c1 o1", "26 30 c1 o9"),
    "assigned or delivered, not both": ("orders", "\no1 10 30 30 37 c1", ""),
    "not the instance's": ("orders", "o1 10 30", "o1 11 30"),
    "pickup or courier differs": ("orders", "30 37 c1", "31 37 c1"),
    "wrong drop-off time": ("orders", "30 37 c1", "30 36 c1"),
    "before he can": ("couriers", "c1 26 c1 r1", "c1 25 c1 r1"),
    "wrong pickup time": ("couriers", "c1 26 c1 r1", "c1 27 c1 r1"),
    "not from c1 to r1": ("couriers", "c1 26 c1 r1", "c1 26 o1 r1"),
    "not at 32": ("couriers", "c1 32 r1 o1", "c1 33 r1 o1"),
    "rides that no assignment asks for": ("couriers", "c1 32 r1 o1", "c1 32 r1 o1\nc1 50 o1 r1"),
    "header is": ("orders", "order placement", "id placement"),
    "cannot be read": ("couriers", "c1 32 r1 o1", "c1  32 r1 o1"),
}


@pytest.mark.parametrize("violation", TAMPERING)
def test_the_independent_check_finds_what_was_tampered_with(tiny, tmp_path, violation):
    solution(tiny, tmp_path / "out")
    name, old, new = TAMPERING[violation]
    path = tmp_path / "out" / f"solution_info_{name}.txt"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    violations = verify(tiny, tmp_path / "out").violations
    assert any(violation in found for found in violations), violations


def test_the_independent_check_finds_a_bundle_of_two_restaurants(tmp_path):
    files = dict(TINY, restaurants=[*TINY["restaurants"], "r2\t600\t0"])
    files["orders"] = [*TINY["orders"], "o2\t600\t900\t10\tr2\t30"]
    folder = write_instance(tmp_path / "two", files)
    solution(folder, tmp_path / "out")
    path = tmp_path / "out" / "solution_info_assignments.txt"
    path.write_text(path.read_text().splitlines()[0] + "\n26 30 c1 o1 o2\n")
    assert any("more than one restaurant" in found for found in verify(folder, tmp_path / "out").violations)


def assign(day, minute, *order_ids, departs=None):
    return day.assign(
        minute=minute, courier_id="c1", order_ids=order_ids, departs=minute if departs is None else departs
    )


def test_the_day_refuses_an_order_that_is_not_placed_yet(tiny):
    day = Day(read_instance(tiny))
    day.advance(9)
    with pytest.raises(RuleBroken, match="not placed yet"):
        assign(day, 9, "o1")
    assert day.trips == []


def test_the_day_refuses_an_order_that_is_with_a_courier_already(tiny):
    day = Day(read_instance(tiny))
    day.advance(10)
    assign(day, 10, "o1")
    with pytest.raises(RuleBroken, match="already with a courier"):
        assign(day, 11, "o1")
    assert len(day.trips) == 1


def test_the_day_refuses_a_pickup_after_the_shift(tmp_path):
    files = dict(TINY, couriers=[TINY["couriers"][0], "c1\t0\t0\t0\t29"])
    day = Day(read_instance(write_instance(tmp_path / "short", files)))
    day.advance(10)
    with pytest.raises(RuleBroken, match="off at 29"):
        assign(day, 10, "o1")
    assert day.trips == []


def test_the_day_refuses_a_departure_in_the_past(tiny):
    day = Day(read_instance(tiny))
    day.advance(20)
    with pytest.raises(RuleBroken, match="before he is told"):
        assign(day, 20, "o1", departs=19)


def test_a_courier_leaves_for_his_next_pickup_only_when_he_is_free(busy):
    last_free: dict[str, int] = {}
    for trip in replay(read_instance(busy)).trips:
        assert trip.departs >= last_free.get(trip.courier, 0)
        last_free[trip.courier] = trip.free
    assert last_free


BROKEN = {
    "orders.txt: no such file": ("orders", None, None),
    "column 'ready_time' is missing": ("orders", "ready_time", "ready"),
    "column 'ready_time' is not a number": ("orders", "\t30", "\tsoon"),
    "column 'placement_time' must be whole minutes": ("orders", "\t10\t", "\t10.5\t"),
    "column 'ready_time' is before": ("orders", "\t30", "\t3"),
    "column 'restaurant': 'r9' is not in restaurants.txt": ("orders", "\tr1\t", "\tr9\t"),
    "column 'ready_time' is empty": ("orders", "\tr1\t30", "\tr1"),
    "column 'off_time' is not after": ("couriers", "\t120", "\t0"),
    "'c1' appears twice": ("couriers", "c1\t0\t0\t0\t120", "c1\t0\t0\t0\t120\nc1\t0\t0\t0\t120"),
    "column 'meters_per_minute' must be more than 0": ("instance_parameters", "\n300", "\n0"),
    "column 'pickup service minutes' must be an even number": ("instance_parameters", "300\t4", "300\t5"),
    "one line of values expected": ("instance_parameters", "\n300\t4\t4\t40\t90\t10\t15", ""),
}


@pytest.mark.parametrize("message", BROKEN)
def test_a_broken_instance_is_named_by_file_and_column(tiny, message):
    name, old, new = BROKEN[message]
    path = tiny / f"{name}.txt"
    if old is None:
        path.unlink()
    else:
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    with pytest.raises(BrokenInstance) as caught:
        read_instance(tiny)
    assert message in str(caught.value)
    assert f"{name}.txt" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_command_writes_the_summary_and_prints_the_table(busy, tiny, tmp_path, capsys):
    out = tmp_path / "out"
    call_command("bench", "mdrplib", data=busy.parent, out=out, jobs=1)
    summary = json.loads((out / "summary.json").read_text())
    assert list(summary["instances"]) == ["busy", "tiny"]
    both = [figures["click_to_door_min"] for figures in summary["instances"].values()]
    assert summary["mean"]["click_to_door_min"] == pytest.approx(sum(both) / 2)
    assert set(summary["mean"]) == {
        "undelivered_pct",
        "click_to_door_min",
        "click_to_door_p90_min",
        "overage_min",
        "ready_to_pickup_min",
        "utilisation",
        "cost_per_order",
        "orders_per_bundle",
        "wall_s",
        "slowest_tick_ms",
    }
    table = (out / "summary.md").read_text()
    assert "32.740" in table, "the published figure stands beside ours"
    assert table in capsys.readouterr().out


def test_two_processes_find_what_one_finds(busy, tiny, tmp_path):
    found = []
    for jobs in (1, 2):
        run(BenchOptions(data=busy.parent, out=tmp_path / str(jobs), jobs=jobs), lambda _: None)
        figures = json.loads((tmp_path / str(jobs) / "summary.json").read_text())["instances"]
        found.append({name: {**each, "wall_s": 0, "slowest_tick_ms": 0} for name, each in figures.items()})
    assert found[0] == found[1]


def test_a_longer_tick_is_replayed_by_the_same_rules(busy, tmp_path):
    options = BenchOptions(data=busy.parent, out=tmp_path / "out", instances="busy", tick_s=300, jobs=1)
    run(options, lambda _: None)
    lines = (tmp_path / "out" / "busy" / "solution_info_assignments.txt").read_text().splitlines()[1:]
    assert {int(line.split()[0]) % 5 for line in lines} == {0}


def test_with_a_longer_tick_and_estimated_preparation_the_rules_still_hold(busy, tmp_path):
    options = BenchOptions(
        data=busy.parent, out=tmp_path / "out", tick_s=600, prep=Prep.ESTIMATED, jobs=1, instances="busy"
    )
    run(options, lambda _: None)
    assert verify(busy, tmp_path / "out" / "busy", estimated=True).violations == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"instances": "absent"}, "no instance 'absent'"),
        ({"instances": "table4"}, "no instance '"),
        ({"tick": 45}, "whole minutes"),
        ({"jobs": 0}, "at least one process"),
    ],
    ids=str,
)
def test_the_command_refuses_in_one_line_what_it_cannot_run(tiny, tmp_path, options, message):
    with pytest.raises(CommandError, match=message) as caught:
        call_command("bench", "mdrplib", data=tiny.parent, out=tmp_path / "out", **options)
    assert "\n" not in str(caught.value)


def test_the_command_names_a_broken_instance_in_one_line(tiny, tmp_path):
    (tiny / "couriers.txt").unlink()
    with pytest.raises(CommandError, match=r"couriers\.txt: no such file"):
        call_command("bench", "mdrplib", data=tiny.parent, out=tmp_path / "out", jobs=1)


def test_a_library_without_instances_is_refused(tmp_path):
    with pytest.raises(BenchFailed, match="no instance in it"):
        run(BenchOptions(data=tmp_path, out=tmp_path / "out"), lambda _: None)
