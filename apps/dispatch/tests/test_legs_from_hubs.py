"""Legs that begin at a hub: what is learned and foreseen leaves them out, and what is paid is a share."""

from datetime import timedelta

import pytest

from apps.core import clock
from apps.core.geo import Point
from apps.core.ids import new_id
from apps.dispatch.eligibility import Networks
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.learning.preparation import pickups
from apps.dispatch.learning.visits import LegFacts, Visit
from apps.dispatch.services.demand_ahead import demand_ahead
from apps.dispatch.services.engine_words import ServiceTimes
from apps.dispatch.services.offering import make_offer
from apps.dispatch.services.payouts import PAYOUT_SHARE
from apps.orders.hub_stops import HubStop
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order, Parcel
from apps.orders.services import LegMove, ParcelPlace, move_leg, place_order, put_parcel
from tests.cast import freelance, new_order

QUAY = Point(48.8480, 2.3550)


@pytest.fixture
def legs(cast, hand_clock):
    """The two legs of an order that lies in a hub, of which the second is open."""
    details = {"address": "1 Quay", "lat": QUAY.lat, "lon": QUAY.lon}
    stop = HubStop(new_id(), cast.zone.pk, QUAY, details)
    order = place_order(new_order(cast.bakery.pk, via=stop))
    first = Leg.objects.get(order=order, sequence=1)
    for status in ("assigned", "at_pickup", "picked_up", "at_dropoff", "delivered"):
        move_leg(leg_id=first.pk, move=LegMove(LegStatus(status), cast.bo.pk))
    Order.objects.get(pk=order.pk).swap()
    put_parcel(Parcel.objects.get(), ParcelPlace(stop.hub_id, clock.now(), clock.now()))
    return list(Leg.objects.select_related("order").order_by("sequence"))


@pytest.mark.django_db
def test_an_order_through_a_hub_is_one_order_of_the_demand(cast, legs):
    networks = Networks.in_zone(cast.zone.pk, legs)
    ahead = demand_ahead(cast.zone, ServiceTimes.of(cast.zone), networks, clock.now())
    assert [leg.id for leg in ahead.recent_legs] == [str(legs[0].pk)]


@pytest.mark.django_db
def test_an_offer_of_one_leg_pays_its_share_of_the_way(cast, legs):
    freelance(cast.fleet)
    _, delivery = legs
    offer = make_offer(leg_id=delivery.pk, leg_version=delivery.version, courier_id=cast.cy.pk)
    share = delivery.distance_m / delivery.order.distance_m
    assert 0 < share < 1
    assert offer.payout_cents == round(delivery.order.amount_cents * PAYOUT_SHARE * share)


@pytest.mark.parametrize(("is_from_hub", "learned"), [(False, 1), (True, 0)])
def test_nothing_is_prepared_at_a_hub(hand_clock, is_from_hub, learned):
    at = hand_clock()
    leg = LegFacts(new_id(), QUAY, QUAY, at, at + timedelta(minutes=10), None, is_from_hub)
    visit = Visit("bo", StopKind.PICKUP, QUAY, leg.zone_id, at, at, None, set(), handovers=[(leg, at)])
    assert len(list(pickups(visit))) == learned
