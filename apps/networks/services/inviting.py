"""Invite: an ordering organisation names a fleet, or a fleet's owner names an organisation."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError

from apps.accounts.errors import OrganisationNotFound
from apps.accounts.models import Organisation
from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict, FieldError, Invalid
from apps.core.ids import public_id
from apps.networks.errors import ConnectionExists, DeclinedRecently, FleetNotListed, TooManyInvitations
from apps.networks.events import ConnectionInvited
from apps.networks.lifecycle import ConnectionStatus, Right
from apps.networks.models import Connection
from apps.networks.selectors import owner_of_fleet, takes_invitations
from apps.networks.services.telling import tell_both
from apps.networks.services.terms import check_tariff

MOST_UNANSWERED = 100  # invitations of one organisation
LEFT_ALONE_FOR = timedelta(days=7)  # who declined is not invited again by the same side
FIRST_PRIORITY = 100


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who invites, for which fleet, and on which terms.

    `organisation` is its id or slug, and is named by the fleet's owner only; `priority` by the orderer only.
    """

    by: UUID
    fleet_id: UUID
    organisation: UUID | str | None = None
    rights: tuple[Right, ...] = ()
    tariff_id: UUID | None = None
    priority: int | None = None


@atomic(rereads=2)
def invite(new: Invitation) -> Connection:
    """Write an invitation, which the other side may accept.

    Raises FleetNotListed, OrganisationNotFound, TariffNotOffered, Invalid, ConnectionExists, DeclinedRecently or
    TooManyInvitations.
    """
    owner = owner_of_fleet(new.fleet_id)
    if owner is None:
        raise FleetNotListed
    orderer_id = _invited_by_owner(new) if owner.pk == new.by else _inviting_a_fleet(new)
    check_tariff(new.tariff_id, executor_id=owner.pk)
    _check_manners(new, orderer_id)
    try:
        connection = Connection.objects.create(
            organisation_id=orderer_id,
            fleet_id=new.fleet_id,
            executor_id=owner.pk,
            invited_by_id=new.by,
            priority=FIRST_PRIORITY if new.priority is None else new.priority,
            rights=sorted(set(new.rights)),
            tariff_id=new.tariff_id,
            created_at=clock.now(),
        )
    except IntegrityError as error:
        raise Conflict from error  # another invitation was written just now: the next read finds it
    tell_both(ConnectionInvited, connection, by=new.by)
    return connection


def _inviting_a_fleet(new: Invitation) -> UUID:
    """The orderer, who invites a fleet of somebody else."""
    if not takes_invitations(new.fleet_id):
        raise FleetNotListed
    if new.organisation is not None:
        raise Invalid(
            fields=(FieldError("organisation", "not_yours", "Only the fleet's owner names an organisation."),)
        )
    return new.by


def _invited_by_owner(new: Invitation) -> UUID:
    """The orderer, whom the fleet's owner invites."""
    wrong = []
    if new.organisation is None:
        wrong.append(FieldError("organisation", "required", "Name the organisation that you invite."))
    if new.priority is not None:
        wrong.append(FieldError("priority", "not_yours", "Whom they ask first is for the ordering side to say."))
    if wrong:
        raise Invalid(fields=tuple(wrong))
    orderer_id = _organisation(new.organisation)
    if orderer_id == new.by:
        raise Invalid(fields=(FieldError("organisation", "own_fleet", "Your own fleets need no connection."),))
    return orderer_id


def _organisation(reference: UUID | str | None) -> UUID:
    named = {"pk": reference} if isinstance(reference, UUID) else {"slug": reference}
    found = Organisation.objects.filter(**named).values_list("pk", flat=True).first()
    if found is None:
        raise OrganisationNotFound
    return found


def _check_manners(new: Invitation, orderer_id: UUID) -> None:
    """One connection a pair, no pestering of who declined, and no flood of invitations."""
    between = Connection.objects.filter(organisation_id=orderer_id, fleet_id=new.fleet_id)
    live = between.filter(is_live=True).first()
    if live is not None:
        raise ConnectionExists(state={"id": public_id("con", live.pk), "status": live.status})
    declined = between.filter(invited_by_id=new.by, accepted_at=None, ended_at__gt=clock.now() - LEFT_ALONE_FOR)
    if declined.exclude(ended_by_id=new.by).exists():
        raise DeclinedRecently
    if Connection.objects.filter(invited_by_id=new.by, status=ConnectionStatus.INVITED).count() >= MOST_UNANSWERED:
        raise TooManyInvitations
