"""What a search for tours is told, and what it answers. Apart from `tours`, which imports numba."""

from dataclasses import dataclass

from apps.dispatch.engine.plan import PlannedRoute
from apps.dispatch.engine.reasons import UnassignedReason


@dataclass(frozen=True, slots=True)
class TourSearch:
    """How tours are searched: bounded by seconds or by iterations, and when what is kept gives way."""

    seconds: float | None = None
    iterations: int | None = None
    seed: int = 1
    courier_price_min: float = 20.0
    """Minutes that sending out one courier more is worth: who has no tour is there for what comes."""
    least_gain: float = 0.05
    """Share of the cost that a new plan must save for the kept tours to be given up."""
    slack_s: float = 0.0
    """Pickups are planned so many seconds before they must be, where that is possible."""


@dataclass(frozen=True, slots=True)
class TourPlan:
    """Every leg of the snapshot is in exactly one route, or has a reason."""

    routes: tuple[PlannedRoute, ...]
    """Per courier with a tour: what he is committed to, then his tour. Costs as the tick would state them."""
    held_until: dict[str, float]
    """By leg in a tour: its pickup need not be before; then no drop-off is later than planned."""
    unassigned: dict[str, UnassignedReason]
    cost_min: float
    """What the tours were compared by, see `tours.from_snapshot`."""
