"""Who is calling, whatever door they came through."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Scope(StrEnum):
    """What a key may do, `resource:action`."""

    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    FLEETS_READ = "fleets:read"  # own fleets, couriers, vehicles, shifts
    FLEETS_WRITE = "fleets:write"
    CONNECTIONS_READ = "connections:read"  # connections, their tariffs and statements
    CONNECTIONS_WRITE = "connections:write"
    HUBS_READ = "hubs:read"
    HUBS_WRITE = "hubs:write"
    DISPATCH_READ = "dispatch:read"  # offers to a fleet with a dispatch of its own, assignments, plan previews
    DISPATCH_WRITE = "dispatch:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller: a name for the log, the organisations it acts for, and what it may do.

    `sees_all` is for platform administrators. Deny by default: an empty principal sees and may do nothing.
    """

    name: str
    organisation_ids: frozenset[UUID] = frozenset()
    dispatches_for: frozenset[UUID] = frozenset()
    scopes: frozenset[str] = frozenset()
    sees_all: bool = False
    is_test: bool = False
    is_authenticated: bool = field(default=True)

    @property
    def organisation_id(self) -> UUID:
        """The one organisation of an API key. Raises ValueError for a principal that acts for none or several."""
        (only,) = self.organisation_ids
        return only
