"""Pause a connection and resume it. Each side has its own switch: work is given while neither has paused."""

from typing import Any
from uuid import UUID

from apps.core.db import atomic
from apps.networks.errors import PausedByOtherSide
from apps.networks.events import ConnectionPaused, ConnectionResumed
from apps.networks.lifecycle import ConnectionStatus, IllegalConnectionMove, Side
from apps.networks.models import Connection
from apps.networks.selectors import connection_of
from apps.networks.services.telling import tell_both

_SWITCH = {Side.ORDERER: "is_paused_by_orderer", Side.EXECUTOR: "is_paused_by_executor"}


@atomic(rereads=3)
def pause_connection(*, connection_id: UUID, by: UUID) -> Connection:
    """Give nothing new over it, until this side resumes.

    Raises ConnectionNotFound, IllegalConnectionMove when this side has paused it or it never began, or Conflict.
    """
    connection = connection_of(by, connection_id)
    side = connection.side_of(by)
    switch: dict[str, Any] = {_SWITCH[side]: True}
    if connection.status == ConnectionStatus.PAUSED and side not in connection.paused_by:
        connection.swap(**switch)
    else:
        connection.move_to(ConnectionStatus.PAUSED, **switch)
    tell_both(ConnectionPaused, connection, by=by)
    return connection


@atomic(rereads=3)
def resume_connection(*, connection_id: UUID, by: UUID) -> Connection:
    """End this side's pause; with the other's still on, the connection stays paused.

    Raises ConnectionNotFound, PausedByOtherSide, IllegalConnectionMove when it is not paused, or Conflict.
    """
    connection = connection_of(by, connection_id)
    if connection.status != ConnectionStatus.PAUSED:
        raise IllegalConnectionMove("Only what is paused is resumed.", state={"status": connection.status})
    side = connection.side_of(by)
    if side not in connection.paused_by:
        raise PausedByOtherSide(state={"status": connection.status})
    switch: dict[str, Any] = {_SWITCH[side]: False}
    if side.other in connection.paused_by:
        connection.swap(**switch)
    else:
        connection.move_to(ConnectionStatus.ACCEPTED, **switch)
    tell_both(ConnectionResumed, connection, by=by)
    return connection
