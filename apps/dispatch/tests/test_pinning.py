"""A pinned leg stays where a dispatcher put it, and says so."""

import pytest

from apps.core.models import Event
from apps.couriers.positions import mark_seen
from apps.dispatch import engine
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment
from apps.dispatch.services import assign_leg, plan_zone, reopen_legs_of_silent_couriers, set_pin
from apps.dispatch.services.planning import _commit
from apps.dispatch.services.zone_view import load_zone
from apps.orders.lifecycle import IllegalMove, LegStatus
from apps.orders.services import cancel_order
from tests.cast import placed

pytestmark = pytest.mark.django_db


def test_an_open_leg_that_is_pinned_is_given_to_nobody_and_says_why(cast, hand_clock):
    _, leg = placed(cast)
    set_pin(leg_id=leg.pk, is_pinned=True)
    plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    assert (leg.status, leg.unassigned_reason) == (LegStatus.OPEN, "pinned")
    assert not Assignment.objects.exists()


def test_a_leg_that_is_unpinned_is_planned_like_any_other(cast, hand_clock):
    _, leg = placed(cast)
    set_pin(leg_id=leg.pk, is_pinned=True)
    plan_zone(cast.zone.pk)
    set_pin(leg_id=leg.pk, is_pinned=False)
    plan_zone(cast.zone.pk)
    assert Assignment.objects.get(leg=leg).courier_id == cast.bo.pk


def test_a_plan_made_before_the_pin_commits_nothing_of_the_leg(cast, hand_clock):
    _, leg = placed(cast)
    view = load_zone(cast.zone.pk)
    plan = engine.plan(view.snapshot)
    set_pin(leg_id=leg.pk, is_pinned=True)
    assert _commit(view, plan).lost_races == 1
    assert not Assignment.objects.exists()


def test_a_dispatcher_gives_a_pinned_leg_to_whom_they_like_and_the_planner_leaves_it_there(cast, hand_clock):
    _, leg = placed(cast)
    set_pin(leg_id=leg.pk, is_pinned=True)
    assign_leg(leg_id=leg.pk, courier_id=cast.cy.pk, by=AssignedBy.DISPATCHER)
    placed(cast)
    plan_zone(cast.zone.pk)
    assert Assignment.objects.get(leg=leg, is_live=True).courier_id == cast.cy.pk


def test_what_is_pinned_to_a_silent_courier_is_shown_to_a_person_not_taken_away(cast, hand_clock):
    order, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    set_pin(leg_id=leg.pk, is_pinned=True)
    mark_seen([cast.bo.pk], at=hand_clock())
    hand_clock.advance(minutes=11)
    assert reopen_legs_of_silent_couriers() == 0
    order.refresh_from_db()
    assert (order.needs_attention, order.attention_reason) == (True, "courier_silent")
    assert Assignment.objects.get(leg=leg).is_live


def test_pinning_what_is_pinned_changes_nothing(cast, hand_clock):
    _, leg = placed(cast)
    set_pin(leg_id=leg.pk, is_pinned=True)
    events = Event.objects.count()
    assert set_pin(leg_id=leg.pk, is_pinned=True).version == 1
    assert Event.objects.count() == events


def test_what_has_ended_is_not_pinned(cast, hand_clock):
    order, leg = placed(cast)
    cancel_order(order_id=order.pk, reason="closed")
    with pytest.raises(IllegalMove):
        set_pin(leg_id=leg.pk, is_pinned=True)
