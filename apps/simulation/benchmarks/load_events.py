"""The event of an order that the load benchmark writes by itself, past the product."""

from datetime import datetime

from apps.core.models import Event
from apps.orders.models import Order


def placed_event(order: Order, *, relayed_at: datetime | None = None) -> Event:
    """`OrderPlaced` as the relay reads it; `relayed_at` None: it waits to be handed on."""
    return Event(
        name="OrderPlaced",
        payload={
            "order_id": str(order.pk),
            "organisation_id": str(order.organisation_id),
            "zone_id": str(order.zone_id),
            "placed_at": order.placed_at.isoformat(),
            "amount_cents": order.amount_cents,
        },
        organisation_id=order.organisation_id,
        order_id=order.pk,
        occurred_at=order.placed_at,
        relayed_at=relayed_at,
    )
