"""Reading what actions came to."""

from apps.core.ids import public_id
from apps.core.models import Event
from apps.orders.models import Leg, Order


def of(leg) -> dict:
    """How actions name a leg."""
    return {"leg_id": public_id("leg", leg.pk), "epoch": leg.epoch}


def code(result) -> tuple[str, bool]:
    """Code and `retry` of a refusal."""
    assert result["outcome"] == "refused", result
    return result["error"]["code"], result["error"]["retry"]


def applied(*results) -> bool:
    """Whether all of them are."""
    assert [result["outcome"] for result in results] == ["applied"] * len(results), results
    return True


def status_of(leg) -> str:
    return Leg.objects.get(pk=leg.pk).status


def flag_of(leg) -> tuple[bool, str]:
    order = Order.objects.get(pk=leg.order_id)
    return order.needs_attention, order.attention_reason


def told(name: str) -> list[dict]:
    """What events of a name say, oldest first."""
    return [row.payload for row in Event.objects.filter(name=name).order_by("id")]
