"""Tables of orders."""

from apps.orders.models.incidents import BY_COURIERS, PAUSING, Incident, IncidentKind
from apps.orders.models.orders import (
    AT_PICKUP,
    FILES,
    SLOT_AHEAD,
    HandOn,
    Leg,
    NetworkPolicy,
    Order,
    OrderWord,
    Parcel,
    PinCheck,
    ProofAsked,
    Quote,
    Stop,
    new_tracking_token,
)
from apps.orders.models.proofs import ProofFile, StopScan

__all__ = [
    "AT_PICKUP",
    "BY_COURIERS",
    "FILES",
    "PAUSING",
    "SLOT_AHEAD",
    "HandOn",
    "Incident",
    "IncidentKind",
    "Leg",
    "NetworkPolicy",
    "Order",
    "OrderWord",
    "Parcel",
    "PinCheck",
    "ProofAsked",
    "ProofFile",
    "Quote",
    "Stop",
    "StopScan",
    "new_tracking_token",
]
