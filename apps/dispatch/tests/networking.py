"""Fleets beside the cast's, and connections between them, as tests of planning need them."""

from uuid import UUID

from apps.accounts.models import Organisation
from apps.accounts.services import create_organisation
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Fleet
from apps.networks.lifecycle import Right
from apps.networks.models import Connection
from apps.networks.services import Invitation, accept, invite
from tests.cast import BAKERY, Cast, make_courier


def fleet_with_one(cast: Cast, name: str, number: int, *, owner: Organisation | None = None) -> tuple[Fleet, Courier]:
    """A closed fleet of an owner of its own, with one courier on duty at the bakery's door."""
    slug = name.lower().replace(" ", "-")
    organisation = owner or create_organisation(name=name, slug=slug, is_fleet_owner=True)
    fleet = Fleet.objects.create(organisation=organisation, name=name, accepts_invitations=True)
    courier = make_courier(fleet, cast.zone, name=f"Courier of {name}", phone=f"+336399810{number:02}", at=BAKERY)
    return fleet, courier


def connected(orderer_id: UUID, fleet: Fleet, *, priority: int = 100, rights: tuple[Right, ...] = ()) -> Connection:
    """A connection that both sides agreed on."""
    new = Invitation(by=orderer_id, fleet_id=fleet.pk, priority=priority, rights=rights)
    invited = invite(new)
    return accept(connection_id=invited.pk, by=fleet.organisation_id, version=invited.version)


def off_duty(*couriers: Courier) -> None:
    """They have gone home."""
    Courier.objects.filter(pk__in=[courier.pk for courier in couriers]).update(status=CourierStatus.OFF_DUTY)
