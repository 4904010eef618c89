"""What a run of the Li and Lim benchmark came to: per instance, per class, and over all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SAME_DISTANCE = 1.0001
"""As long as the best known, to 0.01 %: published distances are rounded."""


@dataclass(frozen=True, slots=True)
class InstanceResult:
    """One instance. Vehicles and feasibility are those of the independent check."""

    name: str
    vehicles: int
    distance: float
    best_vehicles: int | None
    best_distance: float | None
    feasible: bool
    violations: tuple[str, ...]
    found_after_s: float
    """From the start of the search to its last improvement."""
    wall_s: float
    """From the moment before the instance is read to its solution."""
    cpu_s: float
    """The same, of the processor: less than the wall's when others were busy."""

    @property
    def is_best_known(self) -> bool:
        """Whether it is feasible, with no more vehicles and no more distance than the best known."""
        if not self.feasible or self.best_vehicles is None or self.best_distance is None:
            return False
        if self.vehicles != self.best_vehicles:
            return self.vehicles < self.best_vehicles
        return self.distance <= self.best_distance * SAME_DISTANCE

    @property
    def family(self) -> str:
        """The class: LC1 for lc101, LRC2 for LRC2_10_1."""
        match = re.match(r"[a-z]+\d", self.name.lower())
        return match.group().upper() if match else "other"


def totals(results: Sequence[InstanceResult]) -> dict[str, float | int | None]:
    """Sums over instances; None for what is not known of all of them."""
    best_vehicles = [result.best_vehicles for result in results if result.best_vehicles is not None]
    best_distances = [result.best_distance for result in results if result.best_distance is not None]
    known = len(best_vehicles) == len(best_distances) == len(results)
    return {
        "instances": len(results),
        "feasible": sum(result.feasible for result in results),
        "vehicles": sum(result.vehicles for result in results),
        "best_known_vehicles": sum(best_vehicles) if known else None,
        "distance": sum(result.distance for result in results),
        "best_known_distance": sum(best_distances) if known else None,
        "at_best_known": sum(result.is_best_known for result in results),
        "slowest_s": max((result.wall_s for result in results), default=0.0),
        "cpu_s": round(sum(result.cpu_s for result in results), 3),
    }


def markdown(results: Sequence[InstanceResult], seconds: float) -> str:
    """Tables: the classes, and every instance beside its best known."""
    lines = [
        f"Li and Lim, {len(results)} instances, {seconds:g} s each",
        "",
        "| class | instances | feasible | vehicles | best known | distance | best known | at best known |",
        "|---" * 8 + "|",
    ]
    families = dict.fromkeys(result.family for result in results)
    lines += [_sum_row(family, [result for result in results if result.family == family]) for family in families]
    lines += [_sum_row("**all**", results), ""]
    lines += ["| instance | vehicles | best known | distance | best known | feasible | found after s | wall s |"]
    lines += ["|---" * 8 + "|"]
    lines += [_instance_row(each) for each in results]
    return "\n".join(lines)


def _sum_row(label: str, results: Sequence[InstanceResult]) -> str:
    sums = totals(results)
    keys = ("instances", "feasible", "vehicles", "best_known_vehicles", "distance", "best_known_distance")
    return f"| {label} | " + " | ".join(_text(sums[key]) for key in keys) + f" | {sums['at_best_known']} |"


def _instance_row(result: InstanceResult) -> str:
    cells = (result.vehicles, result.best_vehicles, result.distance, result.best_distance)
    feasible = "yes" if result.feasible else "NO"
    times = f"{result.found_after_s:.2f} | {result.wall_s:.2f}"
    return f"| {result.name} | {' | '.join(map(_text, cells))} | {feasible} | {times} |"


def _text(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.2f}"
