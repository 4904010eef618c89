"""A fleet refuses an order that it was given, or asked for."""

from uuid import UUID

from apps.core.db import atomic
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import FleetOffer, Offer
from apps.dispatch.services.assigning import unassign_leg
from apps.dispatch.services.fleet_offering import decline_fleet_offer
from apps.dispatch.services.offering import decline_offer
from apps.orders.errors import LegNotFound
from apps.orders.models import Leg


@atomic(rereads=3)
def refuse_leg(*, leg_id: UUID, fleet_id: UUID, reason: str) -> Leg:
    """Take the leg back from the fleet's courier, and end a live offer of it to the fleet or to one of its couriers.

    Raises LegNotFound, or IllegalMove once the parcels are on board.
    """
    leg = Leg.objects.select_related("courier").filter(pk=leg_id).first()
    if leg is None:
        raise LegNotFound
    if leg.courier is not None and leg.courier.fleet_id == fleet_id:
        return unassign_leg(leg_id=leg_id, reason=reason)
    asked = Offer.objects.filter(leg_id=leg_id, courier__fleet_id=fleet_id, status=OfferStatus.LIVE)
    for offer_id, courier_id in list(asked.values_list("pk", "courier_id")):
        decline_offer(offer_id=offer_id, courier_id=courier_id, reason=reason)
    live = FleetOffer.objects.filter(leg_id=leg_id, fleet_id=fleet_id, status=OfferStatus.LIVE)
    for offer_id in list(live.values_list("pk", flat=True)):
        decline_fleet_offer(offer_id=offer_id, reason=reason)
    return Leg.objects.get(pk=leg_id)
