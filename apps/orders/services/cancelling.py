"""Cancel an order that no courier has on board."""

from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.core.events import publish
from apps.orders.cancellation import cancellation_fee
from apps.orders.errors import OrderNotFound
from apps.orders.events import OrderCancelled
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order
from apps.orders.services.legs import LegMove, move_leg


@atomic(rereads=3)
def cancel_order(*, order_id: UUID, reason: str, comment: str = "") -> Order:
    """Cancel an order with all its legs. Raises OrderNotFound, or IllegalMove once the parcels are on board.

    `reason` is a `CancelReason`, or a person's words; the fee is kept with the order and told in `OrderCancelled`, for
    whoever charges it. Whoever has a leg learns of it from the same event; a courier's action on it is refused from now
    on. An order that lies in a hub stays there: its first leg was delivered, and its parcels are in stock until they
    are scanned out.
    """
    at = clock.now()
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    last_first = Leg.objects.filter(order_id=order_id).order_by("-sequence")  # an order ends with its first leg
    legs = list(last_first)
    fee_cents = cancellation_fee(order, legs, at)
    Order.objects.filter(pk=order_id).update(cancel_reason=reason, cancel_comment=comment, cancel_fee_cents=fee_cents)
    for leg in legs:
        if leg is legs[0] or leg.status != LegStatus.DELIVERED:
            move_leg(leg_id=leg.pk, move=LegMove(LegStatus.CANCELLED, leg.courier_id, reason=reason, at=at))
    publish(
        OrderCancelled(
            order_id=order.pk,
            organisation_id=order.organisation_id,
            zone_id=order.zone_id,
            reason=reason,
            comment=comment,
            fee_cents=fee_cents,
            currency=order.currency,
        )
    )
    return Order.objects.get(pk=order_id)
