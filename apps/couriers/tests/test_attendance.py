"""Shifts to which nobody comes, and those that nobody ends: told to the fleet, once each."""

from datetime import timedelta

import pytest

from apps.core.redis import connection
from apps.couriers.lifecycle import CourierStatus, FleetMode
from apps.couriers.models import Break, Courier, Fleet, Shift
from apps.couriers.positions import Fix, record_positions
from apps.couriers.services import (
    begin_following_shifts,
    end_forgotten_shifts,
    end_shift,
    flag_late_shifts,
    flag_missed_shifts,
    pause,
    start_shift,
)
from apps.couriers.tests.owning import events, nothing_changes
from apps.zones.models import Zone
from tests.cast import BAKERY, CENTRE, RING

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(cast, hand_clock):
    """Bo and Cy are at home; Bo has a shift of four hours that begins now."""
    for courier in (cast.bo, cast.cy):
        end_shift(courier_id=courier.pk)
    return plan(cast, hand_clock())


def plan(cast, starts_at, *, hours=4):
    return Shift.objects.create(
        courier=cast.bo, zone=cast.zone, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours)
    )


def test_ten_minutes_after_its_start_a_shift_without_its_courier_is_told_once(cast, planned, hand_clock):
    hand_clock.advance(minutes=9, seconds=59)
    assert flag_late_shifts() == 0
    hand_clock.advance(seconds=1)
    assert [flag_late_shifts(), flag_late_shifts()] == [1, 0]
    (told,) = events("ShiftLate")
    assert (told["shift_id"], told["courier_id"]) == (str(planned.pk), str(cast.bo.pk))
    assert told["organisation_id"] == str(cast.fleet_owner.pk)
    assert Shift.objects.get(pk=planned.pk).late_at == hand_clock()


def test_who_comes_late_starts_the_shift_and_is_late_no_more(cast, planned, hand_clock):
    hand_clock.advance(minutes=30)
    flag_late_shifts()
    start_shift(courier_id=cast.bo.pk, at=CENTRE)
    assert Shift.objects.get(pk=planned.pk).started_at == hand_clock()
    hand_clock.advance(hours=4)
    assert flag_missed_shifts() == 0
    assert len(events("ShiftLate", "ShiftMissed")) == 1


def test_a_shift_that_is_over_and_was_never_begun_is_missed_once(cast, planned, hand_clock):
    hand_clock.advance(hours=4)
    assert [flag_missed_shifts(), flag_missed_shifts()] == [1, 0]
    assert flag_late_shifts() == 0
    assert [told["shift_id"] for told in events("ShiftMissed")] == [str(planned.pk)]


def test_what_is_a_day_old_is_no_news(cast, planned, hand_clock):
    hand_clock.advance(hours=28, minutes=1)
    with nothing_changes():
        assert (flag_late_shifts(), flag_missed_shifts()) == (0, 0)


def test_nobody_waits_for_couriers_out_of_service_or_of_a_fleet_with_a_dispatch_of_its_own(cast, planned, hand_clock):
    hand_clock.advance(hours=1)
    Courier.objects.filter(pk=cast.bo.pk).update(is_active=False)
    assert flag_late_shifts() == 0
    Courier.objects.filter(pk=cast.bo.pk).update(is_active=True)
    Fleet.objects.update(mode=FleetMode.EXTERNAL)
    assert flag_late_shifts() == 0
    hand_clock.advance(hours=4)
    assert flag_missed_shifts() == 0
    assert events("ShiftLate", "ShiftMissed") == []


def test_who_is_still_at_work_in_the_shift_before_is_not_late_for_the_next(cast, planned, hand_clock):
    start_shift(courier_id=cast.bo.pk, at=CENTRE)
    plan(cast, hand_clock() + timedelta(hours=4))
    hand_clock.advance(hours=4, minutes=15)
    assert flag_late_shifts() == 0
    end_shift(courier_id=cast.bo.pk)
    assert flag_late_shifts() == 1


@pytest.fixture
def bo_at_work(cast, planned, hand_clock):
    """Bo is on the first of two shifts, of which the second begins when the first ends. The second."""
    start_shift(courier_id=cast.bo.pk, at=CENTRE)
    return plan(cast, planned.ends_at)


def test_who_is_still_on_duty_goes_on_into_the_next_shift(cast, planned, bo_at_work, hand_clock):
    hand_clock.advance(hours=3, minutes=59)
    assert begin_following_shifts() == 0
    at = hand_clock.advance(minutes=1)
    assert [begin_following_shifts(), begin_following_shifts()] == [1, 0]
    planned.refresh_from_db()
    bo_at_work.refresh_from_db()
    assert (planned.ended_at, bo_at_work.started_at) == (at, at)
    assert Courier.objects.get(pk=cast.bo.pk).shift_id == bo_at_work.pk
    hand_clock.advance(hours=4)
    assert (flag_late_shifts(), flag_missed_shifts()) == (0, 0)


def test_starting_the_shift_while_on_duty_past_the_end_goes_on_into_the_next(cast, bo_at_work, hand_clock):
    at = hand_clock.advance(hours=4, minutes=2)
    start_shift(courier_id=cast.bo.pk, at=CENTRE)
    assert Shift.objects.get(pk=bo_at_work.pk).started_at == at


def test_a_break_over_the_change_of_shifts_is_two(cast, bo_at_work, hand_clock):
    hand_clock.advance(hours=3, minutes=50)
    pause(courier_id=cast.bo.pk)
    at = hand_clock.advance(minutes=10)
    begin_following_shifts()
    first, second = Break.objects.order_by("started_at")
    assert (first.ended_at, second.started_at, second.ended_at, second.shift_id) == (at, at, None, bo_at_work.pk)
    assert Courier.objects.get(pk=cast.bo.pk).status == CourierStatus.PAUSED


def test_with_something_in_hand_nobody_goes_on_elsewhere(cast, bo_at_work, hand_clock):
    lyon = Zone.objects.create(name="Lyon", slug="lyon", ring=RING)
    Shift.objects.filter(pk=bo_at_work.pk).update(zone=lyon)
    Courier.objects.filter(pk=cast.bo.pk).update(load_legs=1)
    hand_clock.advance(hours=4)
    with nothing_changes():
        assert begin_following_shifts() == 0
    Courier.objects.filter(pk=cast.bo.pk).update(load_legs=0)
    assert begin_following_shifts() == 1
    assert Courier.objects.get(pk=cast.bo.pk).zone_id == lyon.pk


@pytest.fixture
def forgotten(cast, planned, hand_clock):
    """Bo works, and does not end the shift; nothing was heard of him since two hours before its planned end."""
    start_shift(courier_id=cast.bo.pk, at=CENTRE)
    hand_clock.advance(hours=2)
    heard_of(cast.bo, hand_clock)
    return planned


def heard_of(courier, clock):
    record_positions(courier.pk, [Fix(BAKERY, clock())], at=clock())


def test_six_hours_after_its_end_a_forgotten_shift_ends_when_it_was_planned_to(cast, forgotten, hand_clock):
    hand_clock.advance(hours=7, minutes=59)
    assert end_forgotten_shifts() == 0
    hand_clock.advance(minutes=1)
    assert [end_forgotten_shifts(), end_forgotten_shifts()] == [1, 0]
    assert Shift.objects.get(pk=forgotten.pk).ended_at == forgotten.ends_at
    bo = Courier.objects.get(pk=cast.bo.pk)
    assert (bo.status, bo.shift_id, bo.zone_id) == (CourierStatus.OFF_DUTY, None, None)
    (told,) = events("ShiftForgotten")
    assert told["ended_at"] == told["ends_at"]
    assert events("DutyChanged")[-1]["after"] == "off_duty"


def test_it_ends_with_the_last_sign_of_life_where_that_is_later(cast, forgotten, hand_clock):
    hand_clock.advance(hours=3)
    heard_of(cast.bo, hand_clock)
    last_heard = hand_clock()
    hand_clock.advance(hours=5)
    end_forgotten_shifts()
    assert Shift.objects.get(pk=forgotten.pk).ended_at == last_heard


def test_a_shift_with_something_in_hand_is_not_forgotten(cast, forgotten, hand_clock):
    Courier.objects.filter(pk=cast.bo.pk).update(load_legs=1)
    hand_clock.advance(hours=9)
    with nothing_changes():
        assert end_forgotten_shifts() == 0


def test_a_break_that_nobody_ended_ends_with_the_shift(cast, forgotten, hand_clock):
    pause(courier_id=cast.bo.pk)
    hand_clock.advance(hours=9)
    assert end_forgotten_shifts() == 1
    assert Break.objects.get().ended_at == Shift.objects.get(pk=forgotten.pk).ended_at == forgotten.ends_at


def test_a_break_begun_after_the_planned_end_is_a_sign_of_life_that_redis_cannot_forget(cast, forgotten, hand_clock):
    began = hand_clock.advance(hours=3)
    pause(courier_id=cast.bo.pk)
    connection().flushall()
    hand_clock.advance(hours=6)
    assert end_forgotten_shifts() == 1
    found = Break.objects.get()
    assert found.started_at == found.ended_at == Shift.objects.get(pk=forgotten.pk).ended_at == began
