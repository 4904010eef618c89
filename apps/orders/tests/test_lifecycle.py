"""The table of moves, and how an order's status follows from its legs: every pair."""

from itertools import product as pairs_of

import pytest

from apps.orders.lifecycle import MOVES, IllegalMove, LegStatus, OrderStatus, check_move, current_leg, order_status

L, O = LegStatus, OrderStatus  # noqa: E741 - tables that fit on a line
LEGAL = {
    L.WAITING: "open cancelled",
    L.OPEN: "offered assigned cancelled",
    L.OFFERED: "open assigned cancelled",
    L.ASSIGNED: "at_pickup open cancelled",
    L.AT_PICKUP: "picked_up open failed cancelled",
    L.PICKED_UP: "at_dropoff returning",
    L.AT_DROPOFF: "delivered failed",
    L.FAILED: "returning",
    L.RETURNING: "returned",
    L.DELIVERED: "",
    L.RETURNED: "",
    L.CANCELLED: "",
}
ALONE = {
    L.WAITING: O.PLACED,
    L.OPEN: O.PLACED,
    L.OFFERED: O.PLACED,
    L.ASSIGNED: O.ASSIGNED,
    L.AT_PICKUP: O.ASSIGNED,
    L.PICKED_UP: O.PICKED_UP,
    L.AT_DROPOFF: O.OUT_FOR_DELIVERY,
    L.DELIVERED: O.DELIVERED,
    L.FAILED: O.FAILED,
    L.RETURNING: O.RETURNING,
    L.RETURNED: O.RETURNED,
    L.CANCELLED: O.CANCELLED,
}
COLLECTION = ALONE | {L.AT_DROPOFF: O.PICKED_UP, L.DELIVERED: O.AT_HUB}  # with the second leg still waiting
DELIVERY = {  # once the second leg is open, whatever the first courier's phone has told by then
    **dict.fromkeys((L.OPEN, L.OFFERED, L.ASSIGNED, L.AT_PICKUP), O.AT_HUB),
    **dict.fromkeys((L.PICKED_UP, L.AT_DROPOFF), O.OUT_FOR_DELIVERY),
    L.DELIVERED: O.DELIVERED,
    L.FAILED: O.FAILED,
    L.RETURNING: O.RETURNING,
    L.RETURNED: O.RETURNED,
}


@pytest.mark.parametrize(("before", "after"), list(pairs_of(L, L)))
def test_a_move_is_made_when_the_table_has_it_and_refused_with_the_state_when_not(before, after):
    if after.value in LEGAL[before].split():
        check_move(before, after)
        return
    with pytest.raises(IllegalMove) as refused:
        check_move(before, after)
    assert refused.value.state == {"status": before.value}


def test_every_status_has_its_row():
    assert set(MOVES) == set(L)


@pytest.mark.parametrize("leg", L)
def test_an_order_with_one_leg_follows_it(leg):
    assert order_status([leg]) == ALONE[leg]


@pytest.mark.parametrize(("first", "second"), list(pairs_of(L, L)))
def test_an_order_with_two_legs_follows_the_furthest(first, second):
    if second == L.WAITING:
        expected = COLLECTION[first]
    elif second == L.CANCELLED:
        expected = O.CANCELLED if first == L.DELIVERED else COLLECTION[first]
    else:
        expected = DELIVERY[second]
    assert order_status([first, second]) == expected


@pytest.mark.parametrize("first", L)
def test_a_first_leg_alone_never_ends_an_order_well(first):
    assert order_status([first, L.WAITING]) != O.DELIVERED


@pytest.mark.parametrize(
    ("legs", "place"),
    [
        ((L.OPEN,), 0),
        ((L.CANCELLED,), 0),
        ((L.ASSIGNED, L.WAITING), 0),
        ((L.FAILED, L.WAITING), 0),
        ((L.DELIVERED, L.WAITING), 1),
        ((L.AT_DROPOFF, L.OPEN), 1),
        ((L.DELIVERED, L.DELIVERED), 1),
        ((L.RETURNED, L.CANCELLED), 0),
        ((L.DELIVERED, L.CANCELLED), 1),
    ],
)
def test_the_current_leg_is_the_one_that_says_where_the_order_stands(legs, place):
    assert current_leg(legs) == place
