"""What happens to tariffs."""

from dataclasses import dataclass
from uuid import UUID

from apps.core.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffCreated(DomainEvent):
    organisation_id: UUID
    tariff_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffReplaced(DomainEvent):
    """Connections keep the old one until both sides agree on another."""

    organisation_id: UUID
    tariff_id: UUID
    replaced_by_id: UUID
