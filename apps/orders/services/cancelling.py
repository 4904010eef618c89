"""Cancel an order that no courier has on board."""

from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.core.events import publish
from apps.orders.errors import OrderNotFound
from apps.orders.events import OrderCancelled
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order
from apps.orders.services.legs import LegMove, move_leg


@atomic(rereads=3)
def cancel_order(*, order_id: UUID, reason: str) -> Order:
    """Cancel an order with all its legs. Raises OrderNotFound, or IllegalMove once the parcels are on board.

    Whoever has a leg learns of it from `OrderCancelled`; a courier's action on it is refused from now on. An order that
    lies in a hub stays there: its first leg was delivered, and its parcels are in stock until they are scanned out.
    """
    if not Order.objects.filter(pk=order_id).update(cancel_reason=reason):
        raise OrderNotFound
    last = True
    for leg_id, status, courier_id in list(  # the last leg first: an order ends with its first
        Leg.objects.filter(order_id=order_id).order_by("-sequence").values_list("pk", "status", "courier_id")
    ):
        if last or status != LegStatus.DELIVERED:
            move_leg(leg_id=leg_id, move=LegMove(LegStatus.CANCELLED, courier_id, reason=reason, at=clock.now()))
        last = False
    order = Order.objects.get(pk=order_id)
    publish(
        OrderCancelled(order_id=order.pk, organisation_id=order.organisation_id, zone_id=order.zone_id, reason=reason)
    )
    return order
