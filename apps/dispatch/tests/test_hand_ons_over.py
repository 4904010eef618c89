"""How what was handed on to another fleet is over: by time, by a no, by a connection, by the order itself."""

from datetime import timedelta

import pytest

from apps.core.ids import public_id
from apps.couriers.models import Courier
from apps.dispatch.errors import FleetNotConnected
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services import (
    assign_leg,
    courier_moves_leg,
    decline_offer,
    expire_fleet_offers,
    make_fleet_offer,
    plan_tours,
    plan_zone,
    release_ended,
)
from apps.dispatch.tests.calling import code_of, nothing_changes
from apps.dispatch.tests.handing import end_of, external, hand_on_path, planless, told
from apps.dispatch.tests.networking import off_duty
from apps.networks.services import end_connection, pause_connection
from apps.orders.lifecycle import LegStatus
from apps.orders.services import cancel_order
from tests.cast import freelance, ready_in

pytestmark = pytest.mark.django_db


def test_after_three_minutes_without_a_taker_the_first_fleet_is_asked_again(chain, hand_clock):
    Courier.objects.filter(pk=chain.tom.pk).update(max_legs=0)
    leg = chain.handed_on()
    hand_clock.advance(minutes=3, seconds=-1)
    assert (chain.planned(leg).status, end_of(leg)) == (LegStatus.OPEN, "")
    hand_clock.advance(seconds=1)
    assert (chain.planned(leg).courier_id, end_of(leg)) == (chain.rita.pk, "nobody_took_it")
    plan_zone(chain.cast.zone.pk)
    assert len(told("LegHandOnEnded")) == 1


def test_before_anybody_writes_it_down_it_is_over_all_the_same(chain, hand_clock):
    leg = chain.handed_on()
    hand_clock.advance(minutes=3)
    assert chain.tandems.lists("/legs/unassigned") == []
    with nothing_changes():
        assert code_of(chain.tandems.assigns(leg, chain.tom)) == (409, "fleet_not_eligible")
    assert chain.rushs.lists("/legs/unassigned") == [public_id("leg", leg.pk)]
    assert chain.rushs.assigns(leg, chain.rita).status_code == 201
    assert end_of(leg) == "nobody_took_it"


def test_with_nobody_on_duty_any_more_the_first_fleet_is_asked_at_once(chain):
    leg = chain.handed_on()
    off_duty(chain.tom)
    assert (chain.planned(leg).courier_id, end_of(leg)) == (chain.rita.pk, "nobody_on_duty")


def test_when_all_its_couriers_let_it_pass_the_first_fleet_is_asked_at_once(chain, hand_clock):
    freelance(chain.tandem)
    leg = chain.handed_on()
    assert chain.planned(leg).status == LegStatus.OFFERED
    offer = Offer.objects.get()
    hand_clock.advance(seconds=10)
    decline_offer(offer_id=offer.pk, courier_id=chain.tom.pk)
    assert (chain.planned(leg).courier_id, end_of(leg)) == (chain.rita.pk, "nobody_took_it")


def test_a_fleet_with_a_dispatch_of_its_own_is_offered_it_and_declining_ends_it(chain, hand_clock):
    external(chain.tandem)
    leg = chain.handed_on()
    assert chain.planned(leg).status == LegStatus.OFFERED
    (offer,) = chain.tandems.gets("/offers").json()["data"]
    assert offer["payout"] == {"amount": 300 + 207, "currency": "EUR"}
    hand_clock.advance(seconds=10)
    assert chain.tandems.posts(f"/offers/{offer['id']}/decline", {"reason": "all out"}).status_code == 200
    assert (chain.planned(leg).courier_id, end_of(leg)) == (chain.rita.pk, "nobody_took_it")


def test_an_offer_of_its_last_second_is_accepted_though_its_time_is_over(chain, hand_clock):
    external(chain.tandem)
    leg = chain.handed_on()
    hand_clock.advance(minutes=2, seconds=50)
    make_fleet_offer(leg_id=leg.pk, leg_version=leg.version, fleet_id=chain.tandem.pk)
    hand_clock.advance(seconds=30)
    chain.planned(leg)
    (offer,) = chain.tandems.gets("/offers").json()["data"]
    assert chain.tandems.posts(f"/offers/{offer['id']}/accept").status_code == 201
    assert (end_of(leg), planless(leg).status) == ("", LegStatus.ASSIGNED)


def test_what_is_booked_ahead_has_its_three_minutes_when_its_rounds_begin(chain, hand_clock):
    off_duty(chain.tom)
    leg = chain.ordered(ready_at=ready_in(60))
    off_duty(chain.rita)
    external(chain.rush)
    make_fleet_offer(leg_id=leg.pk, leg_version=leg.version, fleet_id=chain.rush.pk)
    assert chain.hands_on(leg).status_code == 201
    hand_clock.advance(minutes=30)
    chain.planned(leg)
    assert end_of(leg) == ""
    hand_clock.advance(minutes=20)
    chain.planned(leg)
    assert end_of(leg) == "nobody_on_duty"


def test_what_is_in_a_tour_of_the_other_fleet_stays_there_until_its_courier_sets_out(chain, hand_clock):
    leg = chain.handed_on(drop_from=ready_in(120), drop_by=ready_in(180))
    plan_tours(chain.cast.zone.pk)
    for _ in range(13):
        hand_clock.advance(minutes=10)
        if chain.planned(leg).status != LegStatus.OPEN:
            break
    assert (planless(leg).courier_id, end_of(leg)) == (chain.tom.pk, "")
    assert Assignment.objects.get().assigned_at > time_of_the_round_is_up(leg)


def time_of_the_round_is_up(leg):
    """Three minutes after the rounds of a slot begin, which are fifty-five before it."""
    return leg.drop_from - timedelta(minutes=52)


@pytest.mark.parametrize(("link", "what"), [("first", pause_connection), ("second", end_connection)])
def test_a_connection_that_pauses_or_ends_before_somebody_has_it_ends_it(chain, link, what):
    leg = chain.handed_on()
    connection = getattr(chain, link)
    what(connection_id=connection.pk, by=connection.organisation_id)
    with pytest.raises(FleetNotConnected):
        assign_leg(leg_id=leg.pk, courier_id=chain.tom.pk, by=AssignedBy.PLANNER)
    assert planless(leg).status == LegStatus.OPEN
    asked_again = chain.planned(leg).courier_id
    assert end_of(leg) == "not_connected"
    assert asked_again == (None if link == "first" else chain.rita.pk)


def test_what_its_courier_has_already_is_finished_whatever_becomes_of_the_connections(chain):
    leg = chain.planned(chain.handed_on())
    for connection in (chain.first, chain.second):
        end_connection(connection_id=connection.pk, by=connection.organisation_id)
    for step in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED):
        courier_moves_leg(courier_id=chain.tom.pk, leg_id=leg.pk, epoch=leg.epoch, to=step)
    assert planless(leg).status == LegStatus.DELIVERED
    for _ in range(2):
        release_ended()
    assert [event["end"] for event in told("LegHandOnEnded")] == ["done"]


def test_a_cancelled_order_ends_it_and_both_are_told_once(chain):
    leg = chain.handed_on()
    cancel_order(order_id=leg.order_id, reason="changed_mind")
    with nothing_changes():
        assert code_of(chain.takes_back(leg)) == (409, "illegal_move")
    for _ in range(2):
        release_ended(order_id=leg.order_id)
    assert [event["end"] for event in told("LegHandOnEnded")] == ["cancelled"]
    assert chain.rushs.gets(hand_on_path(leg)).json()["status"] == "cancelled"


def test_expired_offers_of_the_other_fleet_end_it_too(chain, hand_clock):
    external(chain.tandem)
    leg = chain.handed_on()
    assert chain.planned(leg).status == LegStatus.OFFERED
    hand_clock.advance(seconds=121)
    expire_fleet_offers()
    assert (chain.planned(leg).courier_id, end_of(leg)) == (chain.rita.pk, "nobody_took_it")
