"""How a price is made: base, distance, weight band, peak hours. Every line is shown on the quote."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from apps.core.geo import Point, distance_m

CURRENCY = "EUR"
BASE_CENTS = 390
PER_KM_CENTS = 95
WEIGHT_BANDS_G: tuple[tuple[int, int], ...] = ((5_000, 0), (12_000, 150), (40_000, 600))  # up to grams: cents
PEAK_HOURS = ((12, 14), (19, 21))
PEAK_CENTS = 80
MAX_WEIGHT_G = WEIGHT_BANDS_G[-1][0]


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of a price: what for, and how much in cents."""

    code: str
    label: str
    amount_cents: int

    def as_json(self) -> dict[str, str | int]:
        """As quotes and orders keep it."""
        return {"code": self.code, "label": self.label, "amount": self.amount_cents}


@dataclass(frozen=True, slots=True)
class Trip:
    """What the price depends on."""

    pickup: Point
    dropoff: Point
    weight_g: int
    at: datetime
    detour_factor: float
    time_zone: str
    via: Point | None = None  # the hub that it passes

    @property
    def ways_m(self) -> tuple[int, ...]:
        """Estimated street distance of each leg."""
        places = [self.pickup, *([self.via] if self.via else []), self.dropoff]
        return tuple(round(distance_m(a, b) * self.detour_factor) for a, b in pairwise(places))

    @property
    def distance_m(self) -> int:
        """Estimated street distance of the whole way."""
        return sum(self.ways_m)


def price_lines(trip: Trip) -> tuple[PriceLine, ...]:
    """The lines of a trip's price; the price is their sum."""
    km = trip.distance_m / 1000
    lines = [
        PriceLine("base", "Base price", BASE_CENTS),
        PriceLine("distance", f"{km:.1f} km", round(km * PER_KM_CENTS)),
    ]
    band = next(cents for up_to, cents in WEIGHT_BANDS_G if trip.weight_g <= up_to)
    if band:
        lines.append(PriceLine("weight", f"{trip.weight_g / 1000:.1f} kg", band))
    hour = trip.at.astimezone(ZoneInfo(trip.time_zone)).hour
    if any(start <= hour < end for start, end in PEAK_HOURS):
        lines.append(PriceLine("peak", "Peak hours", PEAK_CENTS))
    return tuple(lines)
