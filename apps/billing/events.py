"""What happens in billing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.core.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeMade(DomainEvent):
    """`organisation_id` owes it to `executor_id`; without a connection, to its open fleets.

    `order_id` is None where the order is somebody else's, who is told nothing of it: the leg was handed on.
    """

    organisation_id: UUID
    executor_id: UUID
    connection_id: UUID | None
    order_id: UUID | None
    leg_id: UUID
    charge_id: UUID
    statement_id: UUID
    kind: str
    gross_cents: int
    currency: str
    charged_at: datetime
