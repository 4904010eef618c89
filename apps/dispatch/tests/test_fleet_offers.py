"""Fleets with a dispatch of their own are asked by the planner, when it is their turn, until a deadline."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import short_memory
from apps.core.errors import Conflict
from apps.core.models import Event
from apps.couriers.lifecycle import CourierStatus, FleetMode
from apps.couriers.models import Courier, Fleet
from apps.dispatch.errors import FleetNotExternal, OfferGone
from apps.dispatch.lifecycle import AssignedBy, OfferStatus
from apps.dispatch.models import Assignment, FleetOffer
from apps.dispatch.services import (
    accept_fleet_offer,
    assign_leg,
    decline_fleet_offer,
    expire_fleet_offers,
    make_fleet_offer,
    make_offer,
    plan_zone,
    release_ended,
    reopen_legs_of_silent_couriers,
    unassign_leg,
)
from apps.dispatch.services.zone_view import load_zone
from apps.dispatch.tests.calling import live_offer, make_rapid, nothing_changes, send_home
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, NetworkPolicy
from apps.orders.services import cancel_order
from tests.cast import freelance, make_courier, placed

pytestmark = pytest.mark.django_db


def test_with_nobody_on_duty_the_fleet_is_asked_for_two_minutes(cast, rapid, hand_clock):
    send_home(cast.bo, cast.cy)
    order, leg = placed(cast)
    offer = live_offer(cast)
    leg.refresh_from_db()
    order.refresh_from_db()
    assert (offer.leg_id, offer.fleet_id, leg.status) == (leg.pk, rapid.fleet.pk, LegStatus.OFFERED)
    assert offer.expires_at - hand_clock() == timedelta(seconds=120)
    assert not order.needs_attention
    told = Event.objects.get(name="FleetOffered").payload
    assert (told["executor_id"], told["leg_id"]) == (str(rapid.owner.pk), str(leg.pk))
    assert not any("cents" in name or "payout" in name for name in told)  # a merchant reads its order's history


def test_couriers_of_the_same_rank_go_first(cast, rapid):
    _, leg = placed(cast)
    plan_zone(cast.zone.pk)
    assert not FleetOffer.objects.exists()
    assert Leg.objects.get(pk=leg.pk).courier_id == cast.bo.pk


def test_the_merchants_own_fleet_is_asked_before_open_fleets_couriers(cast, hand_clock):
    own = make_rapid(owner=cast.bakery, is_open=False)
    placed(cast)
    assert live_offer(cast).fleet_id == own.fleet.pk
    assert not Assignment.objects.exists()


def test_when_the_own_fleet_declines_open_couriers_have_it_at_once(cast, hand_clock):
    make_rapid(owner=cast.bakery, is_open=False)
    _, leg = placed(cast)
    decline_fleet_offer(offer_id=live_offer(cast).pk, reason="all out")
    plan_zone(cast.zone.pk)
    assert Leg.objects.get(pk=leg.pk).courier_id == cast.bo.pk


def test_a_fleet_that_declined_is_not_asked_again_while_another_is_left(cast, rapid, hand_clock):
    send_home(cast.bo, cast.cy)
    other = Fleet.objects.create(organisation=rapid.owner, name="Other", mode=FleetMode.EXTERNAL, is_open=True)
    placed(cast)
    first = live_offer(cast)
    decline_fleet_offer(offer_id=first.pk, reason="all out")
    assert {first.fleet_id, live_offer(cast).fleet_id} == {rapid.fleet.pk, other.pk}


def test_when_all_said_no_they_are_asked_again_after_a_while_and_a_person_is_called(cast, rapid, hand_clock):
    send_home(cast.bo, cast.cy)
    make_courier(Fleet.objects.create(organisation=cast.fleet_owner, name="closed"), cast.zone, name="Di", phone="+336")
    order, leg = placed(cast)
    decline_fleet_offer(offer_id=live_offer(cast).pk, reason="all out")
    plan_zone(cast.zone.pk)
    order.refresh_from_db()
    assert (Leg.objects.get(pk=leg.pk).status, order.attention_reason) == (LegStatus.OPEN, "no_eligible_fleet")
    hand_clock.advance(minutes=4)
    assert live_offer(cast).fleet_id == rapid.fleet.pk


def test_of_two_fleets_the_one_that_is_asked_less_is_asked(cast, rapid):
    send_home(cast.bo, cast.cy)
    other = Fleet.objects.create(organisation=rapid.owner, name="Other", mode=FleetMode.EXTERNAL, is_open=True)
    for _ in range(4):
        placed(cast)
    plan_zone(cast.zone.pk)
    asked = list(FleetOffer.objects.values_list("fleet_id", flat=True))
    assert (asked.count(rapid.fleet.pk), asked.count(other.pk)) == (2, 2)


def test_a_fleet_is_not_asked_outside_its_zones(cast, rapid):
    send_home(cast.bo, cast.cy)
    Fleet.objects.filter(pk=rapid.fleet.pk).update(zone_ids=["0" * 8])
    placed(cast)
    plan_zone(cast.zone.pk)
    assert not FleetOffer.objects.exists()


def test_a_closed_fleet_and_one_that_the_policy_leaves_out_are_not_asked(cast, rapid):
    send_home(cast.bo, cast.cy)
    placed(cast, network_policy=NetworkPolicy.OWN_ONLY)
    plan_zone(cast.zone.pk)
    assert not FleetOffer.objects.exists()


def test_a_leg_far_ahead_is_not_offered_yet(cast, rapid, hand_clock):
    send_home(cast.bo, cast.cy)
    placed(cast, ready_at=hand_clock() + timedelta(hours=3))
    plan_zone(cast.zone.pk)
    assert not FleetOffer.objects.exists()
    hand_clock.advance(hours=2, minutes=1)
    assert live_offer(cast)


def test_its_couriers_are_not_planned_for(cast, rapid):
    send_home(cast.bo, cast.cy)
    make_courier(rapid.fleet, cast.zone, name="Di", phone="+33639980003")
    placed(cast)
    assert live_offer(cast).fleet_id == rapid.fleet.pk
    assert not Assignment.objects.exists()


def test_the_deadline_is_the_platforms_swept_or_not(cast, rapid, hand_clock):
    send_home(cast.bo, cast.cy)
    placed(cast)
    offer = live_offer(cast)
    hand_clock.advance(seconds=120)
    with nothing_changes(), pytest.raises(OfferGone) as gone:
        accept_fleet_offer(offer_id=offer.pk)
    assert gone.value.state == {"status": "expired", "leg_status": "offered"}


def test_the_sweep_opens_the_leg_again_once(cast, rapid, hand_clock):
    send_home(cast.bo, cast.cy)
    _, leg = placed(cast)
    offer = live_offer(cast)
    assert expire_fleet_offers() == 0
    hand_clock.advance(seconds=121)
    assert (expire_fleet_offers(), expire_fleet_offers()) == (1, 0)
    offer.refresh_from_db()
    assert (offer.status, Leg.objects.get(pk=leg.pk).status) == (OfferStatus.EXPIRED, LegStatus.OPEN)
    assert Event.objects.get(name="FleetOfferEnded").payload["status"] == "expired"


def test_a_leg_has_one_live_offer_of_either_kind(cast, rapid):
    freelance(cast.fleet)
    _, leg = placed(cast)
    make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk)
    with nothing_changes():
        for version in (0, 1):
            with pytest.raises(Conflict):
                make_fleet_offer(leg_id=leg.pk, leg_version=version, fleet_id=rapid.fleet.pk)
            with pytest.raises(Conflict):
                make_offer(leg_id=leg.pk, leg_version=version, courier_id=cast.bo.pk)


def test_only_fleets_with_a_dispatch_of_their_own_are_offered_legs(cast):
    _, leg = placed(cast)
    with nothing_changes(), pytest.raises(FleetNotExternal):
        make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=cast.fleet.pk)


def test_accepting_without_a_name_gives_the_leg_to_the_one_stand_in(cast, rapid):
    send_home(cast.bo, cast.cy)
    for _ in range(2):
        placed(cast)
        accept_fleet_offer(offer_id=live_offer(cast).pk)
    stand_in = Courier.objects.get(fleet=rapid.fleet)
    assert (stand_in.is_stand_in, stand_in.load_legs) == (True, 2)
    assert {held.assigned_by for held in Assignment.objects.all()} == {AssignedBy.FLEET}
    assert set(Assignment.objects.values_list("fleet_id", flat=True)) == {rapid.fleet.pk}
    places = [place for pair in Assignment.objects.values_list("pickup_place", "dropoff_place") for place in pair]
    assert len(set(places)) == 4


def test_an_assignment_by_hand_withdraws_the_offer(cast, rapid):
    _, leg = placed(cast)
    offer = make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    offer.refresh_from_db()
    assert offer.status == OfferStatus.WITHDRAWN
    with nothing_changes(), pytest.raises(OfferGone):
        accept_fleet_offer(offer_id=offer.pk)


def test_a_withdrawn_offer_does_not_count_as_a_no(cast, rapid):
    _, leg = placed(cast)
    make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    unassign_leg(leg_id=leg.pk, reason="after all")
    send_home(cast.bo, cast.cy)
    assert live_offer(cast).fleet_id == rapid.fleet.pk


def test_cancelling_the_order_withdraws_the_offer(cast, rapid):
    send_home(cast.bo, cast.cy)
    order, _ = placed(cast)
    offer = live_offer(cast)
    cancel_order(order_id=order.pk, reason="changed their mind")
    assert release_ended(order_id=order.pk) == 1
    offer.refresh_from_db()
    assert offer.status == OfferStatus.WITHDRAWN


def test_its_couriers_are_not_called_silent(cast, rapid, hand_clock):
    send_home(cast.bo, cast.cy)
    _, leg = placed(cast)
    accept_fleet_offer(offer_id=live_offer(cast).pk)
    reopen_legs_of_silent_couriers()
    hand_clock.advance(minutes=30)
    assert reopen_legs_of_silent_couriers() == 0
    assert Leg.objects.get(pk=leg.pk).status == LegStatus.ASSIGNED


def test_a_courier_who_is_sent_comes_on_duty(cast, rapid):
    send_home(cast.bo, cast.cy)
    di = make_courier(rapid.fleet, cast.zone, name="Di", phone="+33639980003")
    send_home(di)
    placed(cast)
    accept_fleet_offer(offer_id=live_offer(cast).pk, courier=di.pk)
    di.refresh_from_db()
    assert (di.status, di.zone_id, di.load_legs) == (CourierStatus.ON_DUTY, cast.zone.pk, 1)
    assert Event.objects.get(name="DutyChanged").payload["courier_id"] == str(di.pk)


def test_a_plan_takes_as_many_queries_for_many_asked_legs_as_for_one(cast, rapid):
    counts = []
    for _ in range(2):
        for _ in range(4):
            _, leg = placed(cast)
            decline_fleet_offer(
                offer_id=make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk).pk, reason="no"
            )
        short_memory.forget_everything()
        with CaptureQueriesContext(connection) as queries:
            load_zone(cast.zone.pk)
        counts.append(len(queries))
    assert counts[0] == counts[1]
