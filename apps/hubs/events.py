"""What happens to hubs themselves; what happens to parcels in them are events of orders."""

from dataclasses import dataclass
from uuid import UUID

from apps.core.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class HubEvent(DomainEvent):
    """Base: which hub, operated by whom, in which zone."""

    hub_id: UUID
    organisation_id: UUID
    zone_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HubOpened(HubEvent):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HubChanged(HubEvent):
    """Some of its particulars are others now, such as whether it takes new orders."""

    is_active: bool
    is_open_to_others: bool
