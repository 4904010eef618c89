"""The demo city: a zone, merchants with keys, fleets with couriers, shifts for the days to come. Safe to run again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.accounts.models import Organisation
from apps.accounts.services import create_api_key, create_organisation
from apps.core import clock
from apps.core.db import atomic
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Courier, Fleet, Shift, Vehicle
from apps.simulation.city.generator import generate_city
from apps.simulation.city.model import City
from apps.simulation.city.model import Courier as CityCourier
from apps.simulation.city.model import Fleet as CityFleet
from apps.simulation.robots.hours import DailyHours
from apps.simulation.robots.roster import CourierEntry, Demand, Roster
from apps.zones.models import Zone

SEED, SCALE = 1, 1.0
ORDERS_PER_DAY = 600.0
"""About 20 minutes of a courier each: half of the hours of 60 couriers, and nearly all of them at noon and at 7 p.m."""
DAYS_AHEAD = 30
MODES = {"employed": FleetMode.ASSIGNED, "freelance": FleetMode.OFFERED}


@dataclass(frozen=True, slots=True)
class DemoCity:
    """What the seeding made or found: the city, its rows, its robots."""

    city: City
    zone: Zone
    merchants: dict[str, Organisation]
    fleet_owners: tuple[Organisation, ...]
    roster: Roster


def seed_demo(*, roster_file: Path) -> DemoCity:
    """Make what is missing of the demo city, and shifts for the days ahead; write the robots' file.

    A key is shown once and kept as a hash: merchants whose key the file has lost get a new one.
    """
    city = generate_city(seed=SEED, scale=SCALE)
    keys = _kept_keys(roster_file)
    zone, merchants, fleets, missing = _seed(city, frozenset(keys))
    roster = Roster(
        couriers=tuple(_entry(courier, city, zone) for courier in city.couriers),
        api_keys={**{code: key for code, key in keys.items() if code in merchants}, **missing},
        demand=Demand(city=city.name, seed=SEED, scale=SCALE, orders_per_day=ORDERS_PER_DAY),
    )
    roster.write(roster_file)
    return DemoCity(city, zone, merchants, tuple(fleet.organisation for fleet in fleets.values()), roster)


@atomic
def _seed(
    city: City, known_keys: frozenset[str]
) -> tuple[Zone, dict[str, Organisation], dict[str, Fleet], dict[str, str]]:
    zone = _zone(city)
    merchants = {m.code: _organisation(m.code, m.name, is_merchant=True) for m in city.merchants}
    missing = {
        code: create_api_key(organisation_id=merchant.pk, name="robots")[1]
        for code, merchant in merchants.items()
        if code not in known_keys
    }
    fleets = {fleet.code: _fleet(fleet) for fleet in city.fleets}
    _seed_couriers(city, fleets)
    seed_shifts(city, zone)
    return zone, merchants, fleets, missing


def _kept_keys(roster_file: Path) -> dict[str, str]:
    """The keys of the robots' file, if they are keys of this database: a new database starts with new ones."""
    if not roster_file.exists() or not Zone.objects.exists():
        return {}
    try:
        return Roster.read(roster_file).api_keys
    except ValueError:
        return {}


def _zone(city: City) -> Zone:
    ring = [[point.lon, point.lat] for point in (*city.zone.ring, city.zone.ring[0])]
    values = {"name": city.zone.name, "ring": ring, "time_zone": city.time_zone}
    return Zone.objects.get_or_create(slug=city.name, defaults=values)[0]


def _organisation(slug: str, name: str, **kinds: bool) -> Organisation:
    return Organisation.objects.filter(slug=slug).first() or create_organisation(name=name, slug=slug, **kinds)


def _fleet(planned: CityFleet) -> Fleet:
    owner = _organisation(planned.code, planned.name, is_fleet_owner=True)
    found = Fleet.objects.filter(organisation=owner).select_related("organisation").first()
    return found or Fleet.objects.create(
        organisation=owner, name=planned.name, mode=MODES[planned.employment], is_open=True
    )


def _seed_couriers(city: City, fleets: dict[str, Fleet]) -> None:
    known = set(Courier.objects.values_list("phone", flat=True))
    missing = [courier for courier in city.couriers if courier.phone not in known]
    vehicles = [_vehicle(courier, city, fleets[courier.fleet]) for courier in missing]
    Vehicle.objects.bulk_create(vehicles)
    Courier.objects.bulk_create(
        Courier(fleet=fleets[courier.fleet], vehicle=vehicle, name=courier.name, phone=courier.phone)
        for courier, vehicle in zip(missing, vehicles, strict=True)
    )


def _vehicle(courier: CityCourier, city: City, fleet: Fleet) -> Vehicle:
    kind = next(vehicle for vehicle in city.vehicles if vehicle.kind == courier.vehicle)
    return Vehicle(
        fleet=fleet,
        kind=kind.kind,
        speed_kmh=_speed_kmh(courier, city),
        max_weight_g=kind.max_weight_g,
        max_parcels=kind.max_parcels,
    )


def _speed_kmh(courier: CityCourier, city: City) -> float:
    kind = next(vehicle for vehicle in city.vehicles if vehicle.kind == courier.vehicle)
    return round(kind.speed_kmh * courier.speed_factor, 2)


def seed_shifts(city: City, zone: Zone) -> int:
    """Plan everybody's shifts from today on, where there are none yet. Returns how many were planned."""
    today = clock.now().astimezone(ZoneInfo(city.time_zone)).date()
    keys: dict[str, UUID] = dict(Courier.objects.values_list("phone", "pk"))
    planned = set(Shift.objects.filter(ends_at__gt=clock.now()).values_list("courier_id", "starts_at"))
    shifts = [
        Shift(courier_id=keys[courier.phone], zone=zone, starts_at=starts_at, ends_at=ends_at)
        for courier in city.couriers
        for starts_at, ends_at in _shifts_from(today, courier, city)
        if ends_at > clock.now() and (keys[courier.phone], starts_at) not in planned
    ]
    Shift.objects.bulk_create(shifts)
    return len(shifts)


def _shifts_from(today: date, courier: CityCourier, city: City) -> list[tuple[datetime, datetime]]:
    hours = DailyHours(courier.shift_start_hour, courier.shift_end_hour, city.time_zone)
    noon = datetime(today.year, today.month, today.day, 12, tzinfo=ZoneInfo(city.time_zone))
    spans = [hours.on(noon + timedelta(days=ahead)) for ahead in range(DAYS_AHEAD)]
    return [(span.starts_at, span.ends_at) for span in spans]


def _entry(courier: CityCourier, city: City, zone: Zone) -> CourierEntry:
    return CourierEntry(
        phone=courier.phone,
        lat=courier.home.lat,
        lon=courier.home.lon,
        start_hour=courier.shift_start_hour,
        end_hour=courier.shift_end_hour,
        time_zone=city.time_zone,
        speed_kmh=_speed_kmh(courier, city),
        detour_factor=zone.detour_factor,
    )
