"""A city for one day of the meal delivery library: its couriers, one organisation that orders and carries, one zone."""

from datetime import UTC, datetime, timedelta

from apps.accounts.models import Organisation
from apps.accounts.services import create_api_key, create_organisation
from apps.core.db import atomic
from apps.core.vehicle_kind import VehicleKind
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Courier, Fleet, Shift, Vehicle
from apps.simulation.city.phones import COURIERS, fiction_phone
from apps.simulation.mdrplib.reader import Instance, InstanceCourier
from apps.simulation.robots.roster import CourierEntry, Roster
from apps.simulation.seeding.plane import Plane
from apps.zones.models import Zone

DAY_START = datetime(2026, 6, 10, tzinfo=UTC)
"""The moment that is minute 0 of every instance."""
MARGIN_M = 500.0
MERCHANT = "library"
ROOMY_G, ROOMY_PARCELS, ROOMY_LEGS = 100_000, 100, 12  # no limit of the library: bundles of four fit, and the next ones
MAX_COURIERS = len(COURIERS)
FLEET_NAMES = {FleetMode.ASSIGNED: "The library's couriers", FleetMode.OFFERED: "The library's freelancers"}


def moment(minute: float) -> datetime:
    """The platform's time at a minute of the instance."""
    return DAY_START + timedelta(minutes=minute)


def plane_of(instance: Instance) -> Plane:
    """The flat map of the instance."""
    return Plane.around(_places(instance))


@atomic
def seed_library_day(instance: Instance, *, freelancers: float = 0.0) -> Roster:
    """Write the city of an instance. Returns its robots. Raises IntegrityError when there is one already.

    `freelancers` is the share of couriers who are offered their legs; the others are given them.
    """
    plane = plane_of(instance)
    zone = Zone.objects.create(
        name=f"Library {instance.name}",
        slug="library",
        ring=_ring(instance, plane),
        time_zone="UTC",
        detour_factor=1.0,
        pickup_service_s=60 * instance.parameters.pickup_service_min,
        dropoff_service_s=60 * instance.parameters.dropoff_service_min,
    )
    organisation = create_organisation(name="The library", slug="library", is_merchant=True, is_fleet_owner=True)
    _, api_key = create_api_key(organisation_id=organisation.pk, name="robots")
    by_mode = {
        mode: _fleet_and_vehicle(organisation, mode, instance) for mode in (FleetMode.ASSIGNED, FleetMode.OFFERED)
    }
    entries = tuple(_entry(courier, number, instance, plane) for number, courier in enumerate(instance.couriers))
    couriers = []
    for number, (planned, entry) in enumerate(zip(instance.couriers, entries, strict=True)):
        fleet, vehicle = by_mode[FleetMode.OFFERED if _is_freelancer(number, freelancers) else FleetMode.ASSIGNED]
        couriers.append(Courier(fleet=fleet, vehicle=vehicle, name=planned.id, phone=entry.phone, max_legs=ROOMY_LEGS))
    Courier.objects.bulk_create(couriers)
    Shift.objects.bulk_create(
        Shift(courier=courier, zone=zone, starts_at=moment(planned.on_min), ends_at=moment(planned.off_min))
        for courier, planned in zip(couriers, instance.couriers, strict=True)
    )
    return Roster(couriers=entries, api_keys={MERCHANT: api_key})


def _fleet_and_vehicle(organisation: Organisation, mode: FleetMode, instance: Instance) -> tuple[Fleet, Vehicle]:
    fleet = Fleet.objects.create(organisation=organisation, name=FLEET_NAMES[mode], mode=mode)
    vehicle = Vehicle.objects.create(
        fleet=fleet,
        kind=VehicleKind.SCOOTER,
        speed_kmh=instance.parameters.metres_per_minute * 60 / 1000,
        max_weight_g=ROOMY_G,
        max_parcels=ROOMY_PARCELS,
    )
    return fleet, vehicle


def _is_freelancer(number: int, share: float) -> bool:
    """Evenly spread: half of the couriers is every second one."""
    return int((number + 1) * share) > int(number * share)


def _entry(courier: InstanceCourier, number: int, instance: Instance, plane: Plane) -> CourierEntry:
    start = plane.point(courier.x_m, courier.y_m)
    return CourierEntry(
        phone=fiction_phone(COURIERS[number]),
        lat=start.lat,
        lon=start.lon,
        on_duty=(moment(courier.on_min).isoformat(), moment(courier.off_min).isoformat()),
        metres_per_minute=instance.parameters.metres_per_minute,
    )


def _places(instance: Instance) -> list[tuple[float, float]]:
    doors = [(order.x_m, order.y_m) for order in instance.orders]
    starts = [(courier.x_m, courier.y_m) for courier in instance.couriers]
    return [*((restaurant.x_m, restaurant.y_m) for restaurant in instance.restaurants), *doors, *starts]


def _ring(instance: Instance, plane: Plane) -> list[list[float]]:
    """A rectangle around everything, as GeoJSON writes it."""
    xs, ys = zip(*_places(instance), strict=True)
    west, east = min(xs) - MARGIN_M, max(xs) + MARGIN_M
    south, north = min(ys) - MARGIN_M, max(ys) + MARGIN_M
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [[at.lon, at.lat] for at in (plane.point(x, y) for x, y in corners)]
