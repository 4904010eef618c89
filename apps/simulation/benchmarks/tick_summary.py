"""The tick benchmark as tables."""

from collections.abc import Sequence
from statistics import fmean

from apps.simulation.benchmarks.tick_phases import Spent
from apps.simulation.benchmarks.tick_results import (
    CoresResult,
    SeedResult,
    SizeResult,
    WarmResult,
    phase_rows,
    slowest_s,
)

NOTE = """\
Wall and CPU are milliseconds on one core, medians over the runs of a city and then over the cities. Cost is minutes:
click-to-door, 3 x lateness and 0.3 x riding of all routes, committed stops included. Every plan is priced and checked
by the same plain Python. What another solver left out is put in by cheapest insertion, anywhere in its routes and
within all limits, and its time is without that. VROOM cannot be told the longest time on board nor the order of
committed stops, and is not made to pay for breaking them; times of its stops are rounded up to seconds."""


def markdown(
    machine: dict[str, str | int], sizes: Sequence[SizeResult], cores: Sequence[CoresResult], *, has_vroom: bool | None
) -> str:
    """The whole page. `has_vroom` None: it was not asked for."""
    lines = ["# The tick", "", ", ".join(f"{name} {value}" for name, value in machine.items()), "", NOTE, ""]
    for size in sizes:
        lines += [f"## {size.couriers:,} couriers, {size.legs:,} legs, {len(size.seeds)} cities", ""]
        lines += [*_phases(size.seeds), "", *_plans(size.seeds), ""]
        if has_vroom is False:
            lines += ["VROOM: pyvroom not installed", ""]
        lines += [*_warm(size.warm), ""]
    return "\n".join([*lines, "## Two cores", "", *_cores(cores)])


def _phases(seeds: Sequence[SeedResult]) -> list[str]:
    timed = [seed.timed for seed in seeds]
    rows = [_phase_row(name, spent) for name, spent in phase_rows(timed).items()]
    return ["| phase | wall | CPU |", "|---" * 3 + "|", *rows, f"| slowest | {_ms(slowest_s(timed))} | |"]


def _phase_row(name: str, spent: Spent) -> str:
    return f"| {name} | {_ms(spent.wall_s)} | {_ms(spent.cpu_s)} |"


def _plans(seeds: Sequence[SeedResult]) -> list[str]:
    """Means over the cities, one row a way of planning."""
    head = (
        "| plan | wall s | CPU s | cost | click-to-door | minutes late | riding h | put in | left out | limits broken |"
    )
    lines = [head, "|---" * 10 + "|"]
    for plans in zip(*(seed.plans for seed in seeds), strict=True):
        cells = (
            f"{fmean(plan.spent.wall_s for plan in plans):.2f}",
            f"{fmean(plan.spent.cpu_s for plan in plans):.2f}",
            " / ".join(f"{plan.price.cost_min:,.0f}" for plan in plans),
            f"{fmean(plan.price.door_min for plan in plans):.1f}",
            f"{fmean(plan.price.late_min for plan in plans):,.0f}",
            f"{fmean(plan.price.riding_h for plan in plans):.0f}",
            f"{fmean(plan.put_in for plan in plans):.0f}",
            f"{fmean(len(plan.price.left_out) for plan in plans):.1f}",
            f"{fmean(len(plan.broken) for plan in plans):.0f}",
        )
        lines.append(f"| {plans[0].name} | {' | '.join(cells)} |")
    shares = [seed.over_vroom for seed in seeds]
    if all(share is not None for share in shares):
        lines += ["", f"Ours over the cheapest of VROOM: {' / '.join(f'{share:.3f}' for share in shares)}"]
    return lines


def _warm(results: Sequence[WarmResult]) -> list[str]:
    timed = [result.timed for result in results]
    costs = " / ".join(f"{result.cost_min:,.0f}" for result in results)
    colds = " / ".join(f"{result.cold_cost_min:,.0f}" for result in results)
    total = phase_rows(timed)["total"]
    return [
        f"| warm, {results[0].new_legs} legs new | |",
        "|---|---|",
        f"| wall | {_ms(total.wall_s)}, slowest {_ms(slowest_s(timed))} |",
        f"| CPU | {_ms(total.cpu_s)} |",
        f"| cost | {costs} |",
        f"| cost without the last plan | {colds} |",
    ]


def _cores(results: Sequence[CoresResult]) -> list[str]:
    """The speed-up column stays blank where the engine plans on one thread only."""
    lines = ["| couriers | legs | one thread | two threads | times as fast |", "|---" * 5 + "|"]
    for each in results:
        two = ("", "") if each.two_s is None else (_ms(each.two_s), f"{each.one_s / each.two_s:.2f}")
        lines.append(f"| {each.couriers:,} | {each.legs:,} | {_ms(each.one_s)} | {two[0]} | {two[1]} |")
    return lines


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds >= 0.02 else f"{1000 * seconds:.1f} ms"
