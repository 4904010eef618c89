"""A fleet refuses an order that it was asked for, as its connection allows: it is not asked again, others are."""

from uuid import UUID

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.events import publish
from apps.couriers.models import Courier, Fleet
from apps.dispatch.eligibility import Networks, eligible_fleets
from apps.dispatch.errors import RefusalNotAllowed
from apps.dispatch.events import FleetRefused
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import FleetOffer, FleetRefusal, Offer
from apps.dispatch.rights import rights_over
from apps.dispatch.services.assigning import unassign_leg
from apps.dispatch.services.releasing import end_fleet_offer, withdraw_offer
from apps.networks.lifecycle import Right
from apps.orders.errors import LegNotFound
from apps.orders.lifecycle import WAITING, HandOnEnd, LegStatus
from apps.orders.models import Leg
from apps.orders.selectors.hand_ons import live_hand_on
from apps.orders.selectors.legs import leg_with_order
from apps.orders.services import LegMove, end_hand_on, move_leg

WHY = "refused by the fleet"


@atomic(rereads=3)
def refuse_leg(*, leg_id: UUID, fleet_id: UUID, reason: str) -> FleetRefusal:
    """Refuse the order of a leg for a whole fleet; refusing it again changes nothing.

    What one of its couriers was offered is withdrawn, what it was offered itself counts as declined, and what one of
    its couriers has is taken back. A merchant's own fleets need no right, nor does one that it was handed on to. Raises
    LegNotFound for a leg that the fleet was not asked for, RefusalNotAllowed, or IllegalMove once a courier of the
    fleet has picked it up.
    """
    leg, fleet = leg_with_order(leg_id), Fleet.objects.filter(pk=fleet_id).first()
    if fleet is None:
        raise LegNotFound
    known = FleetRefusal.objects.filter(order_id=leg.order_id, fleet_id=fleet_id).first()
    if known is not None:
        return known
    has_it, is_offered = _has_it(leg, fleet_id), _is_offered(leg, fleet_id)
    if not (has_it or is_offered or _is_asked(leg, fleet_id)):
        raise LegNotFound
    if not may_refuse(leg, fleet):
        raise RefusalNotAllowed
    _take_back(leg, fleet_id, reason, has_it=has_it, is_offered=is_offered)
    hand_on = live_hand_on(leg_id)
    if hand_on and hand_on.to_fleet_id == fleet_id:
        end_hand_on(hand_on, leg, end=HandOnEnd.REFUSED)
    return _write(leg, fleet_id, reason)


def may_refuse(leg: Leg, fleet: Fleet) -> bool:
    """Whether a fleet may refuse the order of a leg that it was asked for: a merchant's own, by its connection, or
    because it was handed on to it.
    """
    return Right.REJECT in rights_over(leg, fleet)


def _has_it(leg: Leg, fleet_id: UUID) -> bool:
    return leg.courier_id is not None and Courier.objects.filter(pk=leg.courier_id, fleet_id=fleet_id).exists()


def _is_offered(leg: Leg, fleet_id: UUID) -> bool:
    if FleetOffer.objects.filter(leg_id=leg.pk, fleet_id=fleet_id, status=OfferStatus.LIVE).exists():
        return True
    offer = Offer.objects.select_related("courier").filter(leg_id=leg.pk, status=OfferStatus.LIVE).first()
    return offer is not None and offer.courier.fleet_id == fleet_id


def _is_asked(leg: Leg, fleet_id: UUID) -> bool:
    if leg.status not in WAITING:
        return False
    return fleet_id in eligible_fleets(leg, Networks.in_zone(leg.zone_id, [leg]), at=clock.now())


def _take_back(leg: Leg, fleet_id: UUID, reason: str, *, has_it: bool, is_offered: bool) -> None:
    """Whatever the leg was to the fleet, its version moves on: a plan made before gives the fleet nothing of it."""
    if has_it:
        unassign_leg(leg_id=leg.pk, reason=WHY)
    elif is_offered:
        _end_offer(leg, fleet_id, reason)
        move_leg(leg_id=leg.pk, move=LegMove(LegStatus.OPEN, None, reason=WHY))
    elif leg.status == LegStatus.OPEN:
        leg.swap()


def _end_offer(leg: Leg, fleet_id: UUID, reason: str) -> None:
    to_fleet = FleetOffer.objects.select_related("leg", "fleet").filter(
        leg_id=leg.pk, fleet_id=fleet_id, status=OfferStatus.LIVE
    )
    offer = to_fleet.first()
    if offer is None:
        withdraw_offer(leg_id=leg.pk, reason=WHY)
    elif not end_fleet_offer(offer, to=OfferStatus.DECLINED, reason=reason):
        raise Conflict  # accepted, or run out, at this moment


def _write(leg: Leg, fleet_id: UUID, reason: str) -> FleetRefusal:
    try:
        refusal = FleetRefusal.objects.create(
            order_id=leg.order_id, fleet_id=fleet_id, reason=reason, refused_at=clock.now()
        )
    except IntegrityError as error:
        raise Conflict from error  # it was refused just now: the next read finds it
    publish(
        FleetRefused(
            order_id=leg.order_id,
            organisation_id=leg.organisation_id,
            zone_id=leg.zone_id,
            leg_id=leg.pk,
            fleet_id=fleet_id,
            reason=reason,
        )
    )
    return refusal
