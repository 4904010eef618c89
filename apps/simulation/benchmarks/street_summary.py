"""The street benchmark as a page."""

from collections.abc import Mapping
from statistics import median

from apps.simulation.benchmarks.load_results import Bounds, Rates, Times
from apps.simulation.benchmarks.street_results import ORDERS_PER_S, POSITIONS_P95_MS, TO_HANDS_P95_MS, StreetResult

NOTE = """\
All of the platform on the machine's cores with its database, its Redis and the generator: web servers of the roles api
and mobile, three groups of workers (two planners), beat. Open model: every courier reports five points every five
seconds whatever became of the last report, orders come by a Poisson process, each request is timed from the moment at
which it was due. Couriers ride by the platform's clock, which runs faster than the wall, and tell each step. The probe
is a bare view: the token is looked up in Redis, then one pipeline keeps the last place and each point."""


def page(machine: Mapping[str, str | int], result: StreetResult) -> str:
    """The whole page."""
    fates = result.fates
    lines = [
        "# The street",
        "",
        ", ".join(f"{name} {value}" for name, value in machine.items()),
        "",
        NOTE,
        "",
        _city_line(result),
        "",
        "| what | a second | p50 | p95 | p99 | slowest | goal | floor | reached |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind, asked in result.asked.items():
        bounds = POSITIONS_P95_MS if kind == "positions" else None
        lines.append(_row(f"{kind}, ms", f"{asked.per_second:.1f}", asked.times, bounds))
    lines.append(_row("placed to assigned or offered, ms", "", fates.to_hands_s, TO_HANDS_P95_MS))
    lines += ["", "| rates | product | probe | ratio | goal | floor | reached |", "|---|---|---|---|---|---|---|"]
    lines += [_rate_row(result.alone), _points_row(result.points), "", _fates_line(result)]
    lines += [
        f"Errors: {result.errors or 'none'}. Refused actions: {result.refusals or 'none'}.",
        _machine_line(result),
    ]
    return "\n".join(lines)


def _city_line(result: StreetResult) -> str:
    return (
        f"{result.store}: {result.couriers:,} couriers in {result.zones} zones, {result.orders_per_s:g} orders a "
        f"second for {result.seconds:g} s, the clock {result.speed:g} times as fast as the wall."
    )


def _fates_line(result: StreetResult) -> str:
    fates = result.fates
    return (
        f"Orders: {fates.orders:,} answered, {fates.orders / result.seconds:.1f} a second (goal {ORDERS_PER_S.goal:g}, "
        f"floor {ORDERS_PER_S.floor:g}); {fates.delivered:,} delivered, {fates.settled:,} settled, {fates.lost} lost, "
        f"{fates.doubled} doubled."
    )


def _machine_line(result: StreetResult) -> str:
    cores = ", ".join(f"{name} {busy:.2f}" for name, busy in result.cores.items())
    waited = "went before all others" if result.generator_goes_first else "had to wait for a processor like all others"
    late = f"The generator {waited} and was late by {result.late_start_p99_ms:.1f} ms at p99."
    usual, best = result.sum_took_ms["usual"], result.sum_took_ms["best"]
    speed = f"The same sum took the processor {usual:.2f} ms, {best:.2f} at best: more is what neighbours take."
    return f"{late} Busy cores: {cores}. {speed}"


def _row(what: str, per_second: str, times: Times, bounds: Bounds | None) -> str:
    cells = [
        what,
        per_second,
        *(f"{each:.0f}" for each in (times.p50_ms, times.p95_ms, times.p99_ms, times.slowest_ms)),
    ]
    cells += [f"< {bounds.goal:g}", f"< {bounds.floor:g}", _reached(times.p95_ms, bounds)] if bounds else ["", "", ""]
    return f"| {' | '.join(cells)} |"


def _reached(value: float, bounds: Bounds) -> str:
    """Less is better."""
    if value < bounds.goal:
        return "goal"
    return "floor" if value < bounds.floor else "BELOW"


def _rate_row(rates: Rates) -> str:
    product, probe = _medians(rates)
    held_to = f">= {rates.bounds.goal:g} | >= {rates.bounds.floor:g}"
    return f"| {rates.what} | {product:,.0f}/s | {probe:,.0f}/s | {rates.ratio:.2f} | {held_to} | {rates.verdict} |"


def _points_row(rates: Rates) -> str:
    """Held to points a second, not to the probe."""
    product, probe = _medians(rates)
    goal, floor = rates.bounds.goal, rates.bounds.floor
    reached = "goal" if product >= goal else "floor" if product >= floor else "BELOW"
    held_to = f">= {goal:,g}/s | >= {floor:,g}/s"
    return f"| {rates.what} | {product:,.0f}/s | {probe:,.0f}/s | {rates.ratio:.2f} | {held_to} | {reached} |"


def _medians(rates: Rates) -> tuple[float, float]:
    return median(each.per_second for each in rates.product), median(each.per_second for each in rates.probe)
