"""Orders of one day of a city, from a seed: when, from whom, to whom, what.

Orders arrive as a Poisson process whose rate follows the appetite of each trade within its merchants' opening hours,
drawn by thinning (Lewis and Shedler, 1979). Everything about order number n comes from its own generator, seeded by the
seed and n: a stream started at noon gives exactly what one started at midnight gives after noon.
"""

import math
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from apps.core.geo import Point, distance_m
from apps.simulation.city.addresses import address_at
from apps.simulation.city.geometry import Projection
from apps.simulation.city.ground import Ground
from apps.simulation.city.model import City, Merchant, MerchantKind, OpeningHours, ParcelSize
from apps.simulation.city.names import FIRST_NAMES, LAST_NAMES
from apps.simulation.city.phones import RECIPIENTS, fiction_phone
from apps.simulation.city.trades import DAY_S, TRADES

SLOT_S = 300  # opening hours begin on quarters of an hour and curves bend at full hours: slots see every corner

MEDIAN_DROPOFF_M = 1_850.0
DROPOFF_SIGMA = 0.45  # mean 1850 x exp(sigma² / 2) = 2.05 km, less the far ones that fall out of the city
NEAREST_DROPOFF_M, FARTHEST_DROPOFF_M = 150.0, 6_000.0
DROPOFF_DRAWS = 200

RIDE_M_PER_MINUTE = 15_000 / 60 / 1.3  # a bike at 15 km/h, the way 1.3 times as long as the straight line
HANDOVER_MINUTES = 10

PHONE_STEP = 1_009  # shares no factor with the 4000 numbers, so that they all come up before one comes again


@dataclass(frozen=True, slots=True)
class PlannedParcel:
    """One thing to carry."""

    description: str
    weight_g: int
    size: ParcelSize


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """An order that a merchant is going to place."""

    number: int
    """Its place in the day, from 0: the same wherever the stream is started."""
    placed_at_s: float
    """Seconds of the local day."""
    merchant: Merchant
    dropoff: Point
    dropoff_address: str
    recipient_name: str
    recipient_phone: str
    ready_in_minutes: int
    parcels: tuple[PlannedParcel, ...]
    due_minutes: int
    """Minutes from the order to the door that the merchant promises."""


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Merchants of one trade that keep the same hours: they share one curve."""

    kind: MerchantKind
    opening: tuple[OpeningHours, ...]
    merchants: tuple[Merchant, ...]
    up_to: tuple[float, ...]
    """Running totals of their weights."""

    def rate(self, second: float) -> float:
        """Wishes for the whole crowd, in the unit of the curves."""
        if not any(span.is_open(second) for span in self.opening):
            return 0.0
        return self.up_to[-1] * TRADES[self.kind].appetite(second)

    def pick(self, rng: Random) -> Merchant:
        """One of them, by weight."""
        return self.merchants[min(bisect(self.up_to, rng.random() * self.up_to[-1]), len(self.merchants) - 1)]


class DemandStream:
    """An iterator over the orders of one local day, in order of time.

    `orders_per_day` is the mean number. For the next day, make another stream with another seed. Recipients have their
    own numbers until the four thousandth order of the day; then the numbers come again. Raises ValueError unless
    `orders_per_day` is a number more than 0.
    """

    def __init__(self, city: City, *, seed: int, orders_per_day: float, from_second: float = 0.0) -> None:
        if not 0 < orders_per_day < math.inf:
            raise ValueError(f"a day has more than 0 orders, and not for ever more: {orders_per_day}")
        self._city = city
        self._seed = f"{city.name}:{city.seed}:{seed}"
        self._from_second = from_second
        self._crowds = _crowds(city.merchants)
        self._orders_per_wish = orders_per_day / self._wishes()
        self._orders = self._stream()

    def __iter__(self) -> Iterator[PlannedOrder]:
        return self

    def __next__(self) -> PlannedOrder:
        return next(self._orders)

    def rate(self, second: float) -> float:
        """Mean orders per second at a second of the local day."""
        return self._orders_per_wish * sum(crowd.rate(second) for crowd in self._crowds)

    def _wishes(self) -> float:
        """The integral of all curves over the day: exact, as they are straight within each slot."""
        middles = range(SLOT_S // 2, DAY_S, SLOT_S)
        return SLOT_S * sum(crowd.rate(middle) for crowd in self._crowds for middle in middles)

    def _ceiling(self) -> float:
        """At least the highest rate of the day: rates are straight within a slot, so one of its ends is the highest."""
        edge_s = 1e-3
        ends = [end for start in range(0, DAY_S, SLOT_S) for end in (start, start + SLOT_S - edge_s)]
        return 1.01 * max(self.rate(end) for end in ends)

    def _stream(self) -> Iterator[PlannedOrder]:
        arrivals = Random(f"{self._seed}:arrivals")
        ceiling = self._ceiling()
        second, number = 0.0, 0
        while (second := second + arrivals.expovariate(ceiling)) < DAY_S:
            if arrivals.random() * ceiling >= self.rate(second):
                continue
            if second >= self._from_second:
                yield self._order(number, second)
            number += 1

    def _order(self, number: int, second: float) -> PlannedOrder:
        rng = Random(f"{self._seed}:order:{number}")
        rates = [crowd.rate(second) for crowd in self._crowds]
        merchant = rng.choices(self._crowds, weights=rates)[0].pick(rng)
        dropoff = dropoff_from(self._city.ground, merchant.point, rng)
        ready_in_minutes = max(2, round(merchant.preparation_minutes * rng.lognormvariate(0.0, 0.25)))
        ride_minutes = distance_m(merchant.point, dropoff) / RIDE_M_PER_MINUTE
        soonest = ready_in_minutes + ride_minutes + HANDOVER_MINUTES
        return PlannedOrder(
            number=number,
            placed_at_s=second,
            merchant=merchant,
            dropoff=dropoff,
            dropoff_address=address_at(self._city.ground, dropoff, rng),
            recipient_name=f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}",
            recipient_phone=fiction_phone(RECIPIENTS[number * PHONE_STEP % len(RECIPIENTS)]),
            ready_in_minutes=ready_in_minutes,
            parcels=_parcels(merchant.kind, rng),
            due_minutes=max(TRADES[merchant.kind].promise_minutes, 5 * math.ceil(soonest / 5)),
        )


def dropoff_from(ground: Ground, origin: Point, rng: Random) -> Point:
    """Where an order of a merchant goes: any direction, a log-normal distance, somewhere people live.

    When two hundred draws all fall into the river or out of the city it goes next door, to the merchant's own point.
    """
    projection = Projection(origin)
    for _ in range(DROPOFF_DRAWS):
        distance = rng.lognormvariate(math.log(MEDIAN_DROPOFF_M), DROPOFF_SIGMA)
        bearing = rng.uniform(0.0, 2 * math.pi)
        if not NEAREST_DROPOFF_M <= distance <= FARTHEST_DROPOFF_M:
            continue
        there = projection.to_point(distance * math.sin(bearing), distance * math.cos(bearing))
        point = Point(round(there.lat, 6), round(there.lon, 6))
        if ground.is_habitable(point):
            return point
    return origin


def _parcels(kind: MerchantKind, rng: Random) -> tuple[PlannedParcel, ...]:
    profile = TRADES[kind].parcels
    return tuple(
        PlannedParcel(
            description=rng.choice(profile.descriptions),
            weight_g=10 * round(rng.uniform(profile.min_weight_g, profile.max_weight_g) / 10),
            size=rng.choice(profile.sizes),
        )
        for _ in range(rng.choice(profile.counts))
    )


def _crowds(merchants: tuple[Merchant, ...]) -> list[_Crowd]:
    groups: dict[tuple[MerchantKind, tuple[OpeningHours, ...]], list[Merchant]] = {}
    for merchant in merchants:
        groups.setdefault((merchant.kind, merchant.opening), []).append(merchant)
    return [
        _Crowd(kind, opening, tuple(group), tuple(accumulate(merchant.demand_weight for merchant in group)))
        for (kind, opening), group in groups.items()
    ]
