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
class FleetRefused(DomainEvent):
    """A fleet will not carry an order that it was asked for."""

    order_id: UUID
    organisation_id: UUID
    zone_id: UUID
    leg_id: UUID
    fleet_id: UUID
    reason: str
