"""The courier whom a visitor of the demo may be, with the app on a phone: no robot signs in under this number."""

from apps.accounts.models import Organisation
from apps.accounts.services import create_organisation
from apps.core.db import atomic
from apps.core.vehicle_kind import VehicleKind
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Courier, Fleet, Vehicle
from apps.simulation.city.phones import COURIERS, fiction_phone

PHONE = fiction_phone(COURIERS[-1])
SLUG, NAME = "visitors", "Visitors"


@atomic
def seed_visitor() -> Organisation:
    """Make the visitor's fleet, open to everybody's orders, and its courier. Returns its owner. Safe to run again."""
    owner = Organisation.objects.filter(slug=SLUG).first()
    owner = owner or create_organisation(name=NAME, slug=SLUG, is_fleet_owner=True)
    if not Courier.objects.filter(phone=PHONE).exists():
        fleet, _ = Fleet.objects.get_or_create(
            organisation=owner, name=NAME, defaults={"mode": FleetMode.OFFERED, "is_open": True}
        )
        vehicle = Vehicle.objects.create(
            fleet=fleet, kind=VehicleKind.CARGO_BIKE, speed_kmh=15, max_weight_g=40_000, max_parcels=12
        )
        Courier.objects.create(fleet=fleet, vehicle=vehicle, name="You", phone=PHONE)
    return owner
