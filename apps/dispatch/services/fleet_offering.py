"""Offer a leg to a fleet with a dispatch of its own. As with couriers: the first of accept, decline and expiry wins."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.events import publish
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Fleet
from apps.couriers.services import NamedCourier, send_courier
from apps.dispatch.eligibility import check_connected
from apps.dispatch.errors import FleetNotConnected, FleetNotEligible, FleetNotExternal, OfferGone, OfferNotFound
from apps.dispatch.events import FleetOffered
from apps.dispatch.lifecycle import AssignedBy, OfferStatus
from apps.dispatch.models import Assignment, FleetOffer
from apps.dispatch.services.assigning import PlannedPart, assign_leg
from apps.dispatch.services.payouts import fleet_payout
from apps.dispatch.services.releasing import end_fleet_offer
from apps.dispatch.services.route_places import GAP
from apps.orders.lifecycle import LegStatus
from apps.orders.selectors.hand_ons import live_hand_on
from apps.orders.services import LegMove, move_leg


@atomic
def make_fleet_offer(*, leg_id: UUID, leg_version: int, fleet_id: UUID) -> FleetOffer:
    """Offer an open leg to a fleet.

    Raises FleetNotExternal, IllegalMove, FleetNotConnected, FleetNotEligible for a test order, which only the sandbox's
    robots carry, or Conflict: it is no longer open.
    """
    fleet = Fleet.objects.filter(pk=fleet_id, mode=FleetMode.EXTERNAL).first()
    if fleet is None:
        raise FleetNotExternal
    leg = move_leg(leg_id=leg_id, move=LegMove(LegStatus.OFFERED, None, from_version=leg_version))
    if leg.is_test:
        raise FleetNotEligible
    hand_on = live_hand_on(leg.pk)
    check_connected(leg, fleet, hand_on)
    at = clock.now()
    payout = fleet_payout(leg, fleet, hand_on)
    offer = FleetOffer.objects.create(
        leg=leg,
        fleet=fleet,
        payout_cents=payout.amount,
        currency=payout.currency,
        offered_at=at,
        expires_at=at + fleet_offer_duration(),
    )
    publish(
        FleetOffered(
            order_id=leg.order_id,
            organisation_id=leg.organisation_id,
            executor_id=fleet.organisation_id,
            zone_id=leg.zone_id,
            leg_id=leg.pk,
            offer_id=offer.pk,
            fleet_id=fleet.pk,
            expires_at=offer.expires_at,
        )
    )
    return offer


def fleet_offer_duration() -> timedelta:
    """How long an offer to a fleet stands, on the platform's clock; never less than five seconds of the wall."""
    return timedelta(seconds=max(settings.FLEET_OFFER_SECONDS, 5 * clock.speed()))


@atomic(rereads=3)
def accept_fleet_offer(*, offer_id: UUID, courier: UUID | NamedCourier | None = None) -> Assignment:
    """Take the offered leg for the fleet: for a courier of it, for one that it names, or for its stand-in.

    Raises OfferNotFound, OfferGone with the state (also when the fleet's connection was paused or ended meanwhile),
    CourierNotFound, PhoneTaken, or CourierNotAvailable.
    """
    offer = _offer(offer_id)
    if not offer.is_open:
        raise OfferGone(state=offer_state(offer))
    carrier = send_courier(fleet=offer.fleet, zone_id=offer.leg.zone_id, courier=courier)
    if not end_fleet_offer(offer, to=OfferStatus.ACCEPTED):
        raise Conflict
    planned = PlannedPart(
        leg_version=offer.leg.version,
        pickup_place=carrier.route_end + GAP,
        dropoff_place=carrier.route_end + 2 * GAP,
    )
    try:
        assignment = assign_leg(leg_id=offer.leg_id, courier_id=carrier.pk, by=AssignedBy.FLEET, planned=planned)
    except FleetNotConnected as error:  # undone whole: it runs out by itself
        state = {"status": OfferStatus.WITHDRAWN.value, "leg_status": LegStatus.OFFERED.value}
        raise OfferGone(state=state) from error
    FleetOffer.objects.filter(pk=offer.pk).update(assignment_id=assignment.pk)
    return assignment


@atomic(rereads=3)
def decline_fleet_offer(*, offer_id: UUID, reason: str) -> FleetOffer:
    """Leave the offered leg to others. Declining again changes nothing.

    Raises OfferNotFound, or OfferGone with the state when it was accepted or is over.
    """
    offer = _offer(offer_id)
    if offer.status == OfferStatus.DECLINED:
        return offer
    if not offer.is_open:
        raise OfferGone(state=offer_state(offer))
    _reopen(offer, OfferStatus.DECLINED, reason)
    return offer


def expire_fleet_offers(*, limit: int = 500) -> int:
    """Close all offers to fleets whose deadline has passed; their legs are open again. Returns how many."""
    due = FleetOffer.objects.filter(status=OfferStatus.LIVE, expires_at__lte=clock.now()).order_by("expires_at")
    return sum(_expire(offer_id) for offer_id in list(due.values_list("pk", flat=True)[:limit]))


def offer_state(offer: FleetOffer) -> dict[str, Any]:
    """How an offer and its leg stand, for whoever came too late. One past its deadline has expired, swept or not."""
    is_late = offer.status == OfferStatus.LIVE and not offer.is_open
    status = OfferStatus.EXPIRED if is_late else OfferStatus(offer.status)
    return {"status": status.value, "leg_status": offer.leg.status}


@atomic(rereads=3)
def _expire(offer_id: UUID) -> bool:
    return _reopen(_offer(offer_id), OfferStatus.EXPIRED, "")


def _reopen(offer: FleetOffer, to: OfferStatus, reason: str) -> bool:
    if not end_fleet_offer(offer, to=to, reason=reason):
        return False
    if offer.leg.status == LegStatus.OFFERED:
        move_leg(leg_id=offer.leg_id, move=LegMove(LegStatus.OPEN, None, reason=f"offer {to.value}"))
    return True


def _offer(offer_id: UUID) -> FleetOffer:
    offer = FleetOffer.objects.select_related("leg", "fleet").filter(pk=offer_id).first()
    if offer is None:
        raise OfferNotFound
    return offer
