"""What a courier does with a leg: in order, once, and only while it is theirs."""

import pytest

from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.models import Courier, Shift
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.errors import NotYourLeg
from apps.dispatch.lifecycle import AssignedBy, AssignmentEnd
from apps.dispatch.models import Assignment
from apps.dispatch.selectors import route_of
from apps.dispatch.services import assign_leg, courier_moves_leg, unassign_leg
from apps.orders.errors import StaleEpoch
from apps.orders.lifecycle import MOVES, IllegalMove, LegStatus, OrderStatus, check_move
from apps.orders.models import Order
from apps.orders.services import cancel_order
from tests.cast import placed

pytestmark = pytest.mark.django_db
THE_WAY = (LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)


@pytest.fixture
def leg(cast):
    """The bakery's leg, with Bo."""
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    return leg


def go(cast, leg, *steps, epoch=1, courier=None):
    for step in steps:
        courier_moves_leg(courier_id=(courier or cast.bo).pk, leg_id=leg.pk, epoch=epoch, to=step)
    leg.refresh_from_db()


def test_the_whole_way_delivers_and_frees_the_courier(cast, leg):
    go(cast, leg, *THE_WAY)
    order = Order.objects.get(pk=leg.order_id)
    assert (leg.status, order.status, order.ended_at) == (LegStatus.DELIVERED, OrderStatus.DELIVERED, leg.delivered_at)
    assert Courier.objects.get(pk=cast.bo.pk).load_legs == 0
    assert Shift.objects.get(courier=cast.bo).legs_done == 1
    assert Assignment.objects.get().end == AssignmentEnd.DELIVERED


def test_every_move_raises_the_version_by_one_and_writes_one_event(cast, leg):
    go(cast, leg, *THE_WAY)
    moves = [event.payload for event in Event.objects.filter(name="LegMoved").order_by("id")]
    assert [move["version"] for move in moves] == [1, 2, 3, 4, 5]
    assert [move["after"] for move in moves] == ["assigned", *(step.value for step in THE_WAY)]


def test_a_repeated_step_changes_nothing(cast, leg):
    go(cast, leg, LegStatus.AT_PICKUP, LegStatus.PICKED_UP)
    version, events = leg.version, Event.objects.count()
    go(cast, leg, LegStatus.AT_PICKUP, LegStatus.PICKED_UP)
    assert (leg.version, Event.objects.count()) == (version, events)


def test_a_step_cannot_be_left_out(cast, leg):
    with pytest.raises(IllegalMove) as refused:
        go(cast, leg, LegStatus.DELIVERED)
    assert refused.value.state["status"] == "assigned"


def test_a_leg_that_changed_hands_is_refused_with_its_state(cast, leg):
    unassign_leg(leg_id=leg.pk, reason="late")
    assign_leg(leg_id=leg.pk, courier_id=cast.cy.pk, by=AssignedBy.DISPATCHER)
    with pytest.raises(StaleEpoch) as refused:
        go(cast, leg, LegStatus.AT_PICKUP)
    assert refused.value.state == {"leg_id": public_id("leg", leg.pk), "status": "assigned", "epoch": 3}


def test_a_leg_that_came_back_is_not_moved_by_an_action_of_the_first_time(cast, leg):
    unassign_leg(leg_id=leg.pk, reason="late")
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    with pytest.raises(StaleEpoch):
        go(cast, leg, LegStatus.AT_PICKUP, epoch=1)
    go(cast, leg, LegStatus.AT_PICKUP, epoch=3)
    assert leg.status == LegStatus.AT_PICKUP


def test_somebody_elses_leg_is_not_theirs_to_move(cast, leg):
    with pytest.raises(NotYourLeg):
        go(cast, leg, LegStatus.AT_PICKUP, courier=cast.cy)


def test_a_cancelled_leg_is_not_picked_up(cast, leg):
    go(cast, leg, LegStatus.AT_PICKUP)
    cancel_order(order_id=leg.order_id, reason="closed")
    with pytest.raises(IllegalMove):
        go(cast, leg, LegStatus.PICKED_UP)


def test_an_order_on_board_cannot_be_cancelled_and_nothing_changes(cast, leg):
    go(cast, leg, LegStatus.AT_PICKUP, LegStatus.PICKED_UP)
    events = Event.objects.count()
    with pytest.raises(IllegalMove):
        cancel_order(order_id=leg.order_id, reason="too late")
    order = Order.objects.get(pk=leg.order_id)
    assert (order.status, order.cancel_reason, Event.objects.count()) == (OrderStatus.PICKED_UP, "", events)


def test_a_failed_dropoff_calls_for_attention_and_frees_the_courier(cast, leg):
    go(cast, leg, *THE_WAY[:3], LegStatus.FAILED)
    order = Order.objects.get(pk=leg.order_id)
    assert (order.status, order.needs_attention, order.attention_reason) == (OrderStatus.FAILED, True, "failed")
    assert Courier.objects.get(pk=cast.bo.pk).load_legs == 0


def test_the_route_lists_what_is_left_in_order(cast, leg):
    _, second = placed(cast)
    assign_leg(leg_id=second.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    go(cast, leg, LegStatus.AT_PICKUP, LegStatus.PICKED_UP)
    route = [(stop.kind, stop.leg.pk) for stop in route_of(cast.bo.pk)]
    assert route == [(StopKind.DROPOFF, leg.pk), (StopKind.PICKUP, second.pk), (StopKind.DROPOFF, second.pk)]


@pytest.mark.parametrize("current", list(LegStatus))
@pytest.mark.parametrize("wanted", list(LegStatus))
def test_the_table_alone_decides_which_moves_there_are(current, wanted):
    if wanted in MOVES[current]:
        check_move(current, wanted)
    else:
        with pytest.raises(IllegalMove):
            check_move(current, wanted)
