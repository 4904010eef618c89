"""A city for the street benchmark: zones side by side, a thousand couriers on duty in them, shops that order."""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from apps.accounts.services import create_api_key, create_organisation
from apps.core import clock
from apps.core.db import atomic
from apps.core.geo import Point
from apps.core.ids import new_id
from apps.core.vehicle_kind import VehicleKind
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Courier, Fleet, Shift, Vehicle
from apps.couriers.services import start_shift
from apps.couriers.services.devices import register_device
from apps.simulation.seeding.plane import Plane
from apps.zones.models import Zone

ZONE_SIDE_M = 3_000.0
ZONES_IN_A_ROW = 5
SHOPS_A_ZONE = 30
SPEED_KMH = 15.0
OFFERED_EVERY = 5
"""One zone in so many has freelance couriers, who are offered work; in the others it is assigned."""
ON_DUTY_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class StreetCourierEntry:
    """A courier on duty: the token of the phone, and where it is."""

    token: str
    lat: float
    lon: float

    @property
    def at(self) -> Point:
        """Where it is."""
        return Point(self.lat, self.lon)


@dataclass(frozen=True, slots=True)
class StreetGround:
    """What the benchmark must know of its city: a merchant's key, its shops by zone, its couriers."""

    api_key: str
    shops: list[list[tuple[float, float]]]
    couriers: list[StreetCourierEntry]

    def write(self, path: Path) -> None:
        """Keep it for the process that measures. Tokens and key are for their owner only."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "StreetGround":
        """What `write` kept."""
        kept = json.loads(path.read_text(encoding="utf-8"))
        couriers = [StreetCourierEntry(**each) for each in kept["couriers"]]
        shops = [[(lat, lon) for lat, lon in zone] for zone in kept["shops"]]
        return cls(kept["api_key"], shops, couriers)


def write_street(*, couriers: int, zones: int) -> StreetGround:
    """Write the city, its couriers on duty. One organisation orders and carries."""
    rng = Random(1)
    plane = Plane(0.0, 0.0)
    owner = create_organisation(name="The street", slug="street", is_merchant=True, is_fleet_owner=True)
    _, api_key = create_api_key(organisation_id=owner.pk, name="bench")
    squares = [_square(number) for number in range(zones)]
    made = [_zone(number, plane, square) for number, square in enumerate(squares)]
    vehicles = {mode: _vehicle(owner.pk, mode) for mode in (FleetMode.ASSIGNED, FleetMode.OFFERED)}
    entries = []
    for number in range(couriers):
        place = number % zones
        mode = FleetMode.OFFERED if place % OFFERED_EVERY == OFFERED_EVERY - 1 else FleetMode.ASSIGNED
        at = plane.point(*_somewhere(squares[place], rng))
        entries.append(_courier(number, made[place], vehicles[mode], at))
    shops = [
        [(at.lat, at.lon) for at in (plane.point(*_somewhere(square, rng)) for _ in range(SHOPS_A_ZONE))]
        for square in squares
    ]
    return StreetGround(api_key, shops, entries)


def _square(number: int) -> tuple[float, float]:
    """The south-west corner of a zone, on the flat map."""
    return (number % ZONES_IN_A_ROW) * ZONE_SIDE_M, (number // ZONES_IN_A_ROW) * ZONE_SIDE_M


def _somewhere(square: tuple[float, float], rng: Random) -> tuple[float, float]:
    """Far enough from the border for a recipient half a kilometre away."""
    west, south = square
    return west + rng.uniform(0.2, 0.8) * ZONE_SIDE_M, south + rng.uniform(0.2, 0.8) * ZONE_SIDE_M


def _zone(number: int, plane: Plane, square: tuple[float, float]) -> Zone:
    west, south = square
    east, north = west + ZONE_SIDE_M, south + ZONE_SIDE_M
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    ring = [[at.lon, at.lat] for at in (plane.point(x, y) for x, y in corners)]
    return Zone.objects.create(name=f"Street {number + 1}", slug=f"street-{number + 1}", ring=ring, time_zone="UTC")


def _vehicle(owner_id: UUID, mode: FleetMode) -> Vehicle:
    fleet = Fleet.objects.create(organisation_id=owner_id, name=f"Street, {mode.label.lower()}", mode=mode)
    return Vehicle.objects.create(
        fleet=fleet, kind=VehicleKind.BIKE, speed_kmh=SPEED_KMH, max_weight_g=20_000, max_parcels=8
    )


@atomic
def _courier(number: int, zone: Zone, vehicle: Vehicle, at: Point) -> StreetCourierEntry:
    """On duty as by the phone: the shift, the event, the place."""
    courier = Courier(
        id=new_id(), fleet=vehicle.fleet, vehicle=vehicle, name=f"Courier {number + 1}", phone=f"+3399{number:07d}"
    )
    courier.save(force_insert=True)
    now = clock.now()
    Shift.objects.create(courier=courier, zone=zone, starts_at=now - timedelta(minutes=5), ends_at=now + ON_DUTY_FOR)
    start_shift(courier_id=courier.pk, at=at)
    return StreetCourierEntry(register_device(courier_id=courier.pk, label="bench"), at.lat, at.lon)
