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
    """Something was changed before pickup: `changed` names it, `dropoff.phone`. The price is the one now.

    `fleet_id` is the fleet that changed it, by the right of its connection; None where its merchant did.
    """

    changed: list[str]
    moves_plans: bool  # a place or a time changed, which plans depend on
    amount_cents: int
    version: int
    fleet_id: UUID | None = None


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
    `note` is the courier's, `handed_to` who took the parcels, as `HandedTo`.
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
    note: str = ""
    handed_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegPinned(OrderEvent):
    """A dispatcher keeps a leg from the planner, or gives it back."""

    leg_id: UUID
    is_pinned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LegHandedOn(OrderEvent):
    """A fleet, whose owner is `executor_id`, gave a leg to another fleet, whose owner is `to_executor_id`."""

    leg_id: UUID
    executor_id: UUID
    to_executor_id: UUID
    fleet_id: UUID
    to_fleet_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LegHandOnEnded(OrderEvent):
    """It is with the other fleet no more, or that fleet has carried it: `end` is a `HandOnEnd`."""

    leg_id: UUID
    executor_id: UUID
    to_executor_id: UUID
    fleet_id: UUID
    to_fleet_id: UUID
    end: str


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
class ParcelScannedAtStop(OrderEvent):
    """A courier had a parcel in hand at a stop of their leg."""

    leg_id: UUID
    parcel_id: UUID
    courier_id: UUID
    stop: str
    device_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofArrived(OrderEvent):
    """A photo or a signature of a stop is there, whole."""

    leg_id: UUID
    proof_id: UUID
    stop: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEvent(DomainEvent):
    """Base: what it is about. A courier's incident without an order is told to the owner of the fleet alone.

    `parcel_id` and `hub_id` are of one in a hub, `leg_id` and `courier_id` of one on the street; `executor_id` owns the
    fleet of that courier.
    """

    order_id: UUID | None
    organisation_id: UUID
    zone_id: UUID | None
    incident_id: UUID
    kind: str
    parcel_id: UUID | None = None
    hub_id: UUID | None = None
    leg_id: UUID | None = None
    courier_id: UUID | None = None
    executor_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened(IncidentEvent):
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentResolved(IncidentEvent):
    resolution: str
