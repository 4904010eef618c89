"""Pin a leg: a dispatcher keeps it where it is, or to be given by hand. The planner leaves it alone until unpinned."""

from uuid import UUID

from apps.core.db import atomic
from apps.core.events import publish
from apps.orders.errors import LegNotFound
from apps.orders.events import LegPinned
from apps.orders.lifecycle import ENDED, IllegalMove, LegStatus
from apps.orders.models import Leg


@atomic(rereads=3)
def set_pin(*, leg_id: UUID, is_pinned: bool) -> Leg:
    """Pin or unpin a leg; as it is already, nothing changes. Raises LegNotFound, or IllegalMove when it has ended.

    The version moves on, so a plan made of the leg as it was before commits nothing of it.
    """
    leg = Leg.objects.filter(pk=leg_id).first()
    if leg is None:
        raise LegNotFound
    if leg.is_pinned == is_pinned:
        return leg
    if leg.status in ENDED:
        raise IllegalMove(f"A leg that is {leg.status} cannot be pinned.", state={"status": leg.status})
    leg.swap(is_pinned=is_pinned, unassigned_reason="" if leg.status == LegStatus.OPEN else leg.unassigned_reason)
    publish(
        LegPinned(
            order_id=leg.order_id,
            organisation_id=leg.organisation_id,
            zone_id=leg.zone_id,
            leg_id=leg.pk,
            is_pinned=is_pinned,
        )
    )
    return leg
