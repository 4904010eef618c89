"""The life of a leg and of an order. The table of moves is the product: change it first.

open ⇄ offered → assigned → at_pickup → picked_up → at_dropoff → delivered, with the ways out below. A leg that begins
at a hub is waiting before it is open: until every parcel of its order was scanned in.
"""

from collections.abc import Sequence

from django.db.models import TextChoices

from apps.core.errors import Conflict


class LegStatus(TextChoices):
    """Where one courier's part of an order stands."""

    WAITING = "waiting"
    OPEN = "open"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    AT_PICKUP = "at_pickup"
    PICKED_UP = "picked_up"
    AT_DROPOFF = "at_dropoff"
    DELIVERED = "delivered"
    FAILED = "failed"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class OrderStatus(TextChoices):
    """Where an order stands, as its merchant sees it."""

    PLACED = "placed"
    ASSIGNED = "assigned"
    PICKED_UP = "picked_up"
    AT_HUB = "at_hub"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    FAILED = "failed"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class HandOnEnd(TextChoices):
    """How it ended that one fleet had handed a leg on to another."""

    TAKEN_BACK = "taken_back"  # by who handed it on
    REFUSED = "refused"  # by the fleet that it was handed on to
    NOBODY_TOOK_IT = "nobody_took_it"  # of that fleet, in its time
    NOBODY_ON_DUTY = "nobody_on_duty"
    NOT_CONNECTED = "not_connected"  # one of the two connections was paused or ended before somebody had it
    GIVEN_ELSEWHERE = "given_elsewhere"  # by hand, by its merchant
    CANCELLED = "cancelled"
    DONE = "done"  # delivered or brought back: it was carried as it was handed on


class HandedTo(TextChoices):
    """Who took the parcels at the door."""

    RECIPIENT = "recipient"
    NEIGHBOUR = "neighbour"
    RECEPTION = "reception"
    SAFE_PLACE = "safe_place"  # nobody: they were left where they are safe


_L = LegStatus
MOVES: dict[LegStatus, frozenset[LegStatus]] = {
    _L.WAITING: frozenset({_L.OPEN, _L.CANCELLED}),
    _L.OPEN: frozenset({_L.OFFERED, _L.ASSIGNED, _L.CANCELLED}),
    _L.OFFERED: frozenset({_L.OPEN, _L.ASSIGNED, _L.CANCELLED}),
    _L.ASSIGNED: frozenset({_L.AT_PICKUP, _L.OPEN, _L.CANCELLED}),
    _L.AT_PICKUP: frozenset({_L.PICKED_UP, _L.OPEN, _L.FAILED, _L.CANCELLED}),
    _L.PICKED_UP: frozenset({_L.AT_DROPOFF, _L.RETURNING}),
    _L.AT_DROPOFF: frozenset({_L.DELIVERED, _L.FAILED}),
    _L.FAILED: frozenset({_L.RETURNING}),
    _L.RETURNING: frozenset({_L.RETURNED}),
    _L.DELIVERED: frozenset(),
    _L.RETURNED: frozenset(),
    _L.CANCELLED: frozenset(),
}

WAITING = frozenset({_L.OPEN, _L.OFFERED})  # for a courier: nobody has it yet. A leg that is `waiting` is for none yet
WITH_COURIER = frozenset({_L.ASSIGNED, _L.AT_PICKUP, _L.PICKED_UP, _L.AT_DROPOFF, _L.RETURNING})
ON_BOARD = frozenset({_L.PICKED_UP, _L.AT_DROPOFF, _L.RETURNING})
ENDED = frozenset({_L.DELIVERED, _L.RETURNED, _L.CANCELLED, _L.FAILED})
COLLECTED = frozenset({_L.PICKED_UP, _L.AT_DROPOFF, _L.DELIVERED})  # away from its pickup, and not on the way back
_NOT_BEGUN = frozenset({_L.WAITING, _L.CANCELLED})
ORDER_ENDED = frozenset({OrderStatus.DELIVERED, OrderStatus.RETURNED, OrderStatus.CANCELLED})

_ORDER_FOLLOWS: dict[LegStatus, OrderStatus] = {
    _L.WAITING: OrderStatus.PLACED,
    _L.OPEN: OrderStatus.PLACED,
    _L.OFFERED: OrderStatus.PLACED,
    _L.ASSIGNED: OrderStatus.ASSIGNED,
    _L.AT_PICKUP: OrderStatus.ASSIGNED,
    _L.PICKED_UP: OrderStatus.PICKED_UP,
    _L.AT_DROPOFF: OrderStatus.OUT_FOR_DELIVERY,
    _L.DELIVERED: OrderStatus.DELIVERED,
    _L.FAILED: OrderStatus.FAILED,
    _L.RETURNING: OrderStatus.RETURNING,
    _L.RETURNED: OrderStatus.RETURNED,
    _L.CANCELLED: OrderStatus.CANCELLED,
}
_TO_A_HUB = {_L.AT_DROPOFF: OrderStatus.PICKED_UP}  # where a leg that ends at a hub differs
_FROM_A_HUB = {  # and one that begins there
    _L.WAITING: OrderStatus.AT_HUB,
    _L.OPEN: OrderStatus.AT_HUB,
    _L.OFFERED: OrderStatus.AT_HUB,
    _L.ASSIGNED: OrderStatus.AT_HUB,
    _L.AT_PICKUP: OrderStatus.AT_HUB,
    _L.PICKED_UP: OrderStatus.OUT_FOR_DELIVERY,
}


class IllegalMove(Conflict):
    """The table has no such move; `state` tells where the leg stands."""

    code = "illegal_move"


def check_move(current: LegStatus, wanted: LegStatus) -> None:
    """Raises IllegalMove unless the table has the move."""
    if wanted not in MOVES[current]:
        raise IllegalMove(f"A leg that is {current} cannot become {wanted}.", state={"status": current.value})


def current_leg(legs: Sequence[LegStatus]) -> int:
    """Which of an order's legs, in the order in which they are carried, says where it stands: an index.

    The furthest that has begun; once that one is delivered, the next.
    """
    begun = max((place for place, leg in enumerate(legs) if leg not in _NOT_BEGUN), default=0)
    return begun + 1 if legs[begun] == _L.DELIVERED and begun + 1 < len(legs) else begun


def order_status(legs: Sequence[LegStatus]) -> OrderStatus:
    """The status of an order, which follows from those of its legs, in the order in which they are carried."""
    place = current_leg(legs)
    follows = _ORDER_FOLLOWS
    if place + 1 < len(legs):
        follows = follows | _TO_A_HUB
    if place > 0:
        follows = follows | _FROM_A_HUB
    return follows[legs[place]]
