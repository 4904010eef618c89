"""What nobody attends to is found by query, and said once."""

import pytest

from apps.core.models import Event
from apps.couriers.positions import Fix, record_positions
from apps.dispatch.lifecycle import AssignedBy, AssignmentEnd
from apps.dispatch.models import Assignment
from apps.dispatch.services import assign_leg, courier_moves_leg, flag_unattended, reopen_legs_of_silent_couriers
from apps.orders.lifecycle import LegStatus
from tests.cast import BAKERY, placed

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
