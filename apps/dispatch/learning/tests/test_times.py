"""What couriers did, through the services, comes back as service times, preparation and travel factors."""

import pytest

from apps.dispatch.learning.selectors import (
    preparation_seconds,
    service_seconds,
    travel_factor,
    travel_factors,
)
from apps.dispatch.learning.tests.riding import Habits, deliver, deliver_for_days, ride_s
from apps.dispatch.learning.times import learn_times
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import FigureKind, LearnedFigure
from apps.dispatch.services import assign_leg, courier_moves_leg
from apps.orders.lifecycle import LegStatus
from tests.cast import BAKERY, placed, ready_in

pytestmark = pytest.mark.django_db
THE_WAY = (LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)


def figure(kind, key=None):
    """The one figure of a kind (and key)."""
    rows = LearnedFigure.objects.filter(kind=kind)
    return (rows.filter(key=key) if key else rows).get()


def test_couriers_who_ride_as_they_do_are_learned_as_they_are(cast, hand_clock):
    deliver_for_days(cast, hand_clock, days=17, a_day=3, habits=Habits(slowness=1.4, pickup_s=200, dropoff_s=90))
    learn_times()
    service = service_seconds(cast.zone)
    assert service.pickup == pytest.approx(200, abs=0.1)
    assert service.dropoff == pytest.approx(90, abs=0.1)
    assert travel_factor(cast.zone, 12, "bike") == pytest.approx(1 + 0.4 * 51 / 71, abs=0.01)


def test_nothing_is_used_of_an_empty_history(cast):
    assert learn_times() == 0
    assert (service_seconds(cast.zone).pickup, travel_factor(cast.zone, 12, "bike")) == (None, None)
    assert travel_factors(cast.zone, cast.zone.created_at) == {}


def test_a_figure_with_too_few_samples_or_days_is_kept_and_not_used(cast, hand_clock):
    deliver_for_days(cast, hand_clock, days=1, a_day=4)
    learn_times()
    assert figure(FigureKind.SERVICE, "pickup").samples == 4
    assert service_seconds(cast.zone).pickup is None
    assert travel_factor(cast.zone, 12, "bike") is None


@pytest.mark.parametrize(("samples", "days", "is_used"), [(50, 3, True), (49, 3, False), (500, 2, False)])
def test_thresholds_decide_what_is_used(cast, hand_clock, samples, days, is_used):
    LearnedFigure.objects.create(
        zone=cast.zone, kind="service", key="dropoff", value=77.0, spread=5.0, samples=samples, days=days
    )
    assert service_seconds(cast.zone).dropoff == (77.0 if is_used else None)
    hand_clock.advance(days=29)
    assert service_seconds(cast.zone).dropoff is None


def test_a_second_run_writes_the_same(cast, hand_clock):
    deliver_for_days(cast, hand_clock, days=2, a_day=3, habits=Habits(slowness=1.3, pickup_s=240))
    columns = ("zone_id", "kind", "key", "value", "spread", "samples", "days")
    learn_times()
    first = list(LearnedFigure.objects.order_by("kind", "key").values_list(*columns))
    learn_times()
    assert len(first) == 4
    assert list(LearnedFigure.objects.order_by("kind", "key").values_list(*columns)) == first


def test_one_pause_and_one_hasty_thumb_move_no_figure(cast, hand_clock):
    deliver_for_days(cast, hand_clock, days=2, a_day=3)
    deliver(cast, hand_clock, Habits(slowness=30.0, dropoff_s=4_000))
    deliver(cast, hand_clock, Habits(slowness=0.01, dropoff_s=2))
    learn_times()
    assert figure(FigureKind.SERVICE, "dropoff").value == pytest.approx(120, abs=0.1)
    assert figure(FigureKind.SERVICE, "dropoff").samples == 6
    travel = figure(FigureKind.TRAVEL)
    assert (travel.samples, travel.value) == (6, pytest.approx(1.0, abs=0.01))


def test_waiting_for_an_order_is_preparation_and_not_service(cast, hand_clock):
    _, leg = placed(cast)
    for _ in range(5):
        deliver(cast, hand_clock, Habits(waits_s=600))
    learn_times()
    preparation = figure(FigureKind.PREPARATION)
    assert preparation.key == leg.pickup_place == f"{BAKERY.lat:.5f},{BAKERY.lon:.5f}"
    assert preparation.value == pytest.approx(60 + 90 + 600, abs=0.1)
    assert preparation_seconds(leg) is None  # five are too few


def test_a_courier_who_did_not_wait_says_that_it_was_ready_as_announced(cast, hand_clock):
    for _ in range(5):
        deliver(cast, hand_clock)
    learn_times()
    assert figure(FigureKind.PREPARATION).value == 0.0  # announced to be ready when it was placed


def test_pickups_that_were_not_ready_on_arrival_say_nothing_of_service(cast, hand_clock):
    _, leg = placed(cast, ready_at=hand_clock.moment.replace(minute=10))
    held = assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    for step, seconds in ((LegStatus.AT_PICKUP, 60), (LegStatus.PICKED_UP, 600)):
        hand_clock.advance(seconds=seconds)
        courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=held.epoch, to=step)
    learn_times()
    assert not LearnedFigure.objects.filter(kind=FigureKind.SERVICE).exists()


def test_waiting_at_a_door_for_the_slot_to_begin_says_nothing_of_service(cast, hand_clock):
    _, leg = placed(cast, drop_from=ready_in(30))
    held = assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    steps = (
        (LegStatus.AT_PICKUP, 60),
        (LegStatus.PICKED_UP, 90),
        (LegStatus.AT_DROPOFF, 1_200),
        (LegStatus.DELIVERED, 450),
    )
    for step, seconds in steps:
        hand_clock.advance(seconds=seconds)
        courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=held.epoch, to=step)
    learn_times()
    assert [row.key for row in LearnedFigure.objects.filter(kind=FigureKind.SERVICE)] == ["pickup"]


def test_idle_time_between_two_orders_is_no_ride(cast, hand_clock):
    deliver(cast, hand_clock)
    hand_clock.advance(minutes=5)  # nothing to do: the way to the next pickup began nobody knows when
    deliver(cast, hand_clock)
    learn_times()
    assert figure(FigureKind.TRAVEL).samples == 2  # only the two ways with bread on board


def test_several_legs_at_one_door_are_one_visit(cast, hand_clock):
    legs = [placed(cast)[1] for _ in range(2)]
    epochs = [assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER).epoch for leg in legs]

    def both(to, *, seconds):
        hand_clock.advance(seconds=seconds)
        for leg, epoch in zip(legs, epochs, strict=True):
            courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=epoch, to=to)

    both(LegStatus.AT_PICKUP, seconds=60)
    both(LegStatus.PICKED_UP, seconds=90)
    both(LegStatus.AT_DROPOFF, seconds=90 + ride_s())
    both(LegStatus.DELIVERED, seconds=60)
    learn_times()
    assert [row.samples for row in LearnedFigure.objects.filter(kind__in=["service", "travel"])] == [1, 1, 1]


def test_a_phone_that_was_offline_is_believed_about_the_time(cast, hand_clock):
    _, leg = placed(cast)
    held = assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    moments = [hand_clock.advance(seconds=seconds) for seconds in (60, 90, 400, 45)]
    hand_clock.advance(hours=1)
    for to, at in zip(THE_WAY, moments, strict=True):
        courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=held.epoch, to=to, device_time=at)
    learn_times()
    assert figure(FigureKind.SERVICE, "pickup").value == pytest.approx(180)
    assert figure(FigureKind.SERVICE, "dropoff").value == pytest.approx(90)


def test_what_happened_more_than_four_weeks_ago_is_forgotten(cast, hand_clock):
    deliver_for_days(cast, hand_clock, days=1, a_day=3)
    learn_times()
    assert LearnedFigure.objects.exists()
    hand_clock.advance(days=29)
    learn_times()
    assert not LearnedFigure.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_history(cast, hand_clock, django_assert_max_num_queries):
    deliver_for_days(cast, hand_clock, days=2, a_day=10)
    with django_assert_max_num_queries(16):
        learn_times()
