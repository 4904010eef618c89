"""The Li and Lim benchmark: every instance through the tours engine, checked from what was written, summed up."""

import csv
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from apps.core import clock
from apps.core.memory import keep_out_of_collection
from apps.dispatch.engine.tours.problem import Fleet, TourProblem
from apps.dispatch.engine.tours.search import solve_tours
from apps.simulation.benchmarks.errors import BenchFailed
from apps.simulation.benchmarks.lilim_files import BrokenInstance, instance_names, read_instance, write_solution
from apps.simulation.benchmarks.lilim_summary import InstanceResult, markdown, totals
from apps.simulation.benchmarks.verify_lilim import verify

BEST_KNOWN = "best_known.csv"
ROUNDING = 1e-6
"""By which our distance may differ from that of the check."""


@dataclass(frozen=True, slots=True)
class LilimOptions:
    """What to run."""

    data: Path
    out: Path
    seconds: float = 10.0
    """For each instance, from when it is read to its solution."""
    instances: str = "all"
    """all, or names parted by commas."""
    seed: int = 1
    jobs: int = 1
    """Processes. More than there are idle cores make each other's seconds worth less."""

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise BenchFailed(f"seconds must be more than 0, not {self.seconds}")
        if self.jobs < 1:
            raise BenchFailed(f"at least one process is needed, not {self.jobs}")


def run(options: LilimOptions, tell: Callable[[str], None]) -> None:
    """Run, write DIR/<instance>.txt, DIR/summary.json and .md, and tell the table. Raises BenchFailed."""
    try:
        names = _chosen(options)
        best_known = read_best_known(options.data / BEST_KNOWN)
        results = []
        for result in _results(names, options, best_known):
            results.append(result)
            tell(f"{len(results)}/{len(names)} {_brief(result)}")
    except BrokenInstance as error:
        raise BenchFailed(str(error)) from None
    settings = {"seconds": options.seconds, "instances": options.instances, "seed": options.seed, "jobs": options.jobs}
    rows = {result.name: asdict(result) for result in results}
    summary = {"options": settings, "instances": rows, "totals": totals(results)}
    (options.out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    table = markdown(results, options.seconds)
    (options.out / "summary.md").write_text(table + "\n", encoding="utf-8")
    tell(f"\n{table}")
    if broken := [result.name for result in results if not result.feasible]:
        raise BenchFailed(f"not feasible: {', '.join(broken)}")


def run_instance(name: str, options: LilimOptions, best_known: tuple[int, float] | None) -> InstanceResult:
    """Solve, write and check one instance. Raises BrokenInstance; BenchFailed if our distance is not the check's."""
    _warm()
    path = options.data / f"{name}.txt"
    began, cpu_began = time.perf_counter(), time.process_time()
    instance = read_instance(path)
    left_s = options.seconds - (time.perf_counter() - began)
    answer = solve_tours(instance.problem, seconds=left_s, seed=options.seed)
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu_began
    written = options.out / f"{name}.txt"
    today = clock.now().date().isoformat()
    write_solution(name, [tour.stops for tour in answer.tours], written, today)
    verdict = verify(path, written)
    if not abs(float(verdict.distance) - answer.distance) <= ROUNDING:
        raise BenchFailed(f"{name}: distance is {answer.distance} by the engine, {verdict.distance} by the check")
    return InstanceResult(
        name=name,
        vehicles=verdict.vehicles,
        distance=answer.distance,
        best_vehicles=None if best_known is None else best_known[0],
        best_distance=None if best_known is None else best_known[1],
        feasible=verdict.feasible,
        violations=verdict.violations[:10],
        found_after_s=round(answer.found_after_s, 3),
        wall_s=round(wall_s, 3),
        cpu_s=round(cpu_s, 3),
    )


def read_best_known(path: Path) -> dict[str, tuple[int, float]]:
    """Vehicles and distance by instance, in lower case; nothing when there is no such file. Raises BrokenInstance."""
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {
                row["instance"].lower(): (int(row["routes"]), float(row["distance"])) for row in csv.DictReader(file)
            }
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenInstance(f"{path}: {error}") from None


def _chosen(options: LilimOptions) -> list[str]:
    known = instance_names(options.data)
    if options.instances == "all":
        return known
    names = list(dict.fromkeys(options.instances.split(",")))
    if missing := [name for name in names if name not in known]:
        raise BenchFailed(f"{options.data}: no instance {', '.join(repr(name) for name in missing)}")
    return names


def _results(
    names: Sequence[str], options: LilimOptions, best_known: dict[str, tuple[int, float]]
) -> Iterator[InstanceResult]:
    best = [best_known.get(name.lower()) for name in names]
    jobs = min(options.jobs, len(names))
    if jobs == 1:
        for name, known in zip(names, best, strict=True):
            yield run_instance(name, options, known)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        try:
            yield from pool.map(run_instance, names, [options] * len(names), best)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _warm() -> None:
    """Load or compile every kernel, so that no instance is timed with it: two pickups at one moment need two vehicles,
    and that one would do is looked for in vain."""
    places = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [4.0, 0.0]])
    distance = np.hypot(*(places[:, None] - places[None, :]).T)
    window = np.tile([0.0, 100.0], (5, 1))
    pickup, dropoff = np.array([1, 3]), np.array([2, 4])
    window[pickup] = 10.0
    fleet = Fleet.alike(2, np.array([1.0]))
    solve_tours(TourProblem(distance, pickup, dropoff, window, np.ones((2, 1)), fleet), iterations=500)
    keep_out_of_collection()


def _brief(result: InstanceResult) -> str:
    best = "" if result.best_vehicles is None else f" (best known {result.best_vehicles}, {result.best_distance:.2f})"
    return (
        f"{result.name}: {result.vehicles} vehicles, {result.distance:.2f}{best}"
        f"{'' if result.feasible else ', NOT FEASIBLE: ' + result.violations[0]}; {result.wall_s} s"
    )
