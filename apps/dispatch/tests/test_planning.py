"""Planning a zone through the service: who gets what, what is offered, and what is said of the rest."""

import pytest

from apps.core.models import Event
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier
from apps.dispatch.lifecycle import AssignedBy, OfferStatus
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services import plan_zone
from apps.orders.lifecycle import LegStatus, OrderStatus
from apps.orders.models import Leg, NetworkPolicy, Order
from apps.orders.services import NewParcel
from tests.cast import freelance, placed, ready_in

pytestmark = pytest.mark.django_db


def test_a_ready_order_is_assigned_to_the_courier_at_the_door(cast, hand_clock):
    order, leg = placed(cast)
    outcome = plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    order.refresh_from_db()
    assert outcome.committed == 1
    assert (leg.status, leg.courier_id, leg.epoch) == (LegStatus.ASSIGNED, cast.bo.pk, 1)
    assert order.status == OrderStatus.ASSIGNED
    assignment = Assignment.objects.get(leg=leg)
    assert (assignment.assigned_by, assignment.is_live) == (AssignedBy.PLANNER, True)
    assert assignment.why["others"][0]["courier_id"] == str(cast.cy.pk)


def test_an_order_that_is_not_ready_yet_is_not_committed(cast, hand_clock):
    _, leg = placed(cast, ready_at=ready_in(45), due_at=ready_in(90))
    plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    assert (leg.status, leg.unassigned_reason) == (LegStatus.OPEN, "planned")
    assert not Assignment.objects.exists()


def test_a_freelance_courier_is_offered_the_leg_until_a_deadline(cast, hand_clock):
    freelance(cast.fleet)
    _, leg = placed(cast)
    plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    offer = Offer.objects.get(leg=leg)
    assert (leg.status, offer.status, offer.courier_id) == (LegStatus.OFFERED, OfferStatus.LIVE, cast.bo.pk)
    assert (offer.expires_at - hand_clock()).total_seconds() == 30


def test_two_plans_of_one_moment_assign_once(cast, hand_clock):
    placed(cast)
    plan_zone(cast.zone.pk)
    plan_zone(cast.zone.pk)
    assert Assignment.objects.count() == 1
    assert sum(Courier.objects.values_list("load_legs", flat=True)) == 1


def test_an_order_that_nobody_may_carry_calls_for_attention_with_the_reason(cast, hand_clock):
    order, leg = placed(cast, network_policy=NetworkPolicy.OWN_ONLY)
    plan_zone(cast.zone.pk)
    order.refresh_from_db()
    leg.refresh_from_db()
    assert (order.needs_attention, order.attention_reason) == (True, "no_eligible_fleet")
    assert leg.unassigned_reason == "no_eligible_fleet"


def test_attention_is_raised_once_however_often_the_zone_is_planned(cast, hand_clock):
    placed(cast, parcels=(NewParcel(weight_g=30_000),))
    for _ in range(3):
        plan_zone(cast.zone.pk)
    assert Event.objects.filter(name="AttentionRaised").count() == 1


def test_with_nobody_on_duty_orders_wait_and_say_why(cast, hand_clock):
    Courier.objects.update(status=CourierStatus.OFF_DUTY)
    order, leg = placed(cast)
    plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    order.refresh_from_db()
    assert (leg.status, leg.unassigned_reason) == (LegStatus.OPEN, "no_courier_on_shift")
    assert not order.needs_attention


def test_planning_needs_the_same_number_of_queries_for_many_orders(cast, hand_clock, django_assert_max_num_queries):
    for _ in range(30):
        placed(cast, ready_at=ready_in(60), due_at=ready_in(120))
    plan_zone(cast.zone.pk)
    with django_assert_max_num_queries(17):
        plan_zone(cast.zone.pk)
    assert Leg.objects.filter(status=LegStatus.OPEN).count() == Order.objects.count() == 30
