"""What couriers who cannot go on have not picked up yet, and what a person must look at."""

from dataclasses import dataclass
from uuid import UUID

from apps.dispatch.models import Assignment
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg


@dataclass(frozen=True, slots=True)
class Held:
    """The legs of a courier: those that others can still fetch, and those on board or pinned by a dispatcher."""

    for_others: list[Leg]
    kept: list[Leg]


def held_by(courier_id: UUID) -> Held:
    """What a courier has now: one query."""
    live = Assignment.objects.filter(courier_id=courier_id, is_live=True).select_related("leg")
    held = Held([], [])
    for leg in [assignment.leg for assignment in live]:
        is_free = not leg.is_pinned and leg.status in (LegStatus.ASSIGNED, LegStatus.AT_PICKUP)
        (held.for_others if is_free else held.kept).append(leg)
    return held
