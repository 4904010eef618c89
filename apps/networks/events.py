"""What happens to connections. Each is published twice, once for each side: `organisation_id` is who hears of it."""

from dataclasses import dataclass
from uuid import UUID

from apps.core.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionEvent(DomainEvent):
    """Base: who hears of it, between whom it is, which side did it (`orderer`, `executor`), and where it stands now."""

    organisation_id: UUID
    connection_id: UUID
    orderer_id: UUID
    executor_id: UUID
    fleet_id: UUID
    by: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionInvited(ConnectionEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionAccepted(ConnectionEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionPaused(ConnectionEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionResumed(ConnectionEvent):
    """One side ended its pause; with the other's still on, the status stays `paused`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionEnded(ConnectionEvent):
    """`was_declined`: it was an invitation that the other side did not want."""

    was_declined: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionChanged(ConnectionEvent):
    """`change`: terms were `proposed`, `accepted` or `declined`, or those of an invitation `revised`; or its
    `priority` changed, which the orderer alone hears of."""

    change: str
