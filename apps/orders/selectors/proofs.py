"""The proofs of an order: what shows that its parcels changed hands.

What is recorded is that a courier said so on the phone, or that the system of a fleet with a dispatch of its own
reported it, at which time of the platform's clock and of theirs, and that the recipient told the PIN. Photos,
signatures and scans will be kinds beside them. A robot of the sandbox says so as a courier does.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import TextChoices

from apps.core.models import Event
from apps.orders.events import LegMoved, RecipientPinRight
from apps.orders.lifecycle import LegStatus

_STOPS = {LegStatus.PICKED_UP.value: "pickup", LegStatus.DELIVERED.value: "dropoff"}
_TELLING = (LegMoved.__name__, RecipientPinRight.__name__)


class ProofKind(TextChoices):
    """What the proof is."""

    COURIER_CONFIRMED = "courier_confirmed"
    FLEET_REPORTED = "fleet_reported"
    PIN = "pin"  # the recipient told it


_KIND_BY_ACTOR = {  # a move that somebody else made for them proves nothing
    "courier": ProofKind.COURIER_CONFIRMED,
    "robot": ProofKind.COURIER_CONFIRMED,
    "key": ProofKind.FLEET_REPORTED,
}


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof at one stop. `device_time` is the phone's or the fleet's own; `signed_by` None: nobody signed."""

    leg_id: UUID
    stop: str
    kind: ProofKind
    at: datetime
    device_time: datetime | None
    signed_by: str | None = None


def proofs_of(order_id: UUID) -> list[Proof]:
    """The proofs of an order, oldest first: one query."""
    told = Event.objects.filter(order_id=order_id, name__in=_TELLING).order_by("id")
    return [proof for row in told if (proof := _proof(row))]


def _proof(row: Event) -> Proof | None:
    leg_id = UUID(row.payload["leg_id"])
    if row.name == RecipientPinRight.__name__:
        return Proof(leg_id, "dropoff", ProofKind.PIN, row.occurred_at, device_time=None)
    stop, kind = _STOPS.get(row.payload["after"]), _KIND_BY_ACTOR.get(row.actor.partition(":")[0])
    if stop is None or kind is None:
        return None
    return Proof(leg_id, stop, kind, row.occurred_at, _moment(row.payload.get("device_time")))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
