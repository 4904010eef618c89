"""What an order asks for is kept by the plan: a refused leg says which limit keeps everybody from it."""

import pytest

from apps.couriers.models import Vehicle
from apps.dispatch.models import Assignment
from apps.dispatch.services import plan_zone
from apps.orders.lifecycle import LegStatus
from apps.orders.services import NewParcel
from tests.cast import placed, ready_in

pytestmark = pytest.mark.django_db
LARGE = NewParcel(weight_g=800, volume_ml=150_000)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"parcels": (LARGE,)}, "too_large"),
        ({"vehicle_kinds": ("van",)}, "no_suitable_vehicle"),
        ({"max_on_board_s": 60}, "too_long_on_board"),
    ],
)
def test_a_leg_that_nobody_may_carry_says_why_and_calls_a_person(cast, hand_clock, changes, reason):
    order, leg = placed(cast, **changes)
    plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    order.refresh_from_db()
    assert (leg.status, leg.unassigned_reason) == (LegStatus.OPEN, reason)
    assert (order.needs_attention, order.attention_reason) == (True, reason)


def test_a_pickup_that_closes_before_anybody_is_there_is_not_tried(cast, hand_clock):
    _, leg = placed(cast, pickup_by=ready_in(1))  # the service alone takes half of three minutes
    plan_zone(cast.zone.pk)
    leg.refresh_from_db()
    assert leg.unassigned_reason == "window_cannot_be_met"


def test_a_larger_vehicle_takes_what_the_others_cannot(cast, hand_clock):
    Vehicle.objects.filter(pk=cast.cy.vehicle_id).update(max_volume_ml=200_000, kind="cargo_bike")
    _, leg = placed(cast, parcels=(LARGE,), vehicle_kinds=("cargo_bike",))
    plan_zone(cast.zone.pk)
    assert Assignment.objects.get(leg=leg).courier_id == cast.cy.pk


def test_a_courier_is_not_expected_at_a_door_before_it_opens(cast, hand_clock):
    _, leg = placed(cast, drop_from=ready_in(45), due_at=ready_in(60))
    plan_zone(cast.zone.pk)
    assert Assignment.objects.get(leg=leg).expected_dropoff_at >= ready_in(45)


def test_an_order_for_the_evening_waits_from_its_slot_on_not_from_the_booking(cast, hand_clock):
    _, leg = placed(cast, drop_from=ready_in(240), drop_by=ready_in(300))
    hand_clock.advance(minutes=225)
    plan_zone(cast.zone.pk)
    assert Assignment.objects.get(leg=leg).is_live
