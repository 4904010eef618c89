"""Writes of orders: one file per use case."""

from apps.orders.services.attention import clear_attention, raise_attention
from apps.orders.services.cancelling import cancel_order
from apps.orders.services.incidents import close_incidents, open_incident, resolve_incident
from apps.orders.services.legs import LegMove, count_plan_attempt, move_leg, note_unassigned, open_next_leg
from apps.orders.services.parcels import ParcelPlace, put_parcel
from apps.orders.services.placing import NewOrder, NewParcel, StopDetails, place_order
from apps.orders.services.quoting import create_quote

__all__ = [
    "LegMove",
    "NewOrder",
    "NewParcel",
    "ParcelPlace",
    "StopDetails",
    "cancel_order",
    "clear_attention",
    "close_incidents",
    "count_plan_attempt",
    "create_quote",
    "move_leg",
    "note_unassigned",
    "open_incident",
    "open_next_leg",
    "place_order",
    "put_parcel",
    "raise_attention",
    "resolve_incident",
]
