"""What happens to orders and legs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.core.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent(DomainEvent):
    """Base: which order, of which merchant, in which zone."""

    order_id: UUID
    organisation_id: UUID
    zone_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(OrderEvent):
    placed_at: datetime
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(OrderEvent):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegMoved(OrderEvent):
    """A leg went from one status to another; `epoch` counts how often it changed hands.

    `hub_id` is the hub where it ends, None for one that ends at the door.
    """

    leg_id: UUID
    before: str
    after: str
    version: int
    epoch: int
    courier_id: UUID | None
    reason: str = ""
    device_time: datetime | None = None
    hub_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegPinned(OrderEvent):
    """A dispatcher keeps a leg from the planner, or gives it back."""

    leg_id: UUID
    is_pinned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRaised(OrderEvent):
    """A person should look at this order."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionCleared(OrderEvent):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelScanned(OrderEvent):
    """A parcel came into a hub, or left it. `at` as the device said, clamped to five minutes of the server's time."""

    parcel_id: UUID
    hub_id: UUID
    direction: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened(OrderEvent):
    incident_id: UUID
    parcel_id: UUID
    hub_id: UUID
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentResolved(OrderEvent):
    incident_id: UUID
    parcel_id: UUID
    hub_id: UUID
    kind: str
    resolution: str
