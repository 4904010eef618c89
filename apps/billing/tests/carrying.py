"""Legs that are carried, step by step, by whoever a test says."""

from typing import Any

from apps.core import clock
from apps.couriers.models import Courier
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from apps.orders.services import LegMove, move_leg
from tests.cast import Cast, placed

L = LegStatus
DELIVERED = (L.ASSIGNED, L.AT_PICKUP, L.PICKED_UP, L.AT_DROPOFF, L.DELIVERED)
PICKED_UP = (L.ASSIGNED, L.AT_PICKUP, L.PICKED_UP)
RETURNED = (*PICKED_UP, L.RETURNING, L.RETURNED)
FAILED = (L.ASSIGNED, L.AT_PICKUP, L.PICKED_UP, L.AT_DROPOFF, L.FAILED)


def carry(leg: Leg, courier: Courier, *steps: LegStatus) -> Leg:
    """Let a courier do these steps with a leg."""
    for step in steps:
        leg = move_leg(leg_id=leg.pk, move=LegMove(step, courier.pk, at=clock.now()))
    return leg


def carried(cast: Cast, courier: Courier, *steps: LegStatus, **changes: Any) -> Leg:
    """An order of the bakery, and what a courier did with it: delivered it, if nothing else is said."""
    _, leg = placed(cast, **changes)
    return carry(leg, courier, *(steps or DELIVERED))
