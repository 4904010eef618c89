"""Tell both sides of a connection what happened: one event each, so that each hears of it as of anything of its own."""

from typing import Any
from uuid import UUID

from apps.core.events import publish
from apps.networks.events import ConnectionEvent
from apps.networks.models import Connection


def tell_both(kind: type[ConnectionEvent], connection: Connection, *, by: UUID, **more: Any) -> None:
    """Publish an event to the orderer and to the executor."""
    tell(kind, connection, (connection.organisation_id, connection.executor_id), by=by, **more)


def tell(kind: type[ConnectionEvent], connection: Connection, whom: tuple[UUID, ...], *, by: UUID, **more: Any) -> None:
    """Publish an event to some of them."""
    publish(
        *(
            kind(
                organisation_id=organisation_id,
                connection_id=connection.pk,
                orderer_id=connection.organisation_id,
                executor_id=connection.executor_id,
                fleet_id=connection.fleet_id,
                by=connection.side_of(by).value,
                status=str(connection.status),
                **more,
            )
            for organisation_id in whom
        )
    )
