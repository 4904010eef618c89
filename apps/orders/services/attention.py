"""Flag an order for a person to look at, and take the flag down."""

from uuid import UUID

from apps.core.db import atomic
from apps.core.events import publish
from apps.orders.events import AttentionCleared, AttentionRaised
from apps.orders.lifecycle import ORDER_ENDED
from apps.orders.models import Incident, Order


@atomic(rereads=3)
def raise_attention(*, order_id: UUID, reason: str, though_ended: bool = False) -> bool:
    """Flag an order, once per reason. False when it is flagged with that reason already.

    One that has ended is flagged only `though_ended`: for what came out afterwards. False otherwise.
    """
    order = Order.objects.filter(pk=order_id).first()
    if order is None or (order.status in ORDER_ENDED and not though_ended):
        return False
    if order.needs_attention and order.attention_reason == reason:
        return False
    order.swap(needs_attention=True, attention_reason=reason)
    publish(
        AttentionRaised(order_id=order.pk, organisation_id=order.organisation_id, zone_id=order.zone_id, reason=reason)
    )
    return True


@atomic(rereads=3)
def clear_attention(*, order_id: UUID, reason: str = "") -> bool:
    """Take the flag down, whatever it is for or only for a reason.

    False when there is none, or when an incident of the order is still open.
    """
    order = Order.objects.filter(pk=order_id, needs_attention=True).first()
    if order is None or (reason and order.attention_reason != reason):
        return False
    if Incident.objects.filter(order_id=order_id, is_open=True).exists():
        return False
    was = order.attention_reason
    order.swap(needs_attention=False, attention_reason="")
    publish(
        AttentionCleared(order_id=order.pk, organisation_id=order.organisation_id, zone_id=order.zone_id, reason=was)
    )
    return True
