"""Writes of orders: one file per use case."""

from apps.orders.services.attention import clear_attention, raise_attention
from apps.orders.services.batching import Outcome, place_orders
from apps.orders.services.cancelling import cancel_order
from apps.orders.services.hand_ons import end_hand_on, write_hand_on
from apps.orders.services.incidents import (
    CourierIncident,
    close_incidents,
    open_courier_incident,
    open_incident,
    resolve_incident,
)
from apps.orders.services.indexing import forget_old_words, index_orders_of
from apps.orders.services.legs import (
    LegMove,
    count_plan_attempt,
    move_leg,
    move_read_leg,
    note_unassigned,
    open_next_leg,
)
from apps.orders.services.naming_proofs import (
    flag_missing_proofs,
    forget_unfinished_proofs,
    lacks_files,
    name_proofs,
)
from apps.orders.services.new_order import NewOrder, NewParcel, StopDetails
from apps.orders.services.parcels import ParcelPlace, put_parcel
from apps.orders.services.placing import PlacedOrder, place_order, prepare_order, write_order
from apps.orders.services.proof_files import NewProof, Told, take_piece, tell_proof, told_proof
from apps.orders.services.proving import PinTried, is_proven, try_pin, unlock_pin
from apps.orders.services.quoting import create_quote
from apps.orders.services.scans import NewStopScan, all_scanned, note_scan
from apps.orders.services.updating import OrderChanges, update_order
from apps.orders.services.validating import OrderTerms, validate_order

__all__ = [
    "CourierIncident",
    "LegMove",
    "NewOrder",
    "NewParcel",
    "NewProof",
    "NewStopScan",
    "OrderChanges",
    "OrderTerms",
    "Outcome",
    "ParcelPlace",
    "PinTried",
    "PlacedOrder",
    "StopDetails",
    "Told",
    "all_scanned",
    "cancel_order",
    "clear_attention",
    "close_incidents",
    "count_plan_attempt",
    "create_quote",
    "end_hand_on",
    "flag_missing_proofs",
    "forget_old_words",
    "forget_unfinished_proofs",
    "index_orders_of",
    "is_proven",
    "lacks_files",
    "move_leg",
    "move_read_leg",
    "name_proofs",
    "note_scan",
    "note_unassigned",
    "open_courier_incident",
    "open_incident",
    "open_next_leg",
    "place_order",
    "place_orders",
    "prepare_order",
    "put_parcel",
    "raise_attention",
    "resolve_incident",
    "take_piece",
    "tell_proof",
    "told_proof",
    "try_pin",
    "unlock_pin",
    "update_order",
    "validate_order",
    "write_hand_on",
    "write_order",
]
