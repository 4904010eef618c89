"""What happens to webhook endpoints."""

from dataclasses import dataclass
from uuid import UUID

from apps.core.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointEvent(DomainEvent):
    """Base: which endpoint, of which organisation, for test or live events."""

    endpoint_id: UUID
    organisation_id: UUID
    is_test: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointCreated(EndpointEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointChanged(EndpointEvent):
    """`changed` names the fields, separated by commas."""

    changed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDisabled(EndpointEvent):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointEnabled(EndpointEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDeleted(EndpointEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRotated(EndpointEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointTestRequested(EndpointEvent):
    """A worker is to deliver the test event now."""

    message_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesReplayed(EndpointEvent):
    messages: int
