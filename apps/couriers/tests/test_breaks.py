"""Pauses leave rows: when they began, and how long they were."""

import pytest

from apps.couriers.breaks import BreakNow, break_of
from apps.couriers.lifecycle import IllegalDutyMove
from apps.couriers.models import Break, Courier
from apps.couriers.services import deactivate_courier, end_shift, pause, resume, start_shift
from tests.cast import CENTRE

pytestmark = pytest.mark.django_db


def break_now(courier):
    return break_of(Courier.objects.get(pk=courier.pk))


def test_a_pause_begins_a_break_and_resuming_ends_it(cast, hand_clock):
    began = hand_clock.advance(minutes=30)
    pause(courier_id=cast.bo.pk)
    hand_clock.advance(minutes=12)
    assert break_now(cast.bo) == BreakNow(began, 12 * 60)
    resume(courier_id=cast.bo.pk)
    hand_clock.advance(minutes=40)
    assert break_now(cast.bo) == BreakNow(None, 12 * 60)
    row = Break.objects.get()
    assert (row.shift_id, row.started_at) == (cast.bo.shift_id, began)


def test_pausing_twice_is_one_break(cast, hand_clock):
    began = hand_clock()
    pause(courier_id=cast.bo.pk)
    hand_clock.advance(minutes=5)
    pause(courier_id=cast.bo.pk)
    assert break_now(cast.bo) == BreakNow(began, 300)


def test_breaks_of_a_shift_add_up(cast, hand_clock):
    for minutes in (5, 7):
        pause(courier_id=cast.bo.pk)
        hand_clock.advance(minutes=minutes)
        resume(courier_id=cast.bo.pk)
        hand_clock.advance(minutes=20)
    assert break_now(cast.bo) == BreakNow(None, 12 * 60)


@pytest.mark.parametrize("end", [end_shift, deactivate_courier])
def test_the_end_of_the_shift_ends_the_break(cast, hand_clock, end):
    pause(courier_id=cast.bo.pk)
    ended = hand_clock.advance(minutes=5)
    end(courier_id=cast.bo.pk)
    assert Break.objects.get().ended_at == ended
    assert break_now(cast.bo) == BreakNow()


def test_starting_the_shift_again_ends_the_break_too(cast, hand_clock):
    pause(courier_id=cast.bo.pk)
    ended = hand_clock.advance(minutes=5)
    start_shift(courier_id=cast.bo.pk, at=CENTRE)
    assert Break.objects.get().ended_at == ended


def test_off_duty_there_are_no_breaks(cast, hand_clock):
    end_shift(courier_id=cast.bo.pk)
    with pytest.raises(IllegalDutyMove):
        pause(courier_id=cast.bo.pk)
    assert not Break.objects.exists()


def test_of_another_courier_nothing_is_counted(cast, hand_clock, django_assert_num_queries):
    pause(courier_id=cast.cy.pk)
    hand_clock.advance(minutes=5)
    bo = Courier.objects.get(pk=cast.bo.pk)
    with django_assert_num_queries(1):
        assert break_of(bo) == BreakNow()
