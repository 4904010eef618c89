"""Reads of networks. Tenancy lives here: both sides of a connection see it, and to everybody else there is none."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts.models import Organisation
from apps.accounts.principals import Principal
from apps.core.known_queries import KnownRows
from apps.networks.errors import ConnectionNotFound
from apps.networks.lifecycle import ConnectionStatus, Right
from apps.networks.models import Connection

UNDER_AGREEMENT = (ConnectionStatus.ACCEPTED, ConnectionStatus.PAUSED)  # paused: what is under way goes on


@dataclass(frozen=True, slots=True)
class ConnectedFleet:
    """A fleet that an organisation may give orders to; the lowest priority is asked first."""

    organisation_id: UUID
    fleet_id: UUID
    priority: int


def connections_for(principal: Principal) -> QuerySet[Connection]:
    """The connections in which a principal has a part, of either side, ended ones too."""
    rows = Connection.objects.select_related("organisation", "executor", "fleet")
    if principal.sees_all:
        return rows
    return rows.filter(_with_part_of(principal.organisation_ids))


def connection_for(principal: Principal, connection_id: UUID) -> Connection:
    """One of those connections. Raises ConnectionNotFound for anybody else's."""
    found = connections_for(principal).filter(pk=connection_id).first()
    if found is None:
        raise ConnectionNotFound
    return found


def connection_of(organisation_id: UUID, connection_id: UUID) -> Connection:
    """A connection of an organisation, to be changed by it. Raises ConnectionNotFound for anybody else's."""
    found = Connection.objects.filter(_with_part_of({organisation_id}), pk=connection_id).first()
    if found is None:
        raise ConnectionNotFound
    return found


def open_connections() -> QuerySet[Connection]:
    """The connections over which something new may be given now: accepted, and paused by nobody."""
    return Connection.objects.filter(status=ConnectionStatus.ACCEPTED)


_open = KnownRows(lambda: open_connections().only("organisation_id", "fleet_id", "priority"))


def connected_fleets() -> list[ConnectedFleet]:
    """Every fleet that may get something new over a connection now: accepted, and paused by nobody. One query."""
    return [ConnectedFleet(row.organisation_id, row.fleet_id, row.priority) for row in _open.all()]


def is_connected(orderer_id: UUID, fleet_id: UUID) -> bool:
    """Whether a fleet may get something new from an organisation over a connection."""
    return open_connections().filter(organisation_id=orderer_id, fleet_id=fleet_id).exists()


def rights_of(orderer_id: UUID, fleet_id: UUID) -> frozenset[Right]:
    """What a fleet may do with the orders of an organisation; nothing without a connection.

    A paused connection keeps its rights, for what is under way.
    """
    agreed = Connection.objects.filter(organisation_id=orderer_id, fleet_id=fleet_id, status__in=UNDER_AGREEMENT)
    rights: list[str] = agreed.values_list("rights", flat=True).first() or []
    return frozenset(Right(right) for right in rights)


def seeing(fleet_ids: Collection[UUID]) -> frozenset[tuple[UUID, UUID]]:
    """Orderer and fleet, for each of these fleets that sees an orderer's contacts before it carries. One query."""
    agreed = Connection.objects.filter(fleet_id__in=list(fleet_ids), status__in=UNDER_AGREEMENT)
    rows = agreed.values_list("organisation_id", "fleet_id", "rights")
    return frozenset((orderer_id, fleet_id) for orderer_id, fleet_id, rights in rows if Right.SEE in rights)


def owner_of_fleet(fleet_id: UUID) -> Organisation | None:
    """Who owns a fleet, None when there is no such fleet. Fleets stand above networks: known by their owner only."""
    return Organisation.objects.filter(fleets=fleet_id).first()


def takes_invitations(fleet_id: UUID) -> bool:
    """Whether anybody may invite this fleet: an open one, or one whose owner wishes to be found."""
    listed = Q(fleets__is_open=True) | Q(fleets__accepts_invitations=True)
    return Organisation.objects.filter(listed, fleets__pk=fleet_id).exists()


def _with_part_of(organisation_ids: frozenset[UUID] | set[UUID]) -> Q:
    return Q(organisation_id__in=organisation_ids) | Q(executor_id__in=organisation_ids)
