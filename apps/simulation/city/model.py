"""A city and who lives on it: plain frozen dataclasses, ready to be written to the platform by whoever seeds it."""

from dataclasses import dataclass
from typing import Literal

from apps.core.geo import Point
from apps.simulation.city.geometry import Ring
from apps.simulation.city.ground import Ground

VehicleKind = Literal["bike", "cargo_bike", "scooter", "van"]
MerchantKind = Literal["restaurant", "bakery", "grocer", "florist", "pharmacy", "bookshop", "caterer"]
ParcelSize = Literal["S", "M", "L"]
Employment = Literal["employed", "freelance"]


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What couriers of one kind ride: speed door to door in traffic, and what it carries."""

    kind: VehicleKind
    speed_kmh: float
    max_weight_g: int
    max_parcels: int


@dataclass(frozen=True, slots=True)
class Zone:
    """The polygon that one planner looks after, as an open ring."""

    name: str
    ring: Ring


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """From when to when somebody takes orders, seconds of the local day."""

    opens_s: int
    closes_s: int

    def is_open(self, second: float) -> bool:
        """Whether an order can be placed at a second of the local day."""
        return self.opens_s <= second < self.closes_s


@dataclass(frozen=True, slots=True)
class Merchant:
    """Somebody who orders deliveries. `code` is unique in the city and the same for the same seed."""

    code: str
    name: str
    kind: MerchantKind
    address: str
    district: int
    point: Point
    phone: str
    opening: tuple[OpeningHours, ...]
    demand_weight: float
    """How many orders it places beside the others of the city; 1 is usual."""
    preparation_minutes: int
    """How long an order usually takes to be ready."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A warehouse where parcels change hands."""

    code: str
    name: str
    address: str
    point: Point


@dataclass(frozen=True, slots=True)
class Fleet:
    """A network of couriers and what they ride."""

    code: str
    name: str
    employment: Employment
    vehicles: tuple[VehicleKind, ...]


@dataclass(frozen=True, slots=True)
class Courier:
    """Somebody who carries: where they live, when they ride, how fast they are."""

    code: str
    name: str
    phone: str
    fleet: str
    """Code of their fleet."""
    vehicle: VehicleKind
    home: Point
    shift_start_hour: int
    shift_end_hour: int
    """Hours of the local day; the end comes after the start on the same day."""
    speed_factor: float
    """Their speed over that of their vehicle."""


@dataclass(frozen=True)
class City:
    """Everything there is before the first order."""

    name: str
    seed: int
    time_zone: str
    ground: Ground
    zone: Zone
    vehicles: tuple[Vehicle, ...]
    merchants: tuple[Merchant, ...]
    hubs: tuple[Hub, ...]
    fleets: tuple[Fleet, ...]
    couriers: tuple[Courier, ...]
