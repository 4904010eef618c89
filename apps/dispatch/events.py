"""What happens to offers, and fleets that refuse."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.core.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(DomainEvent):
    order_id: UUID
    organisation_id: UUID
    zone_id: UUID
    leg_id: UUID
    offer_id: UUID
    courier_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEnded(DomainEvent):
    order_id: UUID
    organisation_id: UUID
    zone_id: UUID
    leg_id: UUID
    offer_id: UUID
    courier_id: UUID
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOffered(DomainEvent):
    """A leg is offered to a fleet with a dispatch of its own, whose owner is `executor_id`."""

    order_id: UUID
    organisation_id: UUID
    executor_id: UUID
    zone_id: UUID
    leg_id: UUID
    offer_id: UUID
    fleet_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOfferEnded(DomainEvent):
    """An offer to a fleet was accepted, declined, withdrawn, or ran out."""

    order_id: UUID
    organisation_id: UUID
    executor_id: UUID
    zone_id: UUID
    leg_id: UUID
    offer_id: UUID
    fleet_id: UUID
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRefused(DomainEvent):
    """A fleet will not carry an order that it was asked for."""

    order_id: UUID
    organisation_id: UUID
    zone_id: UUID
    leg_id: UUID
    fleet_id: UUID
    reason: str
