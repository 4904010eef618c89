"""Offer a leg to one courier until a deadline. The deadline is the platform's; the first of accept and expiry wins."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from apps.core import clock
from apps.core.db import atomic, on_commit
from apps.core.errors import Conflict
from apps.core.events import publish
from apps.core.money import Money
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier
from apps.couriers.positions import tell_couriers
from apps.dispatch.eligibility import check_connected
from apps.dispatch.errors import CourierNotAvailable, FleetNotConnected, OfferGone, OfferNotFound
from apps.dispatch.events import OfferMade
from apps.dispatch.leg_state import leg_state
from apps.dispatch.lifecycle import AssignedBy, OfferStatus
from apps.dispatch.models import Offer
from apps.dispatch.services.assigning import PlannedPart, assign_leg
from apps.dispatch.services.payouts import courier_payout
from apps.dispatch.services.releasing import end_offer
from apps.dispatch.services.route_places import GAP
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from apps.orders.selectors.hand_ons import live_hand_on
from apps.orders.services import LegMove, move_leg


@atomic
def make_offer(*, leg_id: UUID, leg_version: int, courier_id: UUID, why: dict[str, Any] | None = None) -> Offer:
    """Offer an open leg to a courier.

    Raises CourierNotAvailable, IllegalMove, FleetNotConnected, or Conflict: it is no longer open.
    """
    able = Courier.objects.filter(
        pk=courier_id, status=CourierStatus.ON_DUTY, is_active=True, silent_since__isnull=True
    )
    courier = able.select_related("fleet", "shift").first()
    if courier is None or courier.load_legs >= courier.max_legs or courier.is_past_shift:
        raise CourierNotAvailable
    leg = move_leg(leg_id=leg_id, move=LegMove(LegStatus.OFFERED, None, from_version=leg_version))
    hand_on = live_hand_on(leg_id)
    check_connected(leg, courier.fleet, hand_on)
    at = clock.now()
    payout = courier_payout(leg, courier.fleet_id, hand_on)
    offer = Offer.objects.create(
        leg=leg,
        courier=courier,
        payout_cents=payout.amount,
        currency=payout.currency,
        why=why or {},
        offered_at=at,
        expires_at=at + offer_duration(),
    )
    publish(
        OfferMade(
            order_id=leg.order_id,
            organisation_id=leg.organisation_id,
            zone_id=leg.zone_id,
            leg_id=leg.pk,
            offer_id=offer.pk,
            courier_id=courier_id,
            expires_at=offer.expires_at,
        )
    )
    on_commit(lambda: tell_couriers([courier_id]))
    return offer


def offer_duration() -> timedelta:
    """How long an offer stands, on the platform's clock; never less than five seconds of a thumb's time."""
    return timedelta(seconds=max(settings.OFFER_SECONDS, 5 * clock.speed()))


@atomic(rereads=3)
def accept_offer(*, offer_id: UUID, courier_id: UUID) -> Leg:
    """Take the offered leg. Accepting again what one already has changes nothing.

    Raises OfferNotFound, OfferGone with the state of the leg (also when the fleet's connection was paused or ended
    meanwhile), or CourierNotAvailable.
    """
    offer = _offer_of(offer_id, courier_id)
    if offer.status == OfferStatus.ACCEPTED:
        return offer.leg
    if offer.status != OfferStatus.LIVE or offer.expires_at <= clock.now():
        raise OfferGone(state=leg_state(offer.leg))
    if not end_offer(offer, status=OfferStatus.ACCEPTED):
        raise Conflict
    courier = Courier.objects.get(pk=courier_id)
    end = courier.route_end
    planned = PlannedPart(
        leg_version=offer.leg.version,
        pickup_place=offer.why.get("pickup_place", end + GAP),
        dropoff_place=offer.why.get("dropoff_place", end + 2 * GAP),
        expected_pickup_at=_planned_for(offer, "expected_pickup_at"),
        expected_dropoff_at=_planned_for(offer, "expected_dropoff_at"),
        why=offer.why,
        payout=Money(offer.payout_cents, offer.currency),
    )
    try:
        assign_leg(leg_id=offer.leg_id, courier_id=courier_id, by=AssignedBy.COURIER, planned=planned)
    except FleetNotConnected as error:
        raise OfferGone(state=leg_state(offer.leg)) from error  # undone whole: it runs out by itself
    return Leg.objects.get(pk=offer.leg_id)


def _planned_for(offer: Offer, name: str) -> datetime | None:
    """A time of the plan that made the offer; None where no plan did."""
    text = offer.why.get(name)
    return datetime.fromisoformat(text) if text else None


@atomic(rereads=3)
def decline_offer(*, offer_id: UUID, courier_id: UUID, reason: str = "") -> None:
    """Leave the offered leg to others. Declining what is over changes nothing. Raises OfferNotFound."""
    offer = _offer_of(offer_id, courier_id)
    _reopen(offer, OfferStatus.DECLINED, reason)


def expire_offers(*, limit: int = 500) -> int:
    """Close all offers whose deadline has passed; their legs are open again. Returns how many."""
    due = Offer.objects.filter(status=OfferStatus.LIVE, expires_at__lte=clock.now()).order_by("expires_at")
    return sum(_expire(offer_id) for offer_id in list(due.values_list("pk", flat=True)[:limit]))


@atomic(rereads=3)
def _expire(offer_id: UUID) -> bool:
    offer = Offer.objects.select_related("leg").get(pk=offer_id)
    return _reopen(offer, OfferStatus.EXPIRED, "")


def _reopen(offer: Offer, status: OfferStatus, reason: str) -> bool:
    if not end_offer(offer, status=status, reason=reason):
        return False
    if offer.leg.status == LegStatus.OFFERED:
        move_leg(leg_id=offer.leg_id, move=LegMove(LegStatus.OPEN, None, reason=f"offer {status.value}"))
    return True


def _offer_of(offer_id: UUID, courier_id: UUID) -> Offer:
    offer = Offer.objects.select_related("leg").filter(pk=offer_id, courier_id=courier_id).first()
    if offer is None:
        raise OfferNotFound
    return offer
