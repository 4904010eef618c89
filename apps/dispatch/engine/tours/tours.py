"""What a search answers: tours with their times, and a reason for every request without one."""

from dataclasses import dataclass

from apps.dispatch.engine.reasons import UnassignedReason
from apps.dispatch.engine.tours.problem import TourProblem
from apps.dispatch.engine.tours.rows import Rows, tours_in
from apps.dispatch.engine.tours.tables import Tables


@dataclass(frozen=True, slots=True)
class Tour:
    """One vehicle's tour."""

    vehicle: int
    stops: tuple[int, ...]
    """Nodes in order, without the start and the end."""
    service_at: tuple[float, ...]
    """When service starts at each stop, as early as can be."""
    ends_at: float
    """When the vehicle reaches its end."""
    distance: float
    """With the way from the start and to the end."""


@dataclass(frozen=True, slots=True)
class Tours:
    """The best plan found; it keeps every hard limit."""

    tours: tuple[Tour, ...]
    """Of the vehicles that are used, in their order."""
    left_out: dict[int, UnassignedReason]
    """By request; every other request is in exactly one tour."""
    cost: float
    """Distance, lateness, vehicles and, where they have one, requests left out by their prices."""
    iterations: int
    found_after_s: float
    """From the start of the search to its last improvement."""

    @property
    def vehicles(self) -> int:
        """How many are used."""
        return len(self.tours)

    @property
    def distance(self) -> float:
        """Of all tours."""
        return float(sum(tour.distance for tour in self.tours))


def tours_of(problem: TourProblem, tables: Tables, rows: Rows) -> tuple[Tour, ...]:
    """The rows as tours, in the problem's own time."""
    return tuple(
        Tour(
            vehicle=row,
            stops=tuple(stops),
            service_at=tuple((rows.clock[row, 1 : len(stops) + 1, 0] + tables.origin).tolist()),
            ends_at=float(rows.clock[row, len(stops) + 1, 0] + tables.origin),
            distance=_distance(problem, row, stops),
        )
        for row, stops in tours_in(rows.nodes, rows.length)
    )


def _distance(problem: TourProblem, vehicle: int, stops: list[int]) -> float:
    way = [int(problem.fleet.start[vehicle]), *stops, int(problem.fleet.end[vehicle])]
    return float(problem.distances[problem.rides[vehicle], way[:-1], way[1:]].sum())
