"""Cancel an order that no courier has picked up yet."""

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

    Whoever has a leg learns of it from `OrderCancelled`; a courier's action on it is refused from now on.
    """
    if not Order.objects.filter(pk=order_id).update(cancel_reason=reason):
        raise OrderNotFound
    for leg_id, courier_id in Leg.objects.filter(order_id=order_id).values_list("pk", "courier_id"):
        move_leg(leg_id=leg_id, move=LegMove(LegStatus.CANCELLED, courier_id, reason=reason, at=clock.now()))
    order = Order.objects.get(pk=order_id)
    publish(
        OrderCancelled(order_id=order.pk, organisation_id=order.organisation_id, zone_id=order.zone_id, reason=reason)
    )
    return order
