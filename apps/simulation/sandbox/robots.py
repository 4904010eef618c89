"""The robots: a fleet that belongs to the platform, on duty in no zone, so that no planner sees it."""

from dataclasses import dataclass

from apps.accounts.models import Organisation
from apps.core.vehicle_kind import VehicleKind
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Fleet, Vehicle

SLUG = "coursier-sandbox"
PHONES = ("+33639989901", "+33639989902")  # set aside for fiction
MOST_LEGS = 30_000


@dataclass(frozen=True, slots=True)
class Robots:
    """The two who carry test orders."""

    first: Courier
    second: Courier


def robots() -> Robots:
    """The robots; made when they are first needed."""
    found = _found()
    if len(found) < len(PHONES):
        _make()
        found = _found()
    return Robots(found[PHONES[0]], found[PHONES[1]])


def _found() -> dict[str, Courier]:
    return {courier.phone: courier for courier in Courier.objects.filter(phone__in=PHONES)}


def _make() -> None:
    """Any of it may be there already: another worker makes them at the same moment."""
    owner, _ = Organisation.objects.get_or_create(slug=SLUG, defaults={"name": "Sandbox", "is_fleet_owner": True})
    fleet, _ = Fleet.objects.get_or_create(organisation=owner, name="Robot couriers")
    vehicle, _ = Vehicle.objects.get_or_create(
        fleet=fleet,
        label="Robot",
        defaults={"kind": VehicleKind.BIKE, "speed_kmh": 15, "max_weight_g": 40_000, "max_parcels": 100},
    )
    for number, phone in enumerate(PHONES, start=1):
        robot = {"name": f"Robot {number}", "fleet": fleet, "vehicle": vehicle, "max_legs": MOST_LEGS}
        Courier.objects.get_or_create(phone=phone, defaults={**robot, "status": CourierStatus.ON_DUTY})
