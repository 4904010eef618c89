"""The MDRPLIB benchmark: every instance through the product's engine, checked from what was written, summed up."""

import json
import math
import multiprocessing
import os
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from apps.simulation.benchmarks.errors import BenchFailed
from apps.simulation.benchmarks.mdrplib_day import Prep, RuleBroken
from apps.simulation.benchmarks.mdrplib_files import write_solution
from apps.simulation.benchmarks.mdrplib_published import TABLE_4, published_rows
from apps.simulation.benchmarks.mdrplib_replay import replay
from apps.simulation.benchmarks.verify_mdrplib import verify
from apps.simulation.mdrplib.reader import BrokenInstance, instance_names, read_instance

Figures = dict[str, float | None]

COLUMNS = {
    "undelivered_pct": "undelivered %",
    "click_to_door_min": "click-to-door",
    "click_to_door_p90_min": "p90",
    "overage_min": "overage",
    "ready_to_pickup_min": "ready-to-pickup",
    "utilisation": "utilisation",
    "cost_per_order": "cost/order",
    "orders_per_bundle": "orders/bundle",
}


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """What to run."""

    data: Path
    out: Path
    instances: str = "all"
    """all, table4, or names parted by commas."""
    tick_s: int = 60
    prep: Prep = Prep.KNOWN
    shuffle: int | None = None
    """Seed for another order of the couriers, which moves nothing but ties. None: the order of the files."""
    jobs: int | None = None
    """Processes. None: one per core."""

    def __post_init__(self) -> None:
        if self.tick_s <= 0 or self.tick_s % 60:
            raise BenchFailed(f"the tick must be whole minutes, in seconds: {self.tick_s} is not")
        if self.jobs is not None and self.jobs < 1:
            raise BenchFailed(f"at least one process is needed, not {self.jobs}")


def run(options: BenchOptions, tell: Callable[[str], None]) -> None:
    """Run, write DIR/<instance>/ and DIR/summary.json and .md, and tell the table. Raises BenchFailed."""
    try:
        names = _chosen(options)
        figures: dict[str, Figures] = {}
        for name, result in _results(names, options):
            figures[name] = result
            tell(f"{len(figures)}/{len(names)} {name}: {_brief(result)}")
    except (BrokenInstance, RuleBroken) as error:
        raise BenchFailed(str(error)) from None
    mean = _mean(list(figures.values()))
    summary = {"options": _settings(options), "instances": figures, "mean": mean}
    (options.out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    table = _table(options, mean, len(figures))
    (options.out / "summary.md").write_text(table + "\n", encoding="utf-8")
    tell(f"\n{table}")


def run_instance(name: str, options: BenchOptions) -> Figures:
    """Replay, write and check one instance. Raises BrokenInstance, BenchFailed."""
    instance = read_instance(options.data / name)
    if options.shuffle is not None:
        couriers = list(instance.couriers)
        random.Random(f"{options.shuffle}{name}").shuffle(couriers)
        instance = replace(instance, couriers=tuple(couriers))
    result = replay(instance, tick_min=options.tick_s // 60, prep=options.prep)
    write_solution(instance, result.trips, options.out / name)
    figures: Figures = asdict(result.metrics)
    _check(name, figures, options)
    return {**figures, "wall_s": round(result.wall_s, 3), "slowest_tick_ms": round(result.slowest_tick_ms, 2)}


def _chosen(options: BenchOptions) -> list[str]:
    known = instance_names(options.data)
    if options.instances == "all":
        return known
    names = list(TABLE_4) if options.instances == "table4" else options.instances.split(",")
    if missing := [name for name in names if name not in known]:
        raise BenchFailed(f"{options.data}: no instance {', '.join(repr(name) for name in missing)}")
    return list(dict.fromkeys(names))


def _results(names: Sequence[str], options: BenchOptions) -> Iterator[tuple[str, Figures]]:
    jobs = min(options.jobs or os.cpu_count() or 1, len(names))
    if jobs == 1:
        for name in names:
            yield name, run_instance(name, options)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        try:
            yield from zip(names, pool.map(run_instance, names, [options] * len(names)), strict=True)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _check(name: str, figures: Figures, options: BenchOptions) -> None:
    """Compare with the independent check. Raises BenchFailed on the first difference."""
    verdict = verify(options.data / name, options.out / name, estimated=options.prep is Prep.ESTIMATED)
    if verdict.violations:
        more = f" (and {len(verdict.violations) - 1} more)" if len(verdict.violations) > 1 else ""
        raise BenchFailed(f"{name}: the written solution breaks a rule: {verdict.violations[0]}{more}")
    for key, mine in figures.items():
        theirs = verdict.figures[key]
        agree = mine is theirs if mine is None or theirs is None else math.isclose(mine, theirs, abs_tol=1e-9)
        if not agree:
            raise BenchFailed(f"{name}: {key} is {mine} by the replay, {theirs} by the check of its files")


def _mean(figures: Sequence[Figures]) -> Figures:
    """Means over instances; of a figure that an instance does not have, over the others."""
    means: Figures = {}
    for key in figures[0]:
        present = [value for each in figures if (value := each[key]) is not None]
        means[key] = sum(present) / len(present) if present else None
    return means


def _settings(options: BenchOptions) -> dict[str, str | int | None]:
    return {
        "instances": options.instances,
        "tick_s": options.tick_s,
        "prep": str(options.prep),
        "shuffle": options.shuffle,
    }


def _brief(figures: Figures) -> str:
    return (
        f"undelivered {_number(figures['undelivered_pct'])} %, click-to-door {_number(figures['click_to_door_min'])}, "
        f"{_number(figures['wall_s'])} s, slowest tick {_number(figures['slowest_tick_ms'])} ms"
    )


def _table(options: BenchOptions, mean: Figures, n: int) -> str:
    """Markdown: our means, and the published figures that belong beside them."""
    label = f"this run: {n} instances, {options.tick_s}-second ticks, preparation {options.prep}"
    rows = [(label, mean)]
    rows += [(row.label, asdict(row)) for row in published_rows(options.prep, options.instances)]
    lines = ["| mean over instances | " + " | ".join(COLUMNS.values()) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for text, row in rows:
        lines.append(f"| {text} | " + " | ".join(_number(row.get(key)) for key in COLUMNS) + " |")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
