"""Legs that couriers have."""

from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg
from apps.orders.models import Leg
from apps.orders.services import StopDetails
from tests.cast import BAKERY, HOME, placed


def given_to(courier, cast, *, pickup=(), dropoff=(), **changes) -> Leg:
    """A new leg of the bakery's that a courier has; `pickup` and `dropoff`: what must be shown there."""
    at_pickup = StopDetails("12 rue de Rivoli, Paris", BAKERY.lat, BAKERY.lon, "Dee", "+33639980100", proof=pickup)
    at_dropoff = StopDetails("3 rue de Charonne, Paris", HOME.lat, HOME.lon, "Eve", "+33639980101", proof=dropoff)
    _, leg = placed(cast, pickup=at_pickup, dropoff=at_dropoff, **changes)
    return give(leg, courier)


def give(leg: Leg, courier) -> Leg:
    """Give a leg to a courier, and read it again."""
    assign_leg(leg_id=leg.pk, courier_id=courier.pk, by=AssignedBy.DISPATCHER)
    return Leg.objects.get(pk=leg.pk)
