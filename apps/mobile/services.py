"""What a courier may ask for of what their phone sent."""

from typing import Any
from uuid import UUID

from apps.mobile.models import CourierAction


def exported_actions(*, courier_id: UUID) -> list[dict[str, Any]]:
    """Every action with its times and its result, ready for JSON, the oldest first."""
    sent = CourierAction.objects.filter(courier_id=courier_id).order_by("received_at")
    rows = sent.values("client_id", "kind", "sequence", "device_time", "received_at", "result")
    return [dict(row) for row in rows]


def forget_actions(*, courier_id: UUID) -> int:
    """Delete them: what came of them stands in the history of the orders. Returns how many."""
    return CourierAction.objects.filter(courier_id=courier_id).delete()[0]
