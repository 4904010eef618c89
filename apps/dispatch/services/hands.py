"""Whether a courier has a leg, at the epoch that their phone names."""

from uuid import UUID

from apps.dispatch.errors import NotYourLeg
from apps.dispatch.leg_state import leg_state
from apps.dispatch.models import Assignment
from apps.orders.errors import LegNotFound, StaleEpoch
from apps.orders.models import Leg
from apps.orders.selectors.legs import leg_with_order


def leg_in_hands(*, courier_id: UUID, leg_id: UUID, epoch: int) -> Leg:
    """The leg, with its order, if it is this courier's. Raises LegNotFound, NotYourLeg, or StaleEpoch with the state
    when it changed hands since.
    """
    leg = leg_with_order(leg_id)
    if leg.courier_id == courier_id and leg.epoch == epoch:
        return leg
    if Assignment.objects.filter(leg=leg, courier_id=courier_id).exists():
        raise StaleEpoch(state=leg_state(leg))
    raise NotYourLeg


def leg_once_in_hands(*, courier_id: UUID, leg_id: UUID, epoch: int) -> Leg:
    """The leg, with its order, if it is or was this courier's at that epoch. Raises LegNotFound otherwise."""
    leg = leg_with_order(leg_id)
    if not Assignment.objects.filter(leg=leg, courier_id=courier_id, epoch=epoch).exists():
        raise LegNotFound
    return leg
