"""What happens to fleets, vehicles, couriers and shifts. No names or phones of people: events are kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.core.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyChanged(DomainEvent):
    """A courier came on duty, paused, or went off duty."""

    courier_id: UUID
    organisation_id: UUID
    zone_id: UUID | None
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetEvent(DomainEvent):
    """Base: which fleet, of which organisation."""

    organisation_id: UUID
    fleet_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetAdded(FleetEvent):
    mode: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetChanged(FleetEvent):
    mode: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleAdded(FleetEvent):
    vehicle_id: UUID
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleChanged(FleetEvent):
    vehicle_id: UUID
    fields: tuple[str, ...]  # which of them, not what they became


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleRetired(FleetEvent):
    vehicle_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierAdded(FleetEvent):
    courier_id: UUID
    external_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierChanged(FleetEvent):
    courier_id: UUID
    external_id: str | None
    fields: tuple[str, ...]  # which of them, not what they became


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierActivated(FleetEvent):
    courier_id: UUID
    external_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierDeactivated(FleetEvent):
    courier_id: UUID
    external_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesRevoked(FleetEvent):
    courier_id: UUID
    devices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionsLookWrong(FleetEvent):
    """Nobody can be where a courier's phone says, or two couriers have one phone.

    `reason` is `speed`, `jump` or `shared_device`.
    """

    courier_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierSilent(FleetEvent):
    """The phone of a courier on duty has not been heard from for too long; told once until it is heard again."""

    courier_id: UUID
    zone_id: UUID | None
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierHeardAgain(FleetEvent):
    courier_id: UUID
    zone_id: UUID | None
    silent_since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierErased(FleetEvent):
    courier_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftEvent(FleetEvent):
    """Base: whose shift, where and when."""

    courier_id: UUID
    shift_id: UUID
    zone_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftPlanned(ShiftEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftChanged(ShiftEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftCancelled(ShiftEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftLate(ShiftEvent):
    """It began some minutes ago, and its courier has not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftMissed(ShiftEvent):
    """It is over, and its courier never came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftForgotten(ShiftEvent):
    """Its courier did not end it, had nothing left to do, and hours later it was ended for them."""

    ended_at: datetime
