"""Prices as arithmetic: what holds for every trip and all rates that a tariff may have."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from apps.core.geo import Point
from apps.networks.tariffs.pricing import (
    PLATFORM_RATES,
    Peak,
    PriceLine,
    Rates,
    Trip,
    WeightBand,
    fee_of,
    half_up,
    price_of,
)

ZONE = UUID(int=7)
NOON = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)  # a Wednesday, noon in Paris
PARIS = Point(48.86, 2.35)
cents = some.integers(0, 100_000)


@some.composite
def rates(draw: some.DrawFn) -> Rates:
    limits = sorted(draw(some.sets(some.integers(1, 60_000), max_size=5)))
    amounts = sorted(draw(some.lists(cents, min_size=len(limits) + 1, max_size=len(limits) + 1)))
    bands = [WeightBand(limit, amount) for limit, amount in zip([*limits, None], amounts, strict=True)]
    hours = sorted(draw(some.sets(some.integers(0, 23), min_size=2, max_size=2)))
    days = draw(some.frozensets(some.integers(0, 6)))
    return Rates(
        currency="EUR",
        base_cents=draw(cents),
        per_km_cents=draw(some.integers(0, 10_000)),
        weight_bands=tuple(bands),
        zone_cents=draw(some.dictionaries(some.sampled_from([ZONE, UUID(int=8)]), cents)),
        peaks=(Peak(time(hours[0]), time(hours[1]), days, draw(cents)),),
        tax_basis_points=draw(some.integers(0, 10_000)),
    )


@some.composite
def trips(draw: some.DrawFn) -> Trip:
    lat, lon = draw(some.floats(-0.4, 0.4)), draw(some.floats(-0.4, 0.4))
    return Trip(
        pickup=PARIS,
        dropoff=Point(PARIS.lat + lat, PARIS.lon + lon),
        weight_g=draw(some.integers(1, 60_000)),
        at=NOON + timedelta(minutes=draw(some.integers(0, 7 * 24 * 60))),
        detour_factor=1.3,
        time_zone=draw(some.sampled_from(["Europe/Paris", "America/Martinique", "Indian/Reunion"])),
        zone_id=draw(some.sampled_from([None, ZONE])),
    )


def trip(*, metres: int = 0, weight_g: int = 800, at: datetime = NOON, time_zone: str = "Europe/Paris") -> Trip:
    """A trip north of so many metres, to the nearest."""
    return Trip(PARIS, Point(PARIS.lat + metres / 111_195.08, PARIS.lon), weight_g, at, 1.0, time_zone, ZONE)


def amounts(of: Trip, by: Rates) -> dict[str, int]:
    return {line.code: line.amount_cents for line in price_of(of, by).lines}


@given(trips(), rates())
def test_the_price_is_the_sum_of_its_lines_and_net_and_tax_make_gross(of, by):
    price = price_of(of, by)
    assert price.gross_cents == sum(line.amount_cents for line in price.lines)
    assert price.net_cents + price.tax_cents == price.gross_cents
    assert all(type(line.amount_cents) is int for line in price.lines)


@given(trips(), rates())
def test_no_line_is_negative_and_none_is_there_twice(of, by):
    price = price_of(of, by)
    assert all(line.amount_cents >= 0 for line in price.lines)
    assert len({line.code for line in price.lines}) == len(price.lines)


@given(trips(), rates(), some.floats(1, 10))
def test_a_longer_way_never_costs_less(of, by, times):
    further = Trip(of.pickup, of.dropoff, of.weight_g, of.at, of.detour_factor * times, of.time_zone, of.zone_id)
    assert price_of(further, by).gross_cents >= price_of(of, by).gross_cents


@given(trips(), rates(), some.integers(0, 60_000))
def test_a_heavier_load_never_costs_less(of, by, more_g):
    heavier = Trip(of.pickup, of.dropoff, of.weight_g + more_g, of.at, of.detour_factor, of.time_zone, of.zone_id)
    assert price_of(heavier, by).gross_cents >= price_of(of, by).gross_cents


@given(trips(), rates())
def test_a_line_that_was_counted_says_what_it_was_counted_by(of, by):
    for line in price_of(of, by).lines:
        if line.quantity_thousandths is not None:
            assert line.amount_cents == half_up(line.quantity_thousandths * line.unit_cents, 1000)


@given(trips(), rates())
def test_tax_is_rounded_half_up_and_once(of, by):
    price = price_of(of, by)
    exact = price.net_cents * by.tax_basis_points
    assert (2 * price.tax_cents - 1) * 5_000 <= exact < (2 * price.tax_cents + 1) * 5_000


@given(some.integers(0, 10**9), some.integers(0, 10_000))
def test_the_tax_in_a_fee_is_taken_out_and_none_of_the_fee_is_lost(gross_cents, basis_points):
    fee = fee_of(gross_cents, currency="EUR", tax_basis_points=basis_points, code="fee", label="Fee")
    assert fee.gross_cents == gross_cents
    assert min(fee.net_cents, fee.tax_cents) >= 0
    assert abs(fee.net_cents * basis_points - fee.tax_cents * 10_000) <= 10_000


def test_a_price_with_a_line_of_each_kind():
    by = Rates(
        currency="EUR",
        base_cents=400,
        per_km_cents=101,
        weight_bands=(WeightBand(5_000, 0), WeightBand(None, 250)),
        zone_cents={ZONE: 60},
        peaks=(Peak(time(11, 30), None, frozenset({2}), 80),),
        tax_basis_points=2_000,
    )
    price = price_of(trip(metres=2_500, weight_g=9_000), by)
    assert price.lines == (
        PriceLine("base", "Base price", 400),
        PriceLine("distance", "2.5 km", 253, "km", 2_500, 101),  # 252.5 cents, half up
        PriceLine("weight", "9.0 kg", 250),
        PriceLine("zone", "Zone", 60),
        PriceLine("peak", "Peak hours", 80),
        PriceLine("tax", "Tax 20 %", 209),  # of 1043: 208.6
    )
    assert (price.net_cents, price.tax_cents, price.gross_cents) == (1_043, 209, 1_252)
    assert price.lines[1].as_json() == {
        "code": "distance",
        "label": "2.5 km",
        "amount": 253,
        "quantity": 2.5,
        "unit": "km",
        "unit_price": 101,
    }


@pytest.mark.parametrize(
    ("at", "time_zone", "is_peak"),
    [
        ("2026-06-10T09:59:59+00:00", "Europe/Paris", False),  # a second to noon, summer time
        ("2026-06-10T10:00:00+00:00", "Europe/Paris", True),
        ("2026-06-10T11:59:59+00:00", "Europe/Paris", True),
        ("2026-06-10T12:00:00+00:00", "Europe/Paris", False),
        ("2026-12-09T10:00:00+00:00", "Europe/Paris", False),  # eleven, winter time
        ("2026-12-09T11:00:00+00:00", "Europe/Paris", True),
        ("2026-06-10T10:00:00+00:00", "America/Martinique", False),
        ("2026-06-10T16:00:00+00:00", "America/Martinique", True),
    ],
)
def test_peak_hours_are_those_of_the_zone(at, time_zone, is_peak):
    lines = amounts(trip(at=datetime.fromisoformat(at), time_zone=time_zone), PLATFORM_RATES)
    assert ("peak" in lines) == is_peak


@pytest.mark.parametrize(("day", "is_peak"), [("12", True), ("13", False)])
def test_a_peak_is_of_its_weekdays_as_the_zone_counts_them(day, is_peak):
    fridays = Rates(currency="EUR", base_cents=1, peaks=(Peak(time(0), None, frozenset({4}), 9),))
    late = datetime.fromisoformat(f"2026-06-{day}T21:59:00+00:00")  # a minute to midnight in Paris
    assert ("peak" in amounts(trip(at=late), fridays)) == is_peak
    assert "peak" not in amounts(trip(at=datetime.fromisoformat("2026-06-12T22:00:00+00:00")), fridays)


def as_priced_before_tariffs(metres: int, weight_g: int, hour: int) -> int:
    """The formula that stood here before there were tariffs."""
    band = next(cents for up_to, cents in ((5_000, 0), (12_000, 150), (40_000, 600)) if weight_g <= up_to)
    return 390 + round(metres / 1000 * 95) + band + (80 if hour in (12, 13, 19, 20) else 0)


@given(some.integers(0, 60_000), some.integers(1, 40_000), some.integers(0, 23))
def test_the_platforms_own_rates_are_those_it_always_had(metres, weight_g, hour):
    of = trip(metres=metres, weight_g=weight_g, at=datetime(2026, 6, 10, hour, tzinfo=UTC) - timedelta(hours=2))
    before, now = as_priced_before_tariffs(of.distance_m, weight_g, hour), price_of(of, PLATFORM_RATES).gross_cents
    is_tie = of.distance_m * 95 % 1000 == 500  # half a cent: went to the even side, or wherever a float fell
    assert now - before in ((0, 1) if is_tie else (0,))


def test_the_worked_example_of_the_documentation():
    by = Rates(
        currency="EUR",
        base_cents=500,
        per_km_cents=110,
        weight_bands=(WeightBand(5_000, 0), WeightBand(None, 250)),
        zone_cents={ZONE: 60},
        peaks=(Peak(time(11, 30), time(14), frozenset(range(5)), 90),),
        tax_basis_points=2_000,
    )
    wednesday = price_of(trip(metres=2_071, weight_g=9_000), by)
    sunday = price_of(trip(metres=2_071, at=NOON + timedelta(days=4)), by)
    assert [line.amount_cents for line in wednesday.lines] == [500, 228, 250, 60, 90, 226]
    assert (wednesday.net_cents, wednesday.gross_cents) == (1_128, 1_354)
    assert [line.amount_cents for line in sunday.lines] == [500, 228, 60, 158]
    assert wednesday.gross_cents + sunday.gross_cents == 2_300
