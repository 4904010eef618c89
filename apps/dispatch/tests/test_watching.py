"""What nobody attends to is found by query, and said once."""

import pytest

from apps.core.models import Event
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier
from apps.couriers.positions import Fix, record_positions
from apps.couriers.services import end_shift, note_silence
from apps.dispatch.errors import CourierNotAvailable
from apps.dispatch.lifecycle import AssignedBy, AssignmentEnd
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services import (
    assign_leg,
    courier_moves_leg,
    flag_unattended,
    make_offer,
    plan_zone,
    reopen_legs_of_silent_couriers,
)
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from apps.orders.services import note_unassigned, raise_attention
from tests.cast import BAKERY, freelance, placed

pytestmark = pytest.mark.django_db


def test_a_leg_that_waits_too_long_calls_for_attention_once(cast, hand_clock):
    order, _ = placed(cast)
    assert flag_unattended() == 0
    hand_clock.advance(minutes=11)
    assert flag_unattended() == 1
    assert flag_unattended() == 0
    order.refresh_from_db()
    assert order.attention_reason == "waiting"
    assert Event.objects.filter(name="AttentionRaised").count() == 1


@pytest.mark.parametrize("last_word", ["planned", "no_courier_free"])
def test_once_waiting_does_not_help_any_more_the_flag_says_so(cast, hand_clock, last_word):
    order, leg = placed(cast)
    hand_clock.advance(minutes=11)
    note_unassigned({leg.pk: last_word}, current={leg.pk: ""})
    flag_unattended()
    end_shift(courier_id=cast.bo.pk)
    end_shift(courier_id=cast.cy.pk)
    plan_zone(cast.zone.pk)
    assert [flag_unattended(), flag_unattended()] == [1, 0]
    raised = Event.objects.filter(name="AttentionRaised", order_id=order.pk).order_by("id")
    said_first = "waiting" if last_word == "planned" else last_word
    assert [event.payload["reason"] for event in raised] == [said_first, "no_courier_on_shift"]


def test_a_flag_for_something_else_stays_as_it_is(cast, hand_clock):
    order, leg = placed(cast)
    raise_attention(order_id=order.pk, reason="damaged")
    hand_clock.advance(minutes=11)
    note_unassigned({leg.pk: "no_courier_on_shift"}, current={leg.pk: ""})
    assert flag_unattended() == 0


def test_a_late_delivery_calls_for_attention(cast, hand_clock):
    order, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    hand_clock.advance(minutes=56)
    flag_unattended()
    order.refresh_from_db()
    assert order.attention_reason == "late"


def heard_from(courier, clock):
    record_positions(courier.pk, [Fix(BAKERY, clock())], at=clock())


def test_a_silent_courier_loses_what_is_not_picked_up_and_keeps_the_rest_flagged(cast, hand_clock):
    _, waiting = placed(cast)
    carried_order, carried = placed(cast)
    for leg in (waiting, carried):
        assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    for step in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP):
        courier_moves_leg(courier_id=cast.bo.pk, leg_id=carried.pk, epoch=1, to=step)
    heard_from(cast.bo, hand_clock)
    hand_clock.advance(minutes=11)
    assert reopen_legs_of_silent_couriers() == 1
    waiting.refresh_from_db()
    carried.refresh_from_db()
    carried_order.refresh_from_db()
    assert (waiting.status, carried.status) == (LegStatus.OPEN, LegStatus.PICKED_UP)
    assert carried_order.attention_reason == "courier_silent"
    assert Assignment.objects.get(leg=waiting).end == AssignmentEnd.SILENT


def test_a_courier_heard_from_keeps_their_legs(cast, hand_clock):
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    heard_from(cast.bo, hand_clock)
    hand_clock.advance(minutes=9)
    heard_from(cast.bo, hand_clock)
    hand_clock.advance(minutes=9)
    assert reopen_legs_of_silent_couriers() == 0


def test_after_a_flush_of_redis_silence_counts_from_anew(cast, hand_clock):
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    assert reopen_legs_of_silent_couriers() == 0
    hand_clock.advance(minutes=11)
    assert reopen_legs_of_silent_couriers() == 1


def told_of_silence():
    rows = Event.objects.filter(name__in=("CourierSilent", "CourierHeardAgain")).order_by("id")
    return [(row.name, row.payload["courier_id"]) for row in rows]


@pytest.fixture
def bo_is_silent(cast, hand_clock):
    """Bo was heard of eleven minutes ago, Cy just now."""
    heard_from(cast.bo, hand_clock)
    hand_clock.advance(minutes=11)
    heard_from(cast.cy, hand_clock)
    assert note_silence() == [cast.bo.pk]
    return cast.bo


def test_silence_is_told_once_and_so_is_its_end(cast, bo_is_silent, hand_clock):
    bo = str(cast.bo.pk)
    hand_clock.advance(minutes=1)
    assert note_silence() == [cast.bo.pk]
    assert told_of_silence() == [("CourierSilent", bo)]
    told = Event.objects.get(name="CourierSilent")
    assert told.organisation_id == cast.fleet_owner.pk
    assert told.payload["last_seen_at"] == "2026-06-10T10:00:00+00:00"
    heard_from(cast.bo, hand_clock)
    assert [note_silence(), note_silence()] == [[], []]
    assert told_of_silence() == [("CourierSilent", bo), ("CourierHeardAgain", bo)]
    assert Courier.objects.get(pk=cast.bo.pk).silent_since is None
    hand_clock.advance(minutes=11)
    heard_from(cast.cy, hand_clock)
    note_silence()
    assert told_of_silence()[2:] == [("CourierSilent", bo)]


def test_who_waits_with_nothing_to_do_falls_silent_too(cast, bo_is_silent):
    assert Courier.objects.get(pk=cast.bo.pk).silent_since is not None
    assert Courier.objects.get(pk=cast.cy.pk).silent_since is None


def test_a_courier_who_is_silent_gets_no_work(cast, bo_is_silent, hand_clock):
    for _ in range(3):
        placed(cast)
    hand_clock.advance(seconds=30)
    plan_zone(cast.zone.pk)
    assert set(Assignment.objects.values_list("courier_id", flat=True)) == {cast.cy.pk}


def test_a_courier_who_is_silent_is_offered_nothing(cast, bo_is_silent):
    freelance(cast.fleet)
    _, leg = placed(cast)
    with pytest.raises(CourierNotAvailable):
        make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.bo.pk)
    plan_zone(cast.zone.pk)
    assert set(Offer.objects.values_list("courier_id", flat=True)) <= {cast.cy.pk}


def test_a_plan_made_before_the_silence_does_not_assign_and_a_dispatcher_may(cast, bo_is_silent):
    _, leg = placed(cast)
    events = Event.objects.count()
    with pytest.raises(CourierNotAvailable):
        assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    assert Leg.objects.get(pk=leg.pk).status == LegStatus.OPEN
    assert Courier.objects.get(pk=cast.bo.pk).load_legs == 0
    assert Event.objects.count() == events
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)


def test_off_duty_nobody_is_silent(cast, bo_is_silent, hand_clock):
    end_shift(courier_id=cast.bo.pk)
    bo = Courier.objects.get(pk=cast.bo.pk)
    assert (bo.status, bo.silent_since) == (CourierStatus.OFF_DUTY, None)
    assert note_silence() == []
