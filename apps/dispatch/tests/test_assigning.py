"""Assigning and taking back, by the planner and by hand."""

import pytest

from apps.core.errors import Conflict
from apps.core.models import Event
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier
from apps.dispatch.errors import CourierNotAvailable
from apps.dispatch.lifecycle import AssignedBy, AssignmentEnd, OfferStatus
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services import PlannedPart, assign_leg, courier_moves_leg, plan_zone, release_ended, unassign_leg
from apps.orders.lifecycle import IllegalMove, LegStatus
from apps.orders.services import cancel_order
from tests.cast import freelance, placed

pytestmark = pytest.mark.django_db


def by_hand(leg, courier):
    return assign_leg(leg_id=leg.pk, courier_id=courier.pk, by=AssignedBy.DISPATCHER)


def load_of(courier):
    return Courier.objects.get(pk=courier.pk).load_legs


def test_a_dispatcher_assigns_by_hand(cast):
    _, leg = placed(cast)
    assignment = by_hand(leg, cast.cy)
    leg.refresh_from_db()
    assert (leg.status, leg.courier_id, assignment.epoch) == (LegStatus.ASSIGNED, cast.cy.pk, 1)
    assert load_of(cast.cy) == 1


def test_reassigning_by_hand_takes_the_leg_from_the_first_courier(cast):
    _, leg = placed(cast)
    by_hand(leg, cast.bo)
    by_hand(leg, cast.cy)
    leg.refresh_from_db()
    assert (leg.courier_id, leg.epoch) == (cast.cy.pk, 3)  # to Bo, back, to Cy
    assert (load_of(cast.bo), load_of(cast.cy)) == (0, 1)
    assert Assignment.objects.filter(is_live=True).count() == 1


def test_assigning_by_hand_withdraws_the_offer(cast):
    freelance(cast.fleet)
    _, leg = placed(cast)
    plan_zone(cast.zone.pk)
    by_hand(leg, cast.cy)
    assert Offer.objects.get().status == OfferStatus.WITHDRAWN
    leg.refresh_from_db()
    assert leg.courier_id == cast.cy.pk


def test_nothing_is_taken_from_a_courier_who_has_it_on_board(cast):
    _, leg = placed(cast)
    by_hand(leg, cast.bo)
    for to in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP):
        courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=1, to=to)
    with pytest.raises(IllegalMove):
        by_hand(leg, cast.cy)
    leg.refresh_from_db()
    assert (leg.courier_id, load_of(cast.cy)) == (cast.bo.pk, 0)


def test_a_courier_off_duty_cannot_be_given_work(cast):
    Courier.objects.filter(pk=cast.bo.pk).update(status=CourierStatus.OFF_DUTY)
    _, leg = placed(cast)
    events = Event.objects.count()
    with pytest.raises(CourierNotAvailable):
        by_hand(leg, cast.bo)
    leg.refresh_from_db()
    assert (leg.status, leg.version, Event.objects.count()) == (LegStatus.OPEN, 0, events)


def test_nobody_is_loaded_above_their_capacity(cast):
    Courier.objects.filter(pk=cast.bo.pk).update(max_legs=1)
    _, first = placed(cast)
    _, second = placed(cast)
    by_hand(first, cast.bo)
    with pytest.raises(CourierNotAvailable):
        by_hand(second, cast.bo)
    assert load_of(cast.bo) == 1


def test_an_assignment_planned_on_an_old_read_is_refused_and_leaves_nothing_behind(cast):
    _, leg = placed(cast)
    old = PlannedPart(leg_version=leg.version, pickup_place=1, dropoff_place=2)
    by_hand(leg, cast.cy)
    with pytest.raises(Conflict):
        assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER, planned=old)
    assert (load_of(cast.bo), load_of(cast.cy)) == (0, 1)


def test_an_unassigned_leg_is_open_again_and_its_courier_free(cast):
    _, leg = placed(cast)
    by_hand(leg, cast.bo)
    unassign_leg(leg_id=leg.pk, reason="puncture")
    leg.refresh_from_db()
    assert (leg.status, leg.courier_id, load_of(cast.bo)) == (LegStatus.OPEN, None, 0)
    assert Assignment.objects.get().end == AssignmentEnd.UNASSIGNED


def test_a_cancelled_order_frees_its_courier(cast):
    order, leg = placed(cast)
    by_hand(leg, cast.bo)
    cancel_order(order_id=order.pk, reason="closed early")
    assert release_ended() == 1
    assert release_ended() == 0
    assert load_of(cast.bo) == 0
    assert Assignment.objects.get().end == AssignmentEnd.CANCELLED


def test_assigning_takes_the_flag_of_attention_down(cast):
    from apps.orders.services import raise_attention

    order, leg = placed(cast)
    raise_attention(order_id=order.pk, reason="waiting")
    by_hand(leg, cast.bo)
    order.refresh_from_db()
    assert not order.needs_attention
