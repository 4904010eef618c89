"""Where a leg stands, for whoever took it to stand elsewhere."""

from apps.core.ids import public_id
from apps.orders.models import Leg


def leg_state(leg: Leg) -> dict[str, str | int]:
    """What is told beside a refusal."""
    return {"leg_id": public_id("leg", leg.pk), "status": leg.status, "epoch": leg.epoch}
