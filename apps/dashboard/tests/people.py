"""People in front of the board, and what is done to them."""

from dataclasses import dataclass

from django.test import Client

from apps.accounts.models import MemberRole, User
from apps.accounts.services import create_member, create_organisation
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Fleet
from tests.cast import CENTRE, PASSWORD, Cast, make_courier


@dataclass(frozen=True, slots=True)
class Rival:
    """Another fleet in town, with a courier on duty and a dispatcher."""

    fleet: Fleet
    courier: Courier
    dispatcher: User


def member(organisation_id: object, email: str, role: MemberRole) -> User:
    """Somebody who belongs to an organisation."""
    return create_member(
        organisation_id=organisation_id,  # type: ignore[arg-type]
        email=email,
        name=email.partition("@")[0].capitalize(),
        password=PASSWORD,
        role=role,
    )


def signed_in(user: User) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(user)
    return client


def off_duty(*couriers: Courier) -> None:
    """Send couriers home."""
    Courier.objects.filter(pk__in=[courier.pk for courier in couriers]).update(status=CourierStatus.OFF_DUTY, zone=None)


def hire_rival(cast: Cast) -> Rival:
    """A closed fleet that no merchant has called on."""
    owner = create_organisation(name="Other Wheels", slug="other-wheels", is_fleet_owner=True)
    fleet = Fleet.objects.create(organisation=owner, name="Other Wheels", is_open=False)
    courier = make_courier(fleet, cast.zone, name="Xi", phone="+33639980009", at=CENTRE)
    return Rival(fleet, courier, member(owner.pk, "max@example.org", MemberRole.DISPATCHER))
