"""What the tick benchmark measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from apps.simulation.benchmarks.tick_phases import PHASES, Spent
from apps.simulation.benchmarks.tick_price import Price


@dataclass(frozen=True, slots=True)
class Timed:
    """Some runs of the same plan."""

    totals: tuple[Spent, ...]
    phases: tuple[dict[str, Spent], ...]


@dataclass(frozen=True, slots=True)
class Rated:
    """A plan and what it took."""

    name: str
    spent: Spent
    """What made the plan; the median of the runs of ours."""
    price: Price
    put_in: int
    """Legs that it left out, and that cheapest insertion then put in."""
    broken: tuple[str, ...]
    """Hard limits that it breaks."""


@dataclass(frozen=True, slots=True)
class SeedResult:
    """One city: ours first, then the others."""

    seed: int
    timed: Timed
    plans: tuple[Rated, ...]

    @property
    def over_vroom(self) -> float | None:
        """Our cost over that of the cheapest plan of VROOM."""
        theirs = [plan.price.cost_min for plan in self.plans if plan.name.startswith("VROOM")]
        return self.plans[0].price.cost_min / min(theirs) if theirs else None


@dataclass(frozen=True, slots=True)
class WarmResult:
    """The last plan known, and some legs new."""

    new_legs: int
    timed: Timed
    cost_min: float
    cold_cost_min: float
    """What a plan of the same snapshot costs that knows no last one."""
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SizeResult:
    """One size of city."""

    couriers: int
    legs: int
    seeds: tuple[SeedResult, ...]
    warm: tuple[WarmResult, ...]

    @property
    def broken(self) -> list[str]:
        """Hard limits that our own plans break."""
        ours = [line for result in self.seeds for line in result.plans[0].broken]
        return ours + [line for result in self.warm for line in result.broken]


@dataclass(frozen=True, slots=True)
class CoresResult:
    """One size on one core and on two."""

    couriers: int
    legs: int
    one_s: float
    two_s: float | None
    """None: the engine plans on one thread only."""


def phase_rows(timed: Sequence[Timed]) -> dict[str, Spent]:
    """Medians by phase, and of the whole plan: of the runs of each city, then over the cities."""
    rows = {phase: _middle([_middle([run[phase] for run in each.phases]) for each in timed]) for phase in PHASES}
    return rows | {"total": _middle([_middle(each.totals) for each in timed])}


def slowest_s(timed: Sequence[Timed]) -> float:
    """The longest plan of all."""
    return max(total.wall_s for each in timed for total in each.totals)


def _middle(spent: Sequence[Spent]) -> Spent:
    return Spent(median(each.wall_s for each in spent), median(each.cpu_s for each in spent))
