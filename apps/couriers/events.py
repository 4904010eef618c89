"""What happens to couriers."""

from dataclasses import dataclass
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
