"""Fleets with a dispatch of their own in the rounds of a network: connected, refused, paused, paid, through hubs."""

import pytest

from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Fleet
from apps.dispatch.errors import FleetNotConnected, OfferGone
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import FleetOffer
from apps.dispatch.services import (
    accept_fleet_offer,
    decline_fleet_offer,
    expire_fleet_offers,
    make_fleet_offer,
    plan_zone,
    refuse_leg,
)
from apps.dispatch.tests.calling import code_of, live_offer, make_rapid, nothing_changes, send_home, with_key
from apps.dispatch.tests.networking import connected, fleet_with_one
from apps.networks.lifecycle import Right
from apps.networks.models import Connection
from apps.networks.services import pause_connection
from apps.orders.hub_stops import hub_stop
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, NetworkPolicy
from apps.orders.services import place_order
from tests import agreements
from tests.cast import new_order, placed
from tests.hubs import make_hub, make_operator

pytestmark = pytest.mark.django_db
CONNECTED, OWN_FIRST = NetworkPolicy.CONNECTED, NetworkPolicy.OWN_FIRST


@pytest.fixture
def first(cast, hand_clock):
    """A fleet with a dispatch of its own, connected to the bakery and asked first. It may reject."""
    return _external(cast, "First", 11, priority=1)


@pytest.fixture
def second(cast, hand_clock):
    """Another, asked second."""
    return _external(cast, "Second", 12, priority=2)


def _external(cast, name, number, *, priority):
    fleet, courier = fleet_with_one(cast, name, number)
    Fleet.objects.filter(pk=fleet.pk).update(mode=FleetMode.EXTERNAL)
    send_home(courier)
    connected(cast.bakery.pk, fleet, priority=priority, rights=(Right.REJECT,))
    fleet.refresh_from_db()
    return fleet


def connection_of(fleet):
    return Connection.objects.get(fleet=fleet)


def test_connected_fleets_are_offered_a_leg_wave_by_wave(cast, first, second):
    placed(cast, network_policy=CONNECTED)
    offer = live_offer(cast)
    assert offer.fleet_id == first.pk
    decline_fleet_offer(offer_id=offer.pk, reason="all out")
    assert live_offer(cast).fleet_id == second.pk


def test_a_wave_is_over_when_its_fleet_let_the_offer_run_out(cast, hand_clock, first, second):
    placed(cast, network_policy=CONNECTED)
    live_offer(cast)
    hand_clock.advance(seconds=121)
    expire_fleet_offers()
    assert live_offer(cast).fleet_id == second.pk


def test_a_connected_fleet_is_asked_before_open_couriers_who_stand_at_the_door(cast, first):
    _, leg = placed(cast, network_policy=OWN_FIRST)
    offer = live_offer(cast)
    assert offer.fleet_id == first.pk
    decline_fleet_offer(offer_id=offer.pk, reason="all out")
    plan_zone(cast.zone.pk)
    assert Leg.objects.get(pk=leg.pk).courier_id == cast.bo.pk


def test_an_open_fleet_that_is_connected_ranks_as_connected(cast, hand_clock, first):
    Fleet.objects.filter(pk=first.pk).update(is_open=True)
    placed(cast, network_policy=NetworkPolicy.ANY_OPEN)
    assert live_offer(cast).fleet_id == first.pk


def test_couriers_of_a_connected_fleet_go_before_a_later_wave_that_must_be_asked(cast, hand_clock, second):
    near, courier = fleet_with_one(cast, "Near", 13)
    connected(cast.bakery.pk, near, priority=1)
    _, leg = placed(cast, network_policy=CONNECTED)
    hand_clock.advance(minutes=3)
    plan_zone(cast.zone.pk)
    assert Leg.objects.get(pk=leg.pk).courier_id == courier.pk


def test_when_all_waves_said_no_a_person_is_called_and_they_are_asked_again(cast, hand_clock, first, second):
    order, _ = placed(cast, network_policy=CONNECTED)
    for _ in range(2):
        decline_fleet_offer(offer_id=live_offer(cast).pk, reason="all out")
    hand_clock.advance(minutes=2)
    plan_zone(cast.zone.pk)
    assert not FleetOffer.objects.filter(status=OfferStatus.LIVE).exists()
    hand_clock.advance(minutes=2)
    offer = live_offer(cast)
    assert offer.fleet_id == first.pk
    decline_fleet_offer(offer_id=offer.pk, reason="still out")
    assert live_offer(cast).fleet_id == second.pk  # a second no does not begin its rounds anew
    order.refresh_from_db()
    assert order.attention_reason == "nobody_accepted"


def test_a_fleet_that_refused_is_not_offered_the_order_again(cast, hand_clock, first, second):
    _, leg = placed(cast, network_policy=CONNECTED)
    offer = live_offer(cast)
    refuse_leg(leg_id=leg.pk, fleet_id=first.pk, reason="too far")
    offer.refresh_from_db()
    assert (offer.status, offer.reason) == (OfferStatus.DECLINED, "too far")
    assert live_offer(cast).fleet_id == second.pk
    hand_clock.advance(minutes=30)
    expire_fleet_offers()
    assert live_offer(cast).fleet_id == second.pk


def test_an_order_that_was_refused_before_it_was_offered_goes_to_the_next(cast, first, second):
    _, leg = placed(cast, network_policy=CONNECTED)
    refuse_leg(leg_id=leg.pk, fleet_id=first.pk, reason="too far")
    assert live_offer(cast).fleet_id == second.pk


def test_an_offer_of_before_a_pause_gives_nothing_after_it(cast, first):
    _, leg = placed(cast, network_policy=CONNECTED)
    offer, system = live_offer(cast), with_key(first.organisation_id)
    pause_connection(connection_id=connection_of(first).pk, by=cast.bakery.pk)
    with nothing_changes():
        with pytest.raises(OfferGone) as gone:
            accept_fleet_offer(offer_id=offer.pk)
        assert gone.value.state == {"status": "withdrawn", "leg_status": "offered"}
        courier = first.couriers.get()
        assert code_of(system.assigns(leg, courier)) == (409, "fleet_not_eligible")


def test_a_plan_of_before_a_pause_offers_nothing_after_it(cast, first):
    _, leg = placed(cast, network_policy=CONNECTED)
    pause_connection(connection_id=connection_of(first).pk, by=cast.bakery.pk)
    with nothing_changes(), pytest.raises(FleetNotConnected):
        make_fleet_offer(leg_id=leg.pk, leg_version=leg.version, fleet_id=first.pk)


def test_a_connected_fleet_is_paid_by_its_tariff_and_others_by_the_platforms_rates(cast, hand_clock):
    rapid, other = make_rapid(), agreements.a_fleet("Other", is_open=True)
    Fleet.objects.filter(pk=other.pk).update(mode=FleetMode.EXTERNAL)
    agreements.connected(
        cast.bakery, rapid.fleet, tariff=agreements.a_tariff(rapid.fleet, per_km_cents=0, tax_basis_points=2000)
    )
    agreements.connected(cast.bakery, other)
    order, leg = placed(cast)
    assert make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk).payout_cents == 500
    order, leg = placed(cast)
    paid = make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=other.pk).payout_cents
    assert paid == order.net_cents


def test_who_may_see_before_it_carries_sees_whose_door_it_is(cast, first):
    placed(cast, network_policy=CONNECTED)
    offer, system = live_offer(cast), with_key(first.organisation_id)
    (row,) = system.gets("/offers").json()["data"]
    assert (row["dropoff"]["phone"], row["dropoff"]["is_masked"]) == ("**********01", True)
    connection = connection_of(first)
    connection.rights = [Right.SEE]
    connection.save()
    (row,) = system.gets("/offers").json()["data"]
    assert (row["dropoff"]["phone"], row["dropoff"]["is_masked"]) == ("+33639980101", False)
    decline_fleet_offer(offer_id=offer.pk, reason="all out")
    (row,) = system.gets("/offers", status="declined").json()["data"]
    assert row["dropoff"]["is_masked"]


def test_test_orders_are_not_for_fleets(cast, first):
    send_home(cast.bo, cast.cy)
    _, leg = placed(cast, network_policy=CONNECTED, is_test=True)
    plan_zone(cast.zone.pk)
    assert not FleetOffer.objects.exists()
    assert Leg.objects.get(pk=leg.pk).status == LegStatus.OPEN
    assert with_key(first.organisation_id).lists("/legs/unassigned") == []


def test_legs_through_a_hub_begin_and_end_there(cast, velo, hand_clock):
    hub = make_hub(make_operator())
    via = hub_stop(hub.pk, organisation_id=cast.bakery.pk)
    order = place_order(new_order(cast.bakery.pk, via=via))
    collection, delivery = order.legs.order_by("sequence")
    (row,) = velo.gets("/legs/unassigned").json()["data"]  # the delivery waits for the parcels
    assert (row["pickup"]["address"], row["dropoff"]["address"]) == (order.pickup["address"], hub.address)
    assert row["distance_m"] == collection.distance_m
    Leg.objects.filter(pk=delivery.pk).update(status=LegStatus.OPEN)
    Leg.objects.filter(pk=collection.pk).update(status=LegStatus.DELIVERED)
    (row,) = velo.gets("/legs/unassigned").json()["data"]
    assert (row["pickup"]["address"], row["dropoff"]["address"]) == (hub.address, order.dropoff["address"])
    assert row["distance_m"] == delivery.distance_m
