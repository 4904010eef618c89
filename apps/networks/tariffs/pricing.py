"""A price from rates and a trip: base, distance, weight band, zone, peak hours, and the tax on top. Pure: no Django.

All amounts are integer cents. What does not come out even (cents per kilometre, a share of tax) is rounded half up,
each line once, so that the price is the exact sum of its lines. Tax is rounded once, on the sum of the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.core.geo import Point, distance_m

CURRENCY = "EUR"
WHOLE = 10_000  # basis points: 2,000 of them are 20 %
TAX = "tax"


@dataclass(frozen=True, slots=True)
class WeightBand:
    """What a load of up to so many grams costs on top. `up_to_g` None: however heavy."""

    up_to_g: int | None
    cents: int

    def holds(self, weight_g: int) -> bool:
        """Whether a load is light enough for the band."""
        return self.up_to_g is None or weight_g <= self.up_to_g


@dataclass(frozen=True, slots=True)
class Peak:
    """Hours at which a trip costs more: from `begins`, before `ends` (None: midnight), on `days` (0 is Monday)."""

    begins: time
    ends: time | None
    days: frozenset[int]
    cents: int

    def holds(self, local: datetime) -> bool:
        """Whether a moment, in the zone's own time, is one of these hours."""
        is_before_its_end = self.ends is None or local.time() < self.ends
        return local.weekday() in self.days and self.begins <= local.time() and is_before_its_end


@dataclass(frozen=True, slots=True)
class Rates:
    """What a price is made of. Bands ascend, in grams and in cents; peaks do not overlap."""

    currency: str
    base_cents: int
    per_km_cents: int = 0
    weight_bands: tuple[WeightBand, ...] = ()
    zone_cents: Mapping[UUID, int] = field(default_factory=dict)  # by the zone of the pickup
    peaks: tuple[Peak, ...] = ()
    tax_basis_points: int = 0


_EVERY_DAY = frozenset(range(7))
PLATFORM_RATES = Rates(  # what holds where no connection's tariff does
    currency=CURRENCY,
    base_cents=390,
    per_km_cents=95,
    weight_bands=(WeightBand(5_000, 0), WeightBand(12_000, 150), WeightBand(None, 600)),
    peaks=(Peak(time(12), time(14), _EVERY_DAY, 80), Peak(time(19), time(21), _EVERY_DAY, 80)),
)


@dataclass(frozen=True, slots=True)
class Trip:
    """What the price depends on. `at` is when it can be picked up; `time_zone` that of the zone."""

    pickup: Point
    dropoff: Point
    weight_g: int
    at: datetime
    detour_factor: float
    time_zone: str
    zone_id: UUID | None = None
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


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of a price: what for, how much in cents, and what it was counted by, where it was counted.

    `amount_cents` is `quantity_thousandths / 1000 * unit_cents`, rounded half up, where there is a quantity.
    """

    code: str
    label: str
    amount_cents: int
    unit: str = ""
    quantity_thousandths: int | None = None
    unit_cents: int | None = None

    def as_json(self) -> dict[str, str | int | float]:
        """As quotes, orders and charges keep it and the API shows it."""
        shown: dict[str, str | int | float] = {"code": self.code, "label": self.label, "amount": self.amount_cents}
        if self.quantity_thousandths is not None and self.unit_cents is not None:
            quantity = self.quantity_thousandths / 1000
            shown |= {"quantity": quantity, "unit": self.unit, "unit_price": self.unit_cents}
        return shown


@dataclass(frozen=True, slots=True)
class Price:
    """The lines of a price, the tax among them, and their sums."""

    currency: str
    lines: tuple[PriceLine, ...]

    @property
    def gross_cents(self) -> int:
        """What is paid: all lines."""
        return sum(line.amount_cents for line in self.lines)

    @property
    def tax_cents(self) -> int:
        """The tax in it."""
        return sum(line.amount_cents for line in self.lines if line.code == TAX)

    @property
    def net_cents(self) -> int:
        """All lines but the tax."""
        return self.gross_cents - self.tax_cents


def price_of(trip: Trip, rates: Rates) -> Price:
    """What a trip costs by these rates, line by line; the tax line comes last, where there is a tax."""
    lines = [PriceLine("base", "Base price", rates.base_cents)]
    if rates.per_km_cents:
        lines.append(_distance_line(trip.distance_m, rates.per_km_cents))
    if cents := _weight_cents(trip.weight_g, rates.weight_bands):
        lines.append(PriceLine("weight", f"{trip.weight_g / 1000:.1f} kg", cents))
    if trip.zone_id and (cents := rates.zone_cents.get(trip.zone_id, 0)):
        lines.append(PriceLine("zone", "Zone", cents))
    local = trip.at.astimezone(ZoneInfo(trip.time_zone))
    if cents := sum(peak.cents for peak in rates.peaks if peak.holds(local)):
        lines.append(PriceLine("peak", "Peak hours", cents))
    return _taxed(rates.currency, lines, rates.tax_basis_points)


def fee_of(gross_cents: int, *, currency: str, tax_basis_points: int, code: str, label: str) -> Price:
    """A fee that was named as it is paid, the tax in it taken out into a line of its own."""
    net_cents = half_up(gross_cents * WHOLE, WHOLE + tax_basis_points)
    line = PriceLine(code, label, net_cents)
    tax_cents = gross_cents - net_cents
    return Price(currency, (line, _tax_line(tax_cents, tax_basis_points)) if tax_cents else (line,))


def half_up(numerator: int, denominator: int) -> int:
    """The quotient of two numbers that are not negative, rounded to the nearest whole, halves up; exact."""
    return (2 * numerator + denominator) // (2 * denominator)


def _distance_line(metres: int, per_km_cents: int) -> PriceLine:
    amount = half_up(metres * per_km_cents, 1000)
    return PriceLine("distance", f"{metres / 1000:.1f} km", amount, "km", metres, per_km_cents)


def _weight_cents(weight_g: int, bands: tuple[WeightBand, ...]) -> int:
    """Of the first band that holds the load. What is heavier than all of them, which placing refuses, is the last's."""
    holding = (band.cents for band in bands if band.holds(weight_g))
    return next(holding, bands[-1].cents if bands else 0)


def _taxed(currency: str, lines: list[PriceLine], basis_points: int) -> Price:
    net_cents = sum(line.amount_cents for line in lines)
    if basis_points:
        lines = [*lines, _tax_line(half_up(net_cents * basis_points, WHOLE), basis_points)]
    return Price(currency, tuple(lines))


def _tax_line(cents: int, basis_points: int) -> PriceLine:
    return PriceLine(TAX, f"Tax {basis_points / 100:g} %", cents)
