"""An action as the phone tells it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.core.geo import Point
from apps.orders.lifecycle import HandedTo


@dataclass(frozen=True, slots=True)
class Action:
    """What a courier did, as the phone tells it; which of the later fields are there depends on the kind.

    `id` is the phone's, the same whenever it sends the action again; `sequence` rises from each action to the next.
    """

    id: UUID
    kind: str
    sequence: int
    device_time: datetime
    leg_id: str | None = None
    epoch: int | None = None
    stop: str | None = None
    offer_id: str | None = None
    reason: str = ""
    pin: str = ""
    barcode: str = ""
    parcel_id: str | None = None
    proofs: tuple[UUID, ...] = ()
    note: str = ""
    handed_to: str = HandedTo.RECIPIENT
    incident: str = ""
    point: Point | None = None
