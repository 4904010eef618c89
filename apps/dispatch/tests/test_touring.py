"""Slots are planned into tours ahead of time, and given to their couriers when they must set out."""

from datetime import timedelta

import pytest

from apps.core.redis import connection
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Shift
from apps.couriers.services import start_shift
from apps.dispatch.lifecycle import AssignmentEnd
from apps.dispatch.models import Assignment
from apps.dispatch.selectors import route_of
from apps.dispatch.services import flag_unattended, plan_tours, plan_zone, set_pin, unassign_leg
from apps.dispatch.services.giving import GivenOut
from apps.dispatch.services.giving_tours import give_due_tours
from apps.dispatch.services.kept_tours import kept_tours
from apps.dispatch.services.zone_view import load_zone
from apps.orders.lifecycle import LegStatus
from apps.orders.services import StopDetails, cancel_order
from tests.cast import BAKERY, freelance, placed, ready_in

pytestmark = pytest.mark.django_db
DOORS = [(48.8530, 2.3690), (48.8500, 2.3750), (48.8480, 2.3800)]


def slot_order(cast, door=DOORS[0], *, begins=180, lasts=60, **changes):
    """An order for a slot that begins so many minutes from now."""
    to = StopDetails("a door", *door)
    return placed(cast, dropoff=to, drop_from=ready_in(begins), drop_by=ready_in(begins + lasts), **changes)


def shift_to_come(courier, zone, *, begins=120, lasts=240):
    """Off duty now, with a planned shift that begins so many minutes from now."""
    Courier.objects.filter(pk=courier.pk).update(status=CourierStatus.OFF_DUTY, shift=None, zone=None)
    Shift.objects.filter(courier=courier).update(ended_at=ready_in(0))
    return Shift.objects.create(
        courier=courier, zone=zone, starts_at=ready_in(begins), ends_at=ready_in(begins + lasts)
    )


@pytest.fixture
def crew(cast, hand_clock):
    """Both couriers have a planned shift two hours from now; nobody is on duty."""
    return {courier.pk: shift_to_come(courier, cast.zone) for courier in (cast.bo, cast.cy)}


def kept_legs(cast):
    return [
        [leg for kind, leg in tour.stops if kind == "pickup"] for tour in kept_tours(cast.zone.pk).by_shift.values()
    ]


def test_slots_of_one_door_are_one_tour_of_a_shift_to_come(cast, crew):
    legs = [slot_order(cast, door)[1] for door in DOORS]
    plan = plan_tours(cast.zone.pk)
    assert plan.unassigned == {}
    assert [sorted(tour) for tour in kept_legs(cast)] == [sorted(str(leg.pk) for leg in legs)]
    legs[0].refresh_from_db()
    assert (legs[0].status, legs[0].unassigned_reason) == (LegStatus.OPEN, "planned")
    assert not Assignment.objects.exists()


def test_the_tick_leaves_what_is_in_a_tour_alone(cast, hand_clock):
    _, leg = slot_order(cast, begins=90)
    plan_tours(cast.zone.pk)
    plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    assert (leg.status, leg.unassigned_reason) == (LegStatus.OPEN, "planned")


def begins_work(courier, at=BAKERY):
    start_shift(courier_id=courier.pk, at=at)


def courier_of_the_tour(cast):
    (tour,) = kept_tours(cast.zone.pk).by_shift.values()
    return Courier.objects.get(pk=tour.courier_id)


def test_a_tour_is_given_whole_and_in_order_when_its_courier_must_set_out(cast, crew, hand_clock):
    for door in DOORS:
        slot_order(cast, door)
    plan_tours(cast.zone.pk)
    courier = courier_of_the_tour(cast)
    wanted = [(kind, leg) for tour in kept_tours(cast.zone.pk).by_shift.values() for kind, leg in tour.stops]
    hand_clock.advance(minutes=120)
    begins_work(courier)
    plan_zone(cast.zone.pk)
    assert not Assignment.objects.exists(), "there is time yet"
    hand_clock.advance(minutes=45)
    outcome = plan_zone(cast.zone.pk)
    assert outcome.committed == 3
    assert [(stop.kind, str(stop.leg.pk)) for stop in route_of(courier.pk)] == wanted
    expected = [stop.expected_at for stop in route_of(courier.pk)]
    assert expected == sorted(expected)
    assert all(held.expected_dropoff_at <= held.leg.due_at for held in Assignment.objects.select_related("leg"))


def test_nothing_is_planned_again_until_something_is_new(cast, crew, hand_clock):
    slot_order(cast)
    assert plan_tours(cast.zone.pk)
    assert plan_tours(cast.zone.pk) is None
    slot_order(cast, DOORS[1])
    assert plan_tours(cast.zone.pk)
    assert plan_tours(cast.zone.pk) is None
    Shift.objects.filter(pk=crew[cast.bo.pk].pk).update(starts_at=ready_in(100))
    assert plan_tours(cast.zone.pk)
    hand_clock.advance(minutes=11)
    assert plan_tours(cast.zone.pk)


def test_a_tour_that_is_planned_again_stays_with_its_courier(cast, crew, hand_clock):
    slot_order(cast)
    plan_tours(cast.zone.pk)
    before = kept_tours(cast.zone.pk).by_shift
    hand_clock.advance(minutes=11)
    plan_tours(cast.zone.pk)
    assert {key: tour.stops for key, tour in kept_tours(cast.zone.pk).by_shift.items()} == {
        key: tour.stops for key, tour in before.items()
    }


def test_when_a_shift_is_taken_out_somebody_else_gets_its_tour(cast, crew, hand_clock):
    slot_order(cast)
    plan_tours(cast.zone.pk)
    first = courier_of_the_tour(cast)
    Shift.objects.filter(courier=first, ended_at=None).delete()
    plan_tours(cast.zone.pk)
    assert courier_of_the_tour(cast).pk != first.pk


def test_a_courier_who_does_not_come_loses_the_tour_to_whoever_is_there(cast, crew, hand_clock):
    _, leg = slot_order(cast)
    plan_tours(cast.zone.pk)
    absent = courier_of_the_tour(cast)
    other = cast.cy if absent.pk == cast.bo.pk else cast.bo
    hand_clock.advance(minutes=136)
    begins_work(other)
    plan_tours(cast.zone.pk)
    assert courier_of_the_tour(cast).pk == other.pk
    hand_clock.advance(minutes=30)
    plan_zone(cast.zone.pk)
    assert Assignment.objects.get(leg=leg).courier_id == other.pk


def test_a_tour_whose_courier_is_not_there_in_time_is_work_for_the_tick(cast, crew, hand_clock):
    _, leg = slot_order(cast)
    plan_tours(cast.zone.pk)
    absent = courier_of_the_tour(cast)
    other = cast.cy if absent.pk == cast.bo.pk else cast.bo
    hand_clock.advance(minutes=179)
    begins_work(other)
    plan_zone(cast.zone.pk)
    assert Assignment.objects.get(leg=leg).courier_id == other.pk


def test_without_any_tour_kept_the_tick_gives_slots_out_when_their_time_comes(cast, hand_clock):
    _, leg = slot_order(cast, begins=90)
    plan_tours(cast.zone.pk)
    connection().flushall()
    hand_clock.advance(minutes=80)
    plan_zone(cast.zone.pk)
    assert Assignment.objects.get(leg=leg).is_live


def test_two_planners_who_give_out_the_same_tour_give_each_leg_once(cast, crew, hand_clock):
    for door in DOORS:
        slot_order(cast, door)
    plan_tours(cast.zone.pk)
    courier = courier_of_the_tour(cast)
    hand_clock.advance(minutes=165)
    begins_work(courier)
    late = load_zone(cast.zone.pk)
    plan_zone(cast.zone.pk)
    assert give_due_tours(late, {}) == GivenOut(set(), 3)
    assert Assignment.objects.count() == Courier.objects.get(pk=courier.pk).load_legs == 3


def test_nobody_sets_out_hours_before_a_slot_to_wait_at_a_door(cast, hand_clock):
    _, leg = slot_order(cast, begins=180)
    plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    assert (leg.status, leg.unassigned_reason) == (LegStatus.OPEN, "planned")


def test_a_slot_that_must_be_picked_up_long_before_is(cast, hand_clock):
    _, leg = slot_order(cast, begins=180, pickup_by=ready_in(30))
    plan_zone(cast.zone.pk)
    assert Assignment.objects.get(leg=leg).expected_pickup_at <= ready_in(30)


def test_an_order_cancelled_out_of_a_tour_leaves_the_others_in_it(cast, crew, hand_clock):
    order, _ = slot_order(cast)
    _, stays = slot_order(cast, DOORS[1])
    plan_tours(cast.zone.pk)
    courier = courier_of_the_tour(cast)
    cancel_order(order_id=order.pk, reason="changed their mind")
    hand_clock.advance(minutes=165)
    begins_work(courier)
    plan_zone(cast.zone.pk)
    assert [held.leg_id for held in Assignment.objects.all()] == [stays.pk]


def test_a_pinned_leg_is_in_no_tour(cast, crew, hand_clock):
    _, leg = slot_order(cast)
    set_pin(leg_id=leg.pk, is_pinned=True)
    assert plan_tours(cast.zone.pk) is None
    assert kept_legs(cast) == []


def test_a_slot_that_no_shift_can_serve_says_why(cast, crew, hand_clock):
    _, leg = slot_order(cast, begins=600)
    plan_tours(cast.zone.pk)
    plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    assert leg.unassigned_reason == "shift_ends_too_soon"


def test_freelancers_have_no_tours_and_are_offered_slots_when_their_time_comes(cast, crew, hand_clock):
    freelance(cast.fleet)
    _, leg = slot_order(cast)
    plan_tours(cast.zone.pk)
    assert kept_legs(cast) == []
    hand_clock.advance(minutes=165)
    begins_work(cast.bo)
    plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    assert leg.status == LegStatus.OFFERED


def test_a_courier_is_given_as_much_of_a_tour_as_he_takes_and_the_rest_later(cast, crew, hand_clock):
    Courier.objects.update(max_legs=2)
    Shift.objects.filter(courier=cast.cy, ended_at=None).delete()
    for door in DOORS:
        slot_order(cast, door, lasts=120)
    plan_tours(cast.zone.pk)
    assert [len(tour) for tour in kept_legs(cast)] == [3]
    hand_clock.advance(minutes=170)
    begins_work(cast.bo)
    plan_zone(cast.zone.pk)
    assert Courier.objects.get(pk=cast.bo.pk).load_legs == Assignment.objects.count() == 2


def test_a_leg_taken_back_out_of_a_tour_is_planned_again(cast, crew, hand_clock):
    _, leg = slot_order(cast)
    plan_tours(cast.zone.pk)
    hand_clock.advance(minutes=165)
    begins_work(courier_of_the_tour(cast))
    plan_zone(cast.zone.pk)
    unassign_leg(leg_id=leg.pk, reason="flat tyre", end=AssignmentEnd.UNASSIGNED)
    assert plan_tours(cast.zone.pk)


def test_a_slot_hours_ahead_is_not_called_unattended_and_one_that_ends_soon_is(cast, crew, hand_clock):
    order, _ = slot_order(cast)
    hand_clock.advance(minutes=60)
    assert flag_unattended() == 0
    hand_clock.advance(minutes=155)
    assert flag_unattended() == 1
    order.refresh_from_db()
    assert order.needs_attention


def test_planning_tours_needs_the_same_number_of_queries_for_many_slots(
    cast, crew, hand_clock, django_assert_max_num_queries
):
    for _ in range(12):
        slot_order(cast)
    with django_assert_max_num_queries(15):
        plan_tours(cast.zone.pk)


def test_a_slot_of_the_coming_hour_is_work_for_the_tick_at_once(cast, hand_clock):
    _, leg = slot_order(cast, begins=45)
    assert plan_tours(cast.zone.pk) is None
    assert not leg.is_scheduled


def test_an_order_for_tomorrow_is_in_a_tour_of_tomorrow(cast, hand_clock):
    tomorrow = shift_to_come(cast.bo, cast.zone, begins=22 * 60)
    slot_order(cast, begins=23 * 60, ready_at=ready_in(600))
    plan_tours(cast.zone.pk)
    assert list(kept_tours(cast.zone.pk).by_shift) == [str(tomorrow.pk)]


def test_the_kept_tour_of_a_courier_on_duty_leaves_room_for_what_comes_before(cast, hand_clock):
    """He has hours until his tour: an express order goes first, and does not wait for the pickup of the tour."""
    Courier.objects.filter(pk=cast.cy.pk).update(is_active=False)
    _, slot = slot_order(cast, begins=120)
    plan_tours(cast.zone.pk)
    _, express = placed(cast)
    plan_zone(cast.zone.pk)
    held = Assignment.objects.get()
    assert (held.leg_id, held.courier_id) == (express.pk, cast.bo.pk)
    assert held.expected_dropoff_at - hand_clock() < timedelta(minutes=25)
    assert str(slot.pk) in kept_legs(cast)[0]
