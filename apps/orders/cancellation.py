"""What a cancellation may be for, and what it costs."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import TextChoices

from apps.orders.models import Leg, Order

FREE_FOR = timedelta(minutes=2)  # after a courier accepted: by then he is on his way
FEE_PERCENT = 50  # of the base price


class CancelReason(TextChoices):
    """Why a merchant cancels."""

    RECIPIENT_CHANGED_MIND = "recipient_changed_mind"
    RECIPIENT_UNREACHABLE = "recipient_unreachable"
    WRONG_ADDRESS = "wrong_address"
    NOT_READY = "not_ready"
    OUT_OF_STOCK = "out_of_stock"
    DUPLICATE = "duplicate"
    TOO_LATE = "too_late"
    OTHER = "other"


def cancellation_fee(order: Order, legs: Iterable[Leg], at: datetime) -> int:
    """What cancelling costs the merchant at a moment, in cents of the order's currency.

    Nothing until two minutes after a courier accepted, then half of the base price. Once a courier has the parcels
    there is no cancelling, only a return, so that case has no price here.
    """
    accepted = [leg.assigned_at for leg in legs if leg.courier_id and leg.assigned_at]
    if not accepted or at <= min(accepted) + FREE_FOR:
        return 0
    base_cents: int = sum(line["amount"] for line in order.price_lines if line["code"] == "base")
    return (base_cents * FEE_PERCENT + 50) // 100
