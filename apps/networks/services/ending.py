"""End a connection: nothing new is given over it; what is under way is finished."""

from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.networks.events import ConnectionEnded
from apps.networks.lifecycle import ConnectionStatus
from apps.networks.models import Connection
from apps.networks.selectors import connection_of
from apps.networks.services.telling import tell_both
from apps.networks.services.terms import NO_PROPOSAL


@atomic(rereads=3)
def end_connection(*, connection_id: UUID, by: UUID, reason: str = "") -> Connection:
    """End it for good, as either side may; of an invitation it is the withdrawal, or a refusal.

    Raises ConnectionNotFound, IllegalConnectionMove when it has ended already, or Conflict.
    """
    connection = connection_of(by, connection_id)
    is_refusal = connection.status == ConnectionStatus.INVITED and connection.invited_by_id != by
    return end(connection, by=by, reason=reason, was_declined=is_refusal)


def end(connection: Connection, *, by: UUID, reason: str, was_declined: bool) -> Connection:
    """Move a connection to its end. Raises IllegalConnectionMove or Conflict."""
    moment = clock.now()
    connection.move_to(ConnectionStatus.ENDED, ended_at=moment, ended_by_id=by, end_reason=reason, **NO_PROPOSAL)
    tell_both(ConnectionEnded, connection, by=by, was_declined=was_declined, reason=reason)
    return connection
