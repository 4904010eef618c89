"""A change of an order on its way through the relay: to the phone of whoever has it, and to the planner if it must."""

import pytest

from apps.couriers.positions import news_of
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg
from apps.orders.services import OrderChanges, update_order
from tests.broker import delivering_at_once
from tests.cast import placed
from workers.relay import drain_outbox

pytestmark = pytest.mark.django_db
RING = OrderChanges(dropoff={"instructions": "Ring"})
NEXT_DOOR = OrderChanges(dropoff={"address": "5 rue de Charonne", "lat": 48.8531, "lon": 2.3691})


@pytest.mark.parametrize(
    ("changes", "tasks"),
    [(RING, {"dispatch.tell_of_change"}), (NEXT_DOOR, {"dispatch.tell_of_change", "dispatch.plan_zone"})],
)
def test_the_phone_learns_of_it_and_the_planner_of_places_and_times_only(cast, changes, tasks):
    order, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    with delivering_at_once():
        drain_outbox()
    before = news_of(cast.bo.pk)
    update_order(order_id=order.pk, changes=changes)
    with delivering_at_once() as sent:
        drain_outbox()
    assert set(sent) - {"relay.relay_events"} == tasks
    assert news_of(cast.bo.pk) > before
