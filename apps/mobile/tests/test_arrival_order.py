"""Any order of arrival, any repetition, any gap: the same final state, whatever the network does to an outbox."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.models import Event
from apps.couriers.models import Courier
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from tests.cast import placed

pytestmark = pytest.mark.django_db
STEPS = 4  # arrive, pick up, arrive, deliver
arrivals = st.lists(st.lists(st.integers(0, STEPS - 1), min_size=1, max_size=6), max_size=6)


def is_answered(result):
    return result["outcome"] != "refused" or not result["error"]["retry"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=arrivals)
def test_a_leg_is_delivered_once_whatever_the_network_does(cast, bos_phone, batches):
    """`batches`: which of the four steps arrive together, in which order; then the phone sends what is unanswered."""
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    leg = Leg.objects.get(pk=leg.pk)
    way = bos_phone.way_of(leg)
    for batch in batches:
        bos_phone.send(*[way[step] for step in batch])
    waiting = list(reversed(way))
    for _ in range(STEPS):  # one at a time and in the worst order, each round settles at least the next step
        waiting = [action for action in waiting if not is_answered(bos_phone.send(action)[0])]
    assert waiting == []

    assert all(result["outcome"] == "replayed" and "error" not in result for result in bos_phone.send(*way))
    moves = Event.objects.filter(order_id=leg.order_id, name="LegMoved").order_by("id")
    path = [LegStatus.ASSIGNED, LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED]
    assert [move.payload["after"] for move in moves] == path
    assert Courier.objects.get(pk=cast.bo.pk).load_legs == 0
