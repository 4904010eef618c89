"""A new order goes between the stops of a courier under way, where that breaks no promise."""

import pytest

from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment
from apps.dispatch.selectors import route_of
from apps.dispatch.services import assign_leg, courier_moves_leg, plan_zone
from apps.orders.lifecycle import LegStatus
from apps.orders.services import StopDetails
from tests.cast import HOME, placed, ready_in

pytestmark = pytest.mark.django_db
PICKED_UP = (LegStatus.AT_PICKUP, LegStatus.PICKED_UP)


def test_a_second_order_of_the_same_door_is_picked_up_on_the_way(cast, hand_clock):
    _, first = placed(cast)
    assign_leg(leg_id=first.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    cast.cy.is_active = False
    cast.cy.save()
    _, second = placed(cast)
    plan_zone(cast.zone.pk)
    assert Assignment.objects.get(leg=second).courier_id == cast.bo.pk
    route = [(stop.kind.value, stop.leg.pk) for stop in route_of(cast.bo.pk)]
    assert route[:2] == [("pickup", first.pk), ("pickup", second.pk)]
    assert [stop.place for stop in route_of(cast.bo.pk)] == sorted({stop.place for stop in route_of(cast.bo.pk)})


def test_a_courier_at_a_door_hears_of_a_pickup_on_his_way_before_he_hands_over(cast, hand_clock):
    """After the handover he rides to the stop that he knows of, and is not turned round."""
    _, first = placed(cast)
    _, second = placed(cast, dropoff=StopDetails("a door further on", 48.8500, 2.3800))
    cast.cy.is_active = False
    cast.cy.save()
    for leg in (first, second):
        assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    for leg, to in ((first, PICKED_UP), (second, PICKED_UP), (first, (LegStatus.AT_DROPOFF,))):
        for status in to:
            leg.refresh_from_db()
            courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=leg.epoch, to=status)
    _, urgent = placed(cast, pickup=StopDetails("next door", HOME.lat, HOME.lon + 0.0005), due_at=ready_in(60))
    hand_clock.advance(seconds=10)  # he hands over in fifty seconds, and would leave sixty seconds after that
    plan_zone(cast.zone.pk)
    assert [(stop.kind.value, stop.leg.pk) for stop in route_of(cast.bo.pk)][1] == ("pickup", urgent.pk)
