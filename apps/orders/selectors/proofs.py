"""The proofs of an order: what shows that its parcels changed hands.

What is recorded today is that a courier said so on the phone, or that the system of a fleet with a dispatch of its own
reported it, at which time of the platform's clock and of theirs. Photos, signatures, PINs and scans will be kinds
beside it. A robot of the sandbox says so as a courier does.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import TextChoices

from apps.core.models import Event
from apps.orders.lifecycle import LegStatus

_STOPS = {LegStatus.PICKED_UP.value: "pickup", LegStatus.DELIVERED.value: "dropoff"}


class ProofKind(TextChoices):
    """What the proof is."""

    COURIER_CONFIRMED = "courier_confirmed"
    FLEET_REPORTED = "fleet_reported"


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
    moves = Event.objects.filter(order_id=order_id, name="LegMoved").order_by("id")
    return [
        Proof(
            leg_id=UUID(row.payload["leg_id"]),
            stop=_STOPS[row.payload["after"]],
            kind=kind,
            at=row.occurred_at,
            device_time=_moment(row.payload.get("device_time")),
        )
        for row in moves
        if row.payload["after"] in _STOPS and (kind := _KIND_BY_ACTOR.get(row.actor.partition(":")[0]))
    ]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
