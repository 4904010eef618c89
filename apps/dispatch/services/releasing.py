"""End what is over: assignments of legs that ended, offers of legs that went elsewhere."""

from uuid import UUID

from django.db.models import F

from apps.core import clock
from apps.core.db import atomic, on_commit
from apps.core.events import publish
from apps.core.known_queries import KnownQuery
from apps.couriers.models import Shift
from apps.couriers.positions import tell_couriers
from apps.couriers.selectors import courier_of_id
from apps.dispatch.events import FleetOfferEnded, OfferEnded
from apps.dispatch.lifecycle import AssignmentEnd, OfferStatus
from apps.dispatch.models import Assignment, FleetOffer, Offer
from apps.dispatch.services.hand_ons_over import end_those_of_ended_legs
from apps.orders.lifecycle import ENDED, LegStatus
from apps.orders.models import Leg

END_OF = {
    LegStatus.DELIVERED: AssignmentEnd.DELIVERED,
    LegStatus.FAILED: AssignmentEnd.FAILED,
    LegStatus.CANCELLED: AssignmentEnd.CANCELLED,
    LegStatus.RETURNED: AssignmentEnd.FAILED,
}
_live_of_leg = KnownQuery(
    lambda leg_id: Assignment.objects.filter(leg_id=leg_id, is_live=True).values_list("courier_id")
)


@atomic(rereads=5)
def end_assignment(*, leg_id: UUID, end: AssignmentEnd) -> bool:
    """Close the live assignment of a leg and give its room back to the courier. False when there is none."""
    found = _live_of_leg.first(leg_id)
    if found is None:
        return False
    (courier_id,) = found
    live = Assignment.objects.filter(leg_id=leg_id, is_live=True, courier_id=courier_id)
    if not live.update(is_live=False, ended_at=clock.now(), end=end):
        return False
    courier = courier_of_id(courier_id)
    courier.swap(load_legs=max(0, courier.load_legs - 1))
    if end == AssignmentEnd.DELIVERED and courier.shift_id:
        Shift.objects.filter(pk=courier.shift_id).update(legs_done=F("legs_done") + 1)
    return True


@atomic
def end_offer(offer: Offer, *, status: OfferStatus, reason: str = "") -> bool:
    """Close a live offer. False when it is not live any more. Who calls moves the leg."""
    closed = Offer.objects.filter(pk=offer.pk, status=OfferStatus.LIVE).update(
        status=status, reason=reason, ended_at=clock.now()
    )
    if not closed:
        return False
    publish(
        OfferEnded(
            order_id=offer.leg.order_id,
            organisation_id=offer.leg.organisation_id,
            zone_id=offer.leg.zone_id,
            leg_id=offer.leg_id,
            offer_id=offer.pk,
            courier_id=offer.courier_id,
            status=status.value,
            reason=reason,
        )
    )
    courier_id = offer.courier_id
    on_commit(lambda: tell_couriers([courier_id]))
    return True


@atomic
def end_fleet_offer(offer: FleetOffer, *, to: OfferStatus, reason: str = "") -> bool:
    """Close a live offer to a fleet, with its leg and fleet at hand. False when it is not live any more.

    Who calls moves the leg.
    """
    if not offer.move_to(to, reason=reason):
        return False
    publish(
        FleetOfferEnded(
            order_id=offer.leg.order_id,
            organisation_id=offer.leg.organisation_id,
            executor_id=offer.fleet.organisation_id,
            zone_id=offer.leg.zone_id,
            leg_id=offer.leg_id,
            offer_id=offer.pk,
            fleet_id=offer.fleet_id,
            status=to.value,
            reason=reason,
        )
    )
    return True


def withdraw_offer(*, leg_id: UUID, reason: str) -> None:
    """Close the live offer of a leg, to a courier or to a fleet, if there is one: the leg goes elsewhere."""
    offer = Offer.objects.select_related("leg").filter(leg_id=leg_id, status=OfferStatus.LIVE).first()
    if offer:
        end_offer(offer, status=OfferStatus.WITHDRAWN, reason=reason)
        return
    asked = FleetOffer.objects.select_related("leg", "fleet").filter(leg_id=leg_id, status=OfferStatus.LIVE).first()
    if asked:
        end_fleet_offer(asked, to=OfferStatus.WITHDRAWN, reason=reason)


def release_ended(*, order_id: UUID | None = None, limit: int = 500) -> int:
    """Free couriers of legs that ended without them, such as cancelled ones. Returns how many were freed.

    Called when an order is cancelled, and by the sweep for all orders: nothing depends on the message arriving.
    """
    assignments = Assignment.objects.filter(is_live=True, leg__status__in=ENDED)
    offers = Offer.objects.filter(status=OfferStatus.LIVE).exclude(leg__status=LegStatus.OFFERED)
    asked = FleetOffer.objects.filter(status=OfferStatus.LIVE).exclude(leg__status=LegStatus.OFFERED)
    if order_id:
        assignments, offers = assignments.filter(leg__order_id=order_id), offers.filter(leg__order_id=order_id)
        asked = asked.filter(leg__order_id=order_id)
    freed = 0
    for leg_id, status in list(assignments.values_list("leg_id", "leg__status")[:limit]):
        freed += end_assignment(leg_id=leg_id, end=END_OF[LegStatus(status)])
        _tell_holder(leg_id)
    for offer in list(offers.select_related("leg")[:limit]):
        freed += end_offer(offer, status=OfferStatus.WITHDRAWN, reason="leg no longer open")
    for fleet_offer in list(asked.select_related("leg", "fleet")[:limit]):
        freed += end_fleet_offer(fleet_offer, to=OfferStatus.WITHDRAWN, reason="leg no longer open")
    end_those_of_ended_legs(order_id=order_id, limit=limit)
    return freed


def _tell_holder(leg_id: UUID) -> None:
    tell_couriers(Leg.objects.filter(pk=leg_id, courier_id__isnull=False).values_list("courier_id", flat=True))
