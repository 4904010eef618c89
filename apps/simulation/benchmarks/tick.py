"""The tick benchmark: a made-up city planned in one go, by phase, priced and checked, beside what VROOM makes of it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

from apps.dispatch.engine import Plan, Snapshot, plan, warm
from apps.simulation.benchmarks import tick_vroom
from apps.simulation.benchmarks.errors import BenchFailed
from apps.simulation.benchmarks.tick_check import limits_broken
from apps.simulation.benchmarks.tick_city import city
from apps.simulation.benchmarks.tick_machine import cores, machine, one_core
from apps.simulation.benchmarks.tick_matching import matched_rounds
from apps.simulation.benchmarks.tick_phases import Spent, timed_plan
from apps.simulation.benchmarks.tick_price import Stop, left_out_min, price, routes_of
from apps.simulation.benchmarks.tick_repair import put_in_left_out
from apps.simulation.benchmarks.tick_results import CoresResult, Rated, SeedResult, SizeResult, Timed, WarmResult
from apps.simulation.benchmarks.tick_summary import markdown

SIZES = ((50, 100), (500, 1_000), (1_000, 2_000))
BASE = (500, 1_000)
TIMES_BASE = (1, 2, 4)
RUNS = 5
NEW_LEGS = 30
OURS = "ours"
THEIR_ROUNDING_S = 10.0
SAME_COST = 1e-6
"""By which, relatively, the engine's cost may differ from our price of the same plan."""


@dataclass(frozen=True, slots=True)
class TickOptions:
    """What to run."""

    out: Path
    couriers: int | None = None
    legs: int | None = None
    """None, both of them: all sizes."""
    seeds: int = 3
    vroom: bool = True

    def __post_init__(self) -> None:
        if (self.couriers is None) != (self.legs is None):
            raise BenchFailed("couriers and legs go together: give both or neither")
        if min(each for each in (self.couriers, self.legs, self.seeds) if each is not None) < 1:
            raise BenchFailed("couriers, legs and seeds must be at least 1")

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Couriers and legs of each size to run."""
        return SIZES if self.couriers is None or self.legs is None else ((self.couriers, self.legs),)

    @property
    def base(self) -> tuple[int, int]:
        """The size that the speed-up is measured at, and multiples of."""
        return BASE if self.couriers is None or self.legs is None else (self.couriers, self.legs)


def run(options: TickOptions, tell: Callable[[str], None]) -> None:
    """Run, write DIR/summary.json and .md, and tell the table. Raises BenchFailed."""
    began_on = machine()
    warm()
    with one_core():
        results = [_size(size, options, tell) for size in options.sizes]
    speed_up = [_on_cores(times, options, tell) for times in TIMES_BASE]
    options.out.mkdir(parents=True, exist_ok=True)
    summary = {
        "machine": began_on,
        "seeds": options.seeds,
        "runs": RUNS,
        "sizes": [asdict(result) for result in results],
        "cores": [asdict(result) for result in speed_up],
    }
    (options.out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    table = markdown(began_on, results, speed_up, has_vroom=tick_vroom.is_installed() if options.vroom else None)
    (options.out / "summary.md").write_text(table + "\n", encoding="utf-8")
    tell(f"\n{table}")
    if broken := [line for result in results for line in result.broken]:
        raise BenchFailed(f"{len(broken)} hard limits broken, the first: {broken[0]}")


def _size(size: tuple[int, int], options: TickOptions, tell: Callable[[str], None]) -> SizeResult:
    seeds, warm_ones = [], []
    for seed in range(options.seeds):
        snapshot = city(*size, seed)
        seeds.append(_seed(snapshot, seed, options))
        warm_ones.append(_warm(snapshot, seeds[-1].plans[0].price.cost_min))
        ours = seeds[-1].plans[0]
        tell(
            f"{size[0]} couriers, {size[1]} legs, seed {seed}: {1000 * ours.spent.wall_s:.0f} ms, "
            f"cost {ours.price.cost_min:.0f}"
        )
    return SizeResult(*size, tuple(seeds), tuple(warm_ones))


def _seed(snapshot: Snapshot, seed: int, options: TickOptions) -> SeedResult:
    planned, timed = _timed(snapshot)
    spent = Spent(median(each.wall_s for each in timed.totals), median(each.cpu_s for each in timed.totals))
    plans = [_rated(OURS, spent, snapshot, _checked_routes(planned, snapshot))]
    began = Spent.now()
    matched = matched_rounds(snapshot)
    plans.append(_rated("repeated matching", Spent.now() - began, snapshot, matched))
    if options.vroom and tick_vroom.is_installed():
        plans += [_vroom(variant, snapshot) for variant in tick_vroom.VARIANTS]
    return SeedResult(seed, timed, tuple(plans))


def _vroom(variant: tick_vroom.Variant, snapshot: Snapshot) -> Rated:
    began = Spent.now()
    routes = tick_vroom.vroom_routes(snapshot, variant)
    spent = Spent.now() - began
    name = f"VROOM x={tick_vroom.EXPLORATION}, zones: {tick_vroom.n_zones(snapshot, variant)}, {variant.name}"
    return _rated(name, spent, snapshot, routes)


def _rated(name: str, spent: Spent, snapshot: Snapshot, routes: dict[str, list[Stop]]) -> Rated:
    """What the others left out is put in; ours is taken as it is, and held to the limits most exactly."""
    if name == OURS:
        return Rated(name, spent, price(snapshot, routes), 0, tuple(limits_broken(snapshot, routes)))
    put_in = put_in_left_out(snapshot, routes)
    return Rated(name, spent, price(snapshot, routes), put_in, tuple(limits_broken(snapshot, routes, THEIR_ROUNDING_S)))


def _timed(snapshot: Snapshot) -> tuple[Plan, Timed]:
    """Plan several times; the plan is the same each time."""
    runs = [timed_plan(snapshot) for _ in range(RUNS)]
    return runs[0][0], Timed(tuple(total for _, total, _ in runs), tuple(phases for _, _, phases in runs))


def _warm(snapshot: Snapshot, cold_cost_min: float) -> WarmResult:
    """Plan all legs but the newest, then all of them, with the first plan known."""
    n_new = min(NEW_LEGS, len(snapshot.legs) // 2)
    first = routes_of(plan(replace(snapshot, legs=snapshot.legs[n_new:])), snapshot)
    last_routes = {who: tuple((kind, leg.id) for kind, leg in stops) for who, stops in first.items()}
    known = replace(snapshot, last_routes=last_routes)
    planned, timed = _timed(known)
    routes = _checked_routes(planned, known)
    cost_min = price(known, routes).cost_min
    return WarmResult(n_new, timed, cost_min, cold_cost_min, tuple(limits_broken(known, routes)))


def _checked_routes(planned: Plan, snapshot: Snapshot) -> dict[str, list[Stop]]:
    """The routes of our plan. Raises BenchFailed when it costs something else by the engine than by our price."""
    routes = routes_of(planned, snapshot)
    ours = sum(route.cost_min for route in planned.routes)
    ours += sum(left_out_min(snapshot, leg) for leg in snapshot.legs if leg.id in planned.unassigned)
    theirs = price(snapshot, routes).cost_min
    if not abs(ours - theirs) <= SAME_COST * abs(theirs):
        raise BenchFailed(f"the plan costs {ours} by the engine, {theirs} by the check")
    return routes


def _on_cores(times: int, options: TickOptions, tell: Callable[[str], None]) -> CoresResult:
    n_couriers, n_legs = options.base[0] * times, options.base[1] * times
    snapshot = city(n_couriers, n_legs)
    rules = replace(snapshot.settings, max_couriers=max(2_000, n_couriers), max_legs=max(4_000, n_legs))
    one_s = _median_s(replace(snapshot, settings=rules))
    tell(f"{n_couriers} couriers, {n_legs} legs on one thread: {1000 * one_s:.0f} ms")
    if len(cores()) < 2:
        return CoresResult(n_couriers, n_legs, one_s, None)
    two_s = _median_s(replace(snapshot, settings=replace(rules, threads=2)))
    return CoresResult(n_couriers, n_legs, one_s, two_s)


def _median_s(snapshot: Snapshot) -> float:
    walls = []
    for _ in range(RUNS):
        began = Spent.now()
        plan(snapshot)
        walls.append((Spent.now() - began).wall_s)
    return median(walls)
