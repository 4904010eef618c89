"""Writes of orders: one file per use case."""

from apps.orders.services.attention import clear_attention, raise_attention
from apps.orders.services.cancelling import cancel_order
from apps.orders.services.legs import LegMove, count_plan_attempt, move_leg, note_unassigned
from apps.orders.services.placing import NewOrder, NewParcel, StopDetails, place_order
from apps.orders.services.quoting import create_quote

__all__ = [
    "LegMove",
    "NewOrder",
    "NewParcel",
    "StopDetails",
    "cancel_order",
    "clear_attention",
    "count_plan_attempt",
    "create_quote",
    "move_leg",
    "note_unassigned",
    "place_order",
    "raise_attention",
]
