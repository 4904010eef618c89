"""Peoples a city from a seed: merchants, hubs, fleets, couriers. The same name, seed and scale give the same city."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import get_args

from apps.core.geo import Point
from apps.simulation.city import geometry
from apps.simulation.city.addresses import address_in
from apps.simulation.city.ground import Ground, paris_ground
from apps.simulation.city.model import City, Courier, Fleet, Hub, Merchant, MerchantKind, Vehicle, VehicleKind, Zone
from apps.simulation.city.names import FIRST_NAMES, LAST_NAMES
from apps.simulation.city.paris.streets import NEIGHBOURHOODS, STREETS
from apps.simulation.city.phones import COURIERS, MERCHANTS, fiction_phone
from apps.simulation.city.trades import TRADES

GROUNDS: dict[str, Callable[[], Ground]] = {"paris": paris_ground}

MERCHANTS_AT_SCALE_1 = 40
COURIERS_AT_SCALE_1 = 60
MAX_SCALE = 50
ZONE_MARGIN_M = 150

VEHICLES: tuple[Vehicle, ...] = (
    # Speeds are door to door, lights and stops counted. A thermal bag is carried up to about 9 kg on the back.
    Vehicle("bike", speed_kmh=15.0, max_weight_g=9_000, max_parcels=4),
    # A two-wheeled cargo bike is sold for 80 to 100 kg of load; it keeps up with a bike but parks less easily.
    Vehicle("cargo_bike", speed_kmh=14.0, max_weight_g=80_000, max_parcels=16),
    # A 50 cm3 scooter with a top case: the city's limit of 30 km/h less lights and parking.
    Vehicle("scooter", speed_kmh=21.0, max_weight_g=25_000, max_parcels=6),
    # A small van, payload 600 kg; cars in Paris average about 13 to 16 km/h by day.
    Vehicle("van", speed_kmh=14.0, max_weight_g=600_000, max_parcels=60),
)

FLEETS: tuple[Fleet, ...] = (
    Fleet("velo-seine", "Vélo Seine", "employed", ("bike", "bike", "cargo_bike")),
    Fleet("rapide-boulevards", "Rapide des Boulevards", "employed", ("scooter",)),
    Fleet("pedale-libre", "Pédale Libre", "freelance", ("bike", "bike", "scooter")),
)
"""What a fleet rides, each kind as often as it is written."""
FLEET_SHARES = (0.4, 0.2, 0.4)

HUBS: tuple[Hub, ...] = (
    Hub("hub-bercy", "Hub Bercy", "32 rue de Bercy, 75012 Paris", Point(48.8353, 2.3868)),
    Hub("hub-chapelle", "Hub Chapelle", "61 rue de la Chapelle, 75018 Paris", Point(48.8962, 2.3577)),
    Hub("hub-grenelle", "Hub Grenelle", "18 rue Linois, 75015 Paris", Point(48.8492, 2.2835)),
)

SHIFTS: tuple[tuple[int, int], ...] = ((8, 15), (9, 16), (11, 15), (11, 19), (12, 20), (14, 22), (16, 23), (18, 23))
SHIFT_WEIGHTS = (2, 2, 3, 4, 3, 3, 4, 4)

# Where merchants are dense: the centre and the north-east of the right bank, by common knowledge
DISTRICT_WEIGHTS = (4, 5, 6, 5, 5, 5, 3, 4, 6, 8, 9, 4, 4, 4, 5, 3, 5, 6, 4, 4)


def generate_city(*, name: str = "paris", seed: int = 1, scale: float = 1.0) -> City:
    """A city of `scale` x 40 merchants and `scale` x 60 couriers, with its three hubs and three fleets.

    The ground is the same for every seed. Raises ValueError for a city that is not drawn or a scale not in (0, 50].
    """
    if name not in GROUNDS:
        raise ValueError(f"no city is drawn under the name {name!r}; there is {', '.join(GROUNDS)}")
    if not 0 < scale <= MAX_SCALE:
        raise ValueError(f"the scale of a city is more than 0 and at most {MAX_SCALE}, not {scale}")
    ground = GROUNDS[name]()
    return City(
        name=name,
        seed=seed,
        time_zone="Europe/Paris",
        ground=ground,
        zone=Zone(name.capitalize(), geometry.grown(ground.outline, ZONE_MARGIN_M)),
        vehicles=VEHICLES,
        merchants=_merchants(
            _Founding(ground, Random(f"{name}:{seed}:merchants")), max(1, round(MERCHANTS_AT_SCALE_1 * scale))
        ),
        hubs=HUBS,
        fleets=FLEETS,
        couriers=_couriers(
            _Founding(ground, Random(f"{name}:{seed}:couriers")), max(1, round(COURIERS_AT_SCALE_1 * scale))
        ),
    )


@dataclass(slots=True)
class _Founding:
    """A city being made: where, by which chance, and what is already taken."""

    ground: Ground
    rng: Random
    names: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)


def _merchants(founding: _Founding, count: int) -> tuple[Merchant, ...]:
    kinds = _kinds(count)
    founding.rng.shuffle(kinds)
    phones = founding.rng.sample(MERCHANTS, count)
    return tuple(
        _merchant(founding, code=f"merchant-{rank:04d}", kind=kind, phone=fiction_phone(phone))
        for rank, (kind, phone) in enumerate(zip(kinds, phones, strict=True), start=1)
    )


def _kinds(count: int) -> list[MerchantKind]:
    """Kinds by their shares, largest remainder: a city of forty has each of them."""
    exact = {kind: TRADES[kind].share * count for kind in get_args(MerchantKind)}
    whole = {kind: int(share) for kind, share in exact.items()}
    missing = count - sum(whole.values())
    for kind in sorted(exact, key=lambda kind: whole[kind] - exact[kind])[:missing]:
        whole[kind] += 1
    return [kind for kind, number in whole.items() for _ in range(number)]


def _merchant(founding: _Founding, *, code: str, kind: MerchantKind, phone: str) -> Merchant:
    rng, trade = founding.rng, TRADES[kind]
    district = rng.choices(range(1, 21), weights=DISTRICT_WEIGHTS)[0]
    street, lat, lon = rng.choice(STREETS[district])
    address = _untaken_address(founding, street, district)
    return Merchant(
        code=code,
        name=_sign(founding, f"{rng.choice(trade.signs)} {rng.choice(NEIGHBOURHOODS[district])}", address),
        kind=kind,
        address=address,
        district=district,
        point=_beside(founding, district, Point(lat, lon)),
        phone=phone,
        opening=rng.choice(trade.opening),
        demand_weight=round(trade.demand * rng.lognormvariate(0.0, 0.5), 3),
        preparation_minutes=rng.randint(*trade.preparation_minutes),
    )


def _untaken_address(founding: _Founding, street: str, district: int) -> str:
    address = address_in(street, district, founding.rng)
    while address in founding.addresses:
        address = address_in(street, district, founding.rng)
    founding.addresses.add(address)
    return address


def _sign(founding: _Founding, sign: str, address: str) -> str:
    """The name over the door; a second one of that name tells its street as well."""
    unique = sign if sign not in founding.names else f"{sign}, {address.partition(',')[0]}"
    founding.names.add(unique)
    return unique


def _beside(founding: _Founding, district: int, middle: Point) -> Point:
    """A habitable point of the district, most likely within 100 m of the middle of a street."""
    ground, rng = founding.ground, founding.rng
    projection = geometry.Projection(middle)
    spread_m = 60.0
    while True:
        point = _rounded(projection.to_point(rng.gauss(0, spread_m), rng.gauss(0, spread_m)))
        found = ground.district_at(point)
        if found is not None and found.number == district and ground.is_habitable(point):
            return point
        spread_m *= 1.05  # the middle of a long street may lie in a garden or on a border


def _couriers(founding: _Founding, count: int) -> tuple[Courier, ...]:
    phones = founding.rng.sample(COURIERS, count)
    names = founding.rng.sample([f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES], count)
    return tuple(
        _courier(founding, code=f"courier-{rank:04d}", name=name, phone=fiction_phone(phone), fleet=fleet)
        for rank, (name, phone, fleet) in enumerate(zip(names, phones, _fleet_of_each(count), strict=True), start=1)
    )


def _fleet_of_each(count: int) -> list[Fleet]:
    """Fleets in their shares, spread evenly: the first ten couriers of a city are shared out like all the others."""
    turns = [0.0] * len(FLEETS)
    chosen: list[Fleet] = []
    for _ in range(count):
        turns = [turn + share for turn, share in zip(turns, FLEET_SHARES, strict=True)]
        most_due = turns.index(max(turns))
        turns[most_due] -= 1.0
        chosen.append(FLEETS[most_due])
    return chosen


def _courier(founding: _Founding, *, code: str, name: str, phone: str, fleet: Fleet) -> Courier:
    rng = founding.rng
    vehicle: VehicleKind = rng.choice(fleet.vehicles)
    start, end = rng.choices(SHIFTS, weights=SHIFT_WEIGHTS)[0]
    return Courier(
        code=code,
        name=name,
        phone=phone,
        fleet=fleet.code,
        vehicle=vehicle,
        home=_home(founding.ground, rng),
        shift_start_hour=start,
        shift_end_hour=end,
        speed_factor=round(min(1.3, max(0.75, rng.gauss(1.0, 0.1))), 3),
    )


def _home(ground: Ground, rng: Random) -> Point:
    """Any habitable point, all equally likely."""
    lats, lons = [corner.lat for corner in ground.outline], [corner.lon for corner in ground.outline]
    while True:
        point = _rounded(Point(rng.uniform(min(lats), max(lats)), rng.uniform(min(lons), max(lons))))
        if ground.is_habitable(point):
            return point


def _rounded(point: Point) -> Point:
    """To six decimals, a decimetre: what survives a database, JSON and a test's eye."""
    return Point(round(point.lat, 6), round(point.lon, 6))
