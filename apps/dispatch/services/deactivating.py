"""Put a courier out of service: what they have not picked up goes back to dispatch, in the same transaction.

Here and not in `couriers`, which does not know orders. Not by an event either: between the two, the courier could pick
up what is about to be taken away.
"""

from dataclasses import dataclass
from uuid import UUID

from apps.core.db import atomic
from apps.couriers.services import deactivate_courier
from apps.dispatch.errors import ParcelsOnBoard
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services.assigning import unassign_leg
from apps.dispatch.services.releasing import END_OF, end_assignment, end_offer
from apps.orders.lifecycle import ENDED, ON_BOARD, LegStatus
from apps.orders.models import Leg
from apps.orders.services import LegMove, move_leg

REASON = "courier deactivated"


@dataclass(frozen=True, slots=True)
class GivenBack:
    """How many legs a courier had, or was offered, that are for others now."""

    legs: int


@atomic(rereads=5)
def put_out_of_service(*, courier_id: UUID) -> GivenBack:
    """End a courier's duty and devices, and open again what they have not picked up. Doing it again changes nothing.

    Raises CourierNotFound, or ParcelsOnBoard with how many legs are with them: nothing is changed then.
    """
    on_board = Leg.objects.filter(courier_id=courier_id, status__in=ON_BOARD).count()
    if on_board:
        raise ParcelsOnBoard(state={"legs_on_board": on_board})
    held = list(Assignment.objects.filter(courier_id=courier_id, is_live=True).values_list("leg_id", "leg__status"))
    open_again = [leg_id for leg_id, status in held if status not in ENDED]
    for leg_id, status in held:
        _give_back(leg_id, LegStatus(status))
    offers = list(Offer.objects.select_related("leg").filter(courier_id=courier_id, status=OfferStatus.LIVE))
    for offer in offers:
        _withdraw(offer)
    deactivate_courier(courier_id=courier_id)
    return GivenBack(len(open_again) + len(offers))


def _give_back(leg_id: UUID, status: LegStatus) -> None:
    """Open the leg again; of one that ended without its courier, only close the books."""
    if status in ENDED:
        end_assignment(leg_id=leg_id, end=END_OF[status])
    else:
        unassign_leg(leg_id=leg_id, reason=REASON)


def _withdraw(offer: Offer) -> None:
    if end_offer(offer, status=OfferStatus.WITHDRAWN, reason=REASON) and offer.leg.status == LegStatus.OFFERED:
        move_leg(leg_id=offer.leg_id, move=LegMove(LegStatus.OPEN, None, reason=REASON))
