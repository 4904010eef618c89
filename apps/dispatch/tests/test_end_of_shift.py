"""What can still be done before a shift ends, and what happens after: no leg is given that would end later."""

from datetime import timedelta

import pytest

from apps.core import clock
from apps.core.models import Event
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Shift
from apps.couriers.services import end_shift
from apps.dispatch.errors import CourierNotAvailable
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services import PlannedPart, assign_leg, courier_moves_leg, make_offer, plan_zone
from apps.dispatch.services.zone_view import load_zone
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from tests.cast import begin_shift, freelance, placed

pytestmark = pytest.mark.django_db


@pytest.fixture
def only_bo(cast):
    """Cy is at home."""
    end_shift(courier_id=cast.cy.pk)
    return cast.bo


def ends_in(courier, **duration):
    """Let the courier's shift end so long from now."""
    Shift.objects.filter(courier=courier).update(ends_at=clock.now() + timedelta(**duration))


def bring(courier, leg, *steps):
    for step in steps:
        courier_moves_leg(courier_id=courier.pk, leg_id=leg.pk, epoch=Leg.objects.get(pk=leg.pk).epoch, to=step)


def needed(cast) -> timedelta:
    """How long the leg takes, by the plan that gives it when there is time enough."""
    _, leg = placed(cast)
    plan_zone(cast.zone.pk)
    held = Assignment.objects.get(leg=leg)
    bring(cast.bo, leg, LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)
    return held.expected_dropoff_at - held.assigned_at


@pytest.mark.parametrize("is_asked", [False, True], ids=["assigned", "offered"])
@pytest.mark.parametrize(("spare_s", "is_given"), [(-1, False), (1, True)])
def test_a_leg_is_given_only_if_it_is_done_by_the_end_of_the_shift(cast, only_bo, spare_s, is_given, is_asked):
    long = needed(cast)
    assert long > timedelta(minutes=5)
    if is_asked:
        freelance(cast.fleet)
    ends_in(only_bo, seconds=long.total_seconds() + spare_s)
    _, leg = placed(cast)
    plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    given = LegStatus.OFFERED if is_asked else LegStatus.ASSIGNED
    assert leg.status == (given if is_given else LegStatus.OPEN)
    if not is_given:
        assert leg.unassigned_reason == "shift_ends_too_soon"
        assert not leg.order.needs_attention
        assert not Offer.objects.exists()


def test_the_engine_is_told_the_planned_end_of_the_shift(cast, hand_clock):
    placed(cast)
    ends_at = Shift.objects.get(courier=cast.bo).ends_at.timestamp()
    (bo,) = (state for state in load_zone(cast.zone.pk).snapshot.couriers if state.id == str(cast.bo.pk))
    assert (bo.shift_ends_at, bo.drop_by) == (ends_at, ends_at)


def test_who_goes_on_past_the_end_finishes_what_they_have_and_gets_nothing_new(cast, hand_clock, only_bo):
    _, first = placed(cast)
    plan_zone(cast.zone.pk)
    bring(only_bo, first, LegStatus.AT_PICKUP, LegStatus.PICKED_UP)
    hand_clock.advance(hours=4, minutes=1)
    _, second = placed(cast)
    plan_zone(cast.zone.pk)
    bring(only_bo, first, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)
    plan_zone(cast.zone.pk)
    second.refresh_from_db()
    first.refresh_from_db()
    assert (first.status, second.status) == (LegStatus.DELIVERED, LegStatus.OPEN)
    assert second.unassigned_reason == "no_courier_on_shift"
    assert Courier.objects.get(pk=only_bo.pk).status == CourierStatus.ON_DUTY


def test_a_plan_made_before_the_end_gives_nothing_after_it(cast, hand_clock, only_bo):
    _, leg = placed(cast)
    hand_clock.advance(hours=4)
    before = Event.objects.count()
    planned = PlannedPart(leg_version=leg.version, pickup_place=1, dropoff_place=2)
    with pytest.raises(CourierNotAvailable):
        assign_leg(leg_id=leg.pk, courier_id=only_bo.pk, by=AssignedBy.PLANNER, planned=planned)
    with pytest.raises(CourierNotAvailable):
        make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=only_bo.pk)
    leg.refresh_from_db()
    assert (leg.status, Event.objects.count()) == (LegStatus.OPEN, before)
    assert not Assignment.objects.exists()
    assert not Offer.objects.exists()


def test_a_dispatcher_may_ask_for_one_more_after_the_end(cast, hand_clock, only_bo):
    _, leg = placed(cast)
    hand_clock.advance(hours=4)
    assign_leg(leg_id=leg.pk, courier_id=only_bo.pk, by=AssignedBy.DISPATCHER)
    leg.refresh_from_db()
    assert leg.courier_id == only_bo.pk


def test_a_leg_that_the_first_shift_cannot_end_goes_to_one_that_ends_later(cast, hand_clock):
    ends_in(cast.bo, minutes=5)
    begin_shift(cast.cy, cast.zone, hours=3)
    _, leg = placed(cast)
    plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    assert leg.courier_id == cast.cy.pk
