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
    is_test: bool = False
    external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUpdated(OrderEvent):
    """Its merchant changed something before pickup: `changed` names it, `dropoff.phone`. The price is the one now."""

    changed: list[str]
    moves_plans: bool  # a place or a time changed, which plans depend on
    amount_cents: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(OrderEvent):
    """`fee_cents` is what the cancellation costs the merchant: nothing is charged yet."""

    reason: str
    comment: str = ""
    fee_cents: int = 0
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegMoved(OrderEvent):
    """A leg went from one status to another; `epoch` counts how often it changed hands.

    `hub_id` is the hub where it ends, None for one that ends at the door.
    `order_status_before` and `order_status` are its order's, which follows all its legs: often the same.
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
    order_status_before: str = ""
    order_status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegPinned(OrderEvent):
    """A dispatcher keeps a leg from the planner, or gives it back."""

    leg_id: UUID
    is_pinned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientPinRight(OrderEvent):
    """At the door the recipient's PIN was told."""

    leg_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientPinWrong(OrderEvent):
    """Somebody tried another one."""

    leg_id: UUID
    tries_left: int


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
