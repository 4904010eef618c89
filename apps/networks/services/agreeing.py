"""Agree on a connection and its terms: rights and tariff hold when both sides have said yes to the same.

What one side proposes, the other accepts by the version that it read: terms that were changed meanwhile are not
accepted unseen. Until then the old terms hold, and whoever will not have them may pause or end the connection.
"""

from typing import TypedDict
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.networks.errors import NothingToAnswer, OtherSideOnly, TermsChanged
from apps.networks.events import ConnectionAccepted, ConnectionChanged
from apps.networks.lifecycle import ConnectionStatus, IllegalConnectionMove, Right, Side
from apps.networks.models import Connection
from apps.networks.selectors import connection_of
from apps.networks.services.ending import end
from apps.networks.services.telling import tell, tell_both
from apps.networks.services.terms import NO_PROPOSAL, check_tariff


class WantedTerms(TypedDict, total=False):
    """What one side would have different; what is left out stays as it is."""

    priority: int
    rights: list[Right]
    tariff_id: UUID | None


@atomic
def accept(*, connection_id: UUID, by: UUID, version: int) -> Connection:
    """Accept the other side's invitation, or the terms that it proposes, as they were in this version.

    Raises ConnectionNotFound, NothingToAnswer, OtherSideOnly, TermsChanged, TariffNotOffered when it was retired
    meanwhile, or Conflict.
    """
    connection = _waiting_for(by, connection_id)
    if connection.version != version:
        raise TermsChanged(state={"version": connection.version, "status": connection.status})
    if connection.status == ConnectionStatus.INVITED:
        check_tariff(connection.tariff_id, executor_id=connection.executor_id)
        connection.move_to(ConnectionStatus.ACCEPTED, accepted_at=clock.now())
        tell_both(ConnectionAccepted, connection, by=by)
        return connection
    check_tariff(connection.proposed_tariff_id, executor_id=connection.executor_id)
    agreed = {"rights": connection.proposed_rights, "tariff_id": connection.proposed_tariff_id}
    connection.swap(**agreed, **NO_PROPOSAL)
    tell_both(ConnectionChanged, connection, by=by, change="accepted")
    return connection


@atomic(rereads=3)
def decline(*, connection_id: UUID, by: UUID, reason: str = "") -> Connection:
    """Decline the other side's invitation, which ends it, or the terms that it proposes: the old ones go on.

    Raises ConnectionNotFound, NothingToAnswer, OtherSideOnly or Conflict.
    """
    connection = _waiting_for(by, connection_id)
    if connection.status == ConnectionStatus.INVITED:
        return end(connection, by=by, reason=reason, was_declined=True)
    connection.swap(**NO_PROPOSAL)
    tell_both(ConnectionChanged, connection, by=by, change="declined")
    return connection


def _waiting_for(by: UUID, connection_id: UUID) -> Connection:
    """A connection on which something waits for this side's answer."""
    connection = connection_of(by, connection_id)
    asked_by = connection.invited_by_id if connection.status == ConnectionStatus.INVITED else connection.proposed_by_id
    if asked_by is None or not connection.is_live:
        raise NothingToAnswer(state={"status": connection.status})
    if asked_by == by:
        raise OtherSideOnly
    return connection


@atomic(rereads=3)
def change_connection(*, connection_id: UUID, by: UUID, wanted: WantedTerms) -> Connection:
    """Set the priority, which is the orderer's alone; propose other rights or another tariff to the other side.

    Of an invitation the inviting side changes the terms at once, for nobody has accepted them. Whoever proposes anew
    replaces what was proposed, by either side; to propose what holds already takes it back.
    Raises ConnectionNotFound, OtherSideOnly, TariffNotOffered, IllegalConnectionMove when it has ended, or Conflict.
    """
    connection = connection_of(by, connection_id)
    if not connection.is_live:
        raise IllegalConnectionMove("A connection that has ended stays as it was.", state={"status": connection.status})
    if "rights" in wanted or "tariff_id" in wanted:
        _propose(connection, by, wanted)
    if "priority" in wanted:
        _set_priority(connection, by, wanted["priority"])
    return connection


def _propose(connection: Connection, by: UUID, wanted: WantedTerms) -> None:
    rights = sorted(set(wanted.get("rights", connection.rights)))
    tariff_id = wanted.get("tariff_id", connection.tariff_id)
    check_tariff(tariff_id, executor_id=connection.executor_id)
    if connection.status == ConnectionStatus.INVITED:
        if connection.invited_by_id != by:
            raise OtherSideOnly("Accept the invitation or decline it: its terms are for those who made it.")
        connection.swap(rights=rights, tariff_id=tariff_id)
        tell_both(ConnectionChanged, connection, by=by, change="revised")
        return
    if (rights, tariff_id) == (sorted(connection.rights), connection.tariff_id):
        if connection.proposed_by_id is not None:
            connection.swap(**NO_PROPOSAL)
            tell_both(ConnectionChanged, connection, by=by, change="declined")
        return
    connection.swap(proposed_by_id=by, proposed_rights=rights, proposed_tariff_id=tariff_id, proposed_at=clock.now())
    tell_both(ConnectionChanged, connection, by=by, change="proposed")


def _set_priority(connection: Connection, by: UUID, priority: int) -> None:
    if connection.side_of(by) is not Side.ORDERER:
        raise OtherSideOnly("Whom they ask first is for the ordering side to say.")
    if connection.priority != priority:
        connection.swap(priority=priority)
        tell(ConnectionChanged, connection, (connection.organisation_id,), by=by, change="priority")
