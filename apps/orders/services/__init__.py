"""Writes of orders: one file per use case."""

from apps.orders.services.attention import clear_attention, raise_attention
from apps.orders.services.batching import Outcome, place_orders
from apps.orders.services.cancelling import cancel_order
from apps.orders.services.incidents import close_incidents, open_incident, resolve_incident
from apps.orders.services.indexing import forget_old_words, index_orders_of
from apps.orders.services.legs import LegMove, count_plan_attempt, move_leg, note_unassigned, open_next_leg
from apps.orders.services.new_order import NewOrder, NewParcel, StopDetails
from apps.orders.services.parcels import ParcelPlace, put_parcel
from apps.orders.services.placing import PlacedOrder, place_order, prepare_order, write_order
from apps.orders.services.proving import PinTried, is_proven, try_pin, unlock_pin
from apps.orders.services.quoting import create_quote
from apps.orders.services.updating import OrderChanges, update_order
from apps.orders.services.validating import OrderTerms, validate_order

__all__ = [
    "LegMove",
    "NewOrder",
    "NewParcel",
    "OrderChanges",
    "OrderTerms",
    "Outcome",
    "ParcelPlace",
    "PinTried",
    "PlacedOrder",
    "StopDetails",
    "cancel_order",
    "clear_attention",
    "close_incidents",
    "count_plan_attempt",
    "create_quote",
    "forget_old_words",
    "index_orders_of",
    "is_proven",
    "move_leg",
    "note_unassigned",
    "open_incident",
    "open_next_leg",
    "place_order",
    "place_orders",
    "prepare_order",
    "put_parcel",
    "raise_attention",
    "resolve_incident",
    "try_pin",
    "unlock_pin",
    "update_order",
    "validate_order",
    "write_order",
]
