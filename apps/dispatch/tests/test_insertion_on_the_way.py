"""A new order goes between the stops of a courier under way, where that breaks no promise."""

import pytest

from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment
from apps.dispatch.selectors import route_of
from apps.dispatch.services import assign_leg, plan_zone
from tests.cast import placed

pytestmark = pytest.mark.django_db


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
