"""How long tracks are kept: whole for 30 days, around stops for a year."""

from datetime import timedelta

import pytest

from apps.core.redis import connection
from apps.couriers.models import PositionTrack
from apps.couriers.positions import STOPS, stops_between
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg, courier_moves_leg, forget_old_tracks
from apps.orders.lifecycle import LegStatus
from tests.cast import CENTRE, placed

pytestmark = pytest.mark.django_db


@pytest.fixture
def bo_delivered(cast, hand_clock, django_capture_on_commit_callbacks):
    """Bo picked up at 10:05 and delivered at 10:20; his track of 10:00 to 10:30 and another of Cy's."""
    with django_capture_on_commit_callbacks(execute=True):
        began = hand_clock()
        _, leg = placed(cast)
        assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
        hand_clock.advance(minutes=5)
        step(cast, leg, LegStatus.AT_PICKUP)
        step(cast, leg, LegStatus.PICKED_UP)
        hand_clock.advance(minutes=15)
        step(cast, leg, LegStatus.AT_DROPOFF)
        step(cast, leg, LegStatus.DELIVERED)
    for courier in (cast.bo, cast.cy):
        for start in (0, 10, 20):
            track_of(courier, began + timedelta(minutes=start))
    return began


def step(cast, leg, to):
    courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=1, to=to)


def track_of(courier, begin):
    return PositionTrack.objects.create(
        courier=courier,
        started_at=begin,
        ended_at=begin + timedelta(seconds=590),
        points=[[begin.timestamp() + second, CENTRE.lat, CENTRE.lon, 5.0] for second in range(0, 600, 10)],
    )


def minutes_kept(courier, began):
    rows = PositionTrack.objects.filter(courier=courier).order_by("started_at")
    return [(point[0] - began.timestamp()) / 60 for row in rows for point in row.points]


def test_for_thirty_days_a_track_is_whole(cast, bo_delivered, hand_clock):
    hand_clock.moment = bo_delivered + timedelta(days=30)
    assert forget_old_tracks(seconds=5)
    assert len(minutes_kept(cast.bo, bo_delivered)) == len(minutes_kept(cast.cy, bo_delivered)) == 180


def test_then_only_what_is_near_a_stop_of_that_courier(cast, bo_delivered, hand_clock):
    hand_clock.moment = bo_delivered + timedelta(days=31)
    assert forget_old_tracks(seconds=5)
    left = minutes_kept(cast.bo, bo_delivered)
    assert min(left) == 3
    assert max(left) == 22
    assert all(abs(minute - 5) <= 2 or abs(minute - 20) <= 2 for minute in left)
    assert len(left) == 50
    assert minutes_kept(cast.cy, bo_delivered) == []
    assert forget_old_tracks(seconds=5)
    assert minutes_kept(cast.bo, bo_delivered) == left


def test_after_a_year_nothing_is_left(cast, bo_delivered, hand_clock):
    hand_clock.moment = bo_delivered + timedelta(days=200)
    forget_old_tracks(seconds=5)
    hand_clock.moment = bo_delivered + timedelta(days=366)
    assert forget_old_tracks(seconds=5)
    assert not PositionTrack.objects.exists()


def test_what_was_not_reduced_for_a_year_goes_all_the_same(cast, bo_delivered, hand_clock):
    hand_clock.moment = bo_delivered + timedelta(days=400)
    assert forget_old_tracks(seconds=5)
    assert not PositionTrack.objects.exists()


def test_without_time_nothing_is_done_and_it_says_so(cast, bo_delivered, hand_clock):
    hand_clock.moment = bo_delivered + timedelta(days=400)
    assert not forget_old_tracks(seconds=0)
    assert PositionTrack.objects.count() == 6


def test_a_batch_of_old_tracks_costs_the_same_however_many_couriers(
    cast, bo_delivered, hand_clock, django_assert_max_num_queries
):
    hand_clock.moment = bo_delivered + timedelta(days=31)
    with django_assert_max_num_queries(14):
        forget_old_tracks(seconds=5)


def test_a_stop_is_noted_for_the_track_at_the_phones_time(cast, bo_delivered, hand_clock):
    stops = stops_between(0, hand_clock().timestamp())
    assert stops == {cast.bo.pk: [(bo_delivered + timedelta(minutes=m)).timestamp() for m in (5, 20)]}
    assert connection().zcard(STOPS) == 2


def test_a_phone_with_a_wrong_clock_notes_its_stop_now(cast, hand_clock, django_capture_on_commit_callbacks):
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    step(cast, leg, LegStatus.AT_PICKUP)
    with django_capture_on_commit_callbacks(execute=True):
        courier_moves_leg(
            courier_id=cast.bo.pk,
            leg_id=leg.pk,
            epoch=1,
            to=LegStatus.PICKED_UP,
            device_time=hand_clock() - timedelta(days=1),
        )
    assert stops_between(0, 1e12) == {cast.bo.pk: [hand_clock().timestamp()]}
