"""The seeded city and its demand: the same for the same seed, nobody in the river, as many orders as asked for."""

import re
from collections import Counter
from itertools import islice
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.geo import contains, distance_m
from apps.simulation.city import geometry
from apps.simulation.city.demand import DemandStream, PlannedOrder
from apps.simulation.city.generator import generate_city
from apps.simulation.city.ground import paris_ground
from apps.simulation.city.paris.streets import NEIGHBOURHOODS, STREETS

SEEDS = st.integers(min_value=0, max_value=10_000)
NOON_S = 12 * 3600


def day_of(seed: int, *, orders_per_day: float = 300, from_second: float = 0) -> list[PlannedOrder]:
    return list(DemandStream(generate_city(), seed=seed, orders_per_day=orders_per_day, from_second=from_second))


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_everybody_stands_in_the_outline_and_out_of_the_water(seed):
    city = generate_city(seed=seed)
    places = [merchant.point for merchant in city.merchants] + [courier.home for courier in city.couriers]
    places += [hub.point for hub in city.hubs]
    assert all(contains(city.ground.outline, place) for place in places)
    assert not any(city.ground.is_water(place) for place in places)


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_the_same_seed_gives_the_same_city_and_another_seed_another(seed):
    assert generate_city(seed=seed) == generate_city(seed=seed)
    other = generate_city(seed=seed + 1)
    assert generate_city(seed=seed).merchants != other.merchants
    assert generate_city(seed=seed).couriers != other.couriers


def test_a_city_is_the_same_in_every_process():
    first = generate_city(seed=1).couriers[0]
    assert (first.name, first.phone, first.vehicle) == ("Hugo Jacquet", "+33639983806", "bike")


def test_scale_multiplies_merchants_and_couriers():
    city = generate_city(scale=2.5)
    assert (len(city.merchants), len(city.couriers), len(city.hubs), len(city.fleets)) == (100, 150, 3, 3)


@pytest.mark.parametrize("scale", [0, -1, 50.5, float("nan")])
def test_a_scale_that_makes_no_city_is_refused(scale):
    with pytest.raises(ValueError, match="scale"):
        generate_city(scale=scale)


def test_a_city_that_is_not_drawn_is_refused():
    with pytest.raises(ValueError, match="atlantis"):
        generate_city(name="atlantis")


@pytest.mark.parametrize("scale", [1, 50])
def test_codes_names_and_phones_are_unique_and_the_phones_fictional(scale):
    city = generate_city(scale=scale)
    people = [*city.merchants, *city.couriers]
    assert len({person.phone for person in people}) == len(people)
    assert len({person.code for person in people}) == len(people)
    assert len({merchant.name for merchant in city.merchants}) == len(city.merchants)
    assert len({merchant.address for merchant in city.merchants}) == len(city.merchants)
    assert len({courier.name for courier in city.couriers}) == len(city.couriers)
    assert all(re.fullmatch(r"\+3363998\d{4}", person.phone) for person in people)


def test_couriers_ride_what_their_fleet_has_and_every_fleet_has_some():
    city = generate_city()
    vehicles_of = {fleet.code: set(fleet.vehicles) for fleet in city.fleets}
    assert all(courier.vehicle in vehicles_of[courier.fleet] for courier in city.couriers)
    assert Counter(courier.fleet for courier in city.couriers) == {
        "velo-seine": 24,
        "rapide-boulevards": 12,
        "pedale-libre": 24,
    }
    assert {courier.vehicle for courier in city.couriers} <= {vehicle.kind for vehicle in city.vehicles}


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_somebody_rides_at_lunch_and_at_dinner(seed):
    couriers = generate_city(seed=seed).couriers
    for hour in (12, 13, 19, 20):
        riding = sum(courier.shift_start_hour <= hour < courier.shift_end_hour for courier in couriers)
        assert riding >= len(couriers) / 5


def test_a_merchant_stands_in_the_district_of_its_address():
    city = generate_city(scale=5)
    for merchant in city.merchants:
        district = city.ground.district_at(merchant.point)
        assert district is not None
        assert district.number == merchant.district
        assert merchant.address.endswith(f", 750{district.number:02d} Paris")


def test_the_streets_and_neighbourhoods_of_every_district_are_known():
    assert set(STREETS) == set(NEIGHBOURHOODS) == set(range(1, 21))
    ground = paris_ground()
    for number, streets in STREETS.items():
        ring = ground.districts[number - 1].ring
        for name, lat, lon in streets:
            middle = geometry.points([(lat, lon)])[0]
            outside_m = 0 if contains(ring, middle) else geometry.distance_to_line_m((*ring, ring[0]), middle)
            assert outside_m < 150, f"{name} is {outside_m:.0f} m out of the {number}e"


def test_the_zone_is_the_outline_with_a_margin():
    city = generate_city()
    closed = (*city.zone.ring, city.zone.ring[0])
    for corner in city.ground.outline:
        assert contains(city.zone.ring, corner)
        assert 60 < geometry.distance_to_line_m(closed, corner) < 301


@given(seed=SEEDS)
@settings(max_examples=8, deadline=None)
def test_every_order_goes_to_a_door_of_the_city(seed):
    ground = generate_city().ground
    for order in day_of(seed, orders_per_day=150):
        assert contains(ground.outline, order.dropoff)
        assert not ground.is_water(order.dropoff)
        district = ground.district_at(order.dropoff)
        assert district is not None
        assert order.dropoff_address.endswith(f", 750{district.number:02d} Paris")
        assert re.fullmatch(r"\+3363998\d{4}", order.recipient_phone)


@given(seed=SEEDS)
@settings(max_examples=8, deadline=None)
def test_every_order_can_be_carried_and_is_placed_at_an_open_merchant(seed):
    strongest = max(vehicle.max_weight_g for vehicle in generate_city().vehicles if vehicle.kind != "van")
    for order in day_of(seed, orders_per_day=150):
        assert any(span.is_open(order.placed_at_s) for span in order.merchant.opening)
        assert order.parcels
        assert all(parcel.weight_g > 0 for parcel in order.parcels)
        assert sum(parcel.weight_g for parcel in order.parcels) <= strongest
        assert 0 < order.ready_in_minutes < order.due_minutes


@given(seed=SEEDS, from_second=st.floats(min_value=0, max_value=86_400))
@settings(max_examples=10, deadline=None)
def test_a_stream_started_late_gives_what_the_whole_day_gives_after_that_hour(seed, from_second):
    whole = day_of(seed, orders_per_day=120)
    late = day_of(seed, orders_per_day=120, from_second=from_second)
    assert late == [order for order in whole if order.placed_at_s >= from_second]


def test_orders_come_in_order_of_time_and_are_numbered():
    day = day_of(3)
    assert [order.number for order in day] == list(range(len(day)))
    assert [order.placed_at_s for order in day] == sorted(order.placed_at_s for order in day)
    assert 0 <= day[0].placed_at_s <= day[-1].placed_at_s < 86_400


def test_another_seed_gives_another_day():
    assert day_of(1) != day_of(2)


def test_the_days_of_many_seeds_have_as_many_orders_as_asked_for_on_average():
    counts = [len(day_of(seed, orders_per_day=100)) for seed in range(60)]
    # the mean of sixty Poisson counts of mean 100 has a standard deviation of 1.29: five of them
    assert abs(fmean(counts) - 100) < 6.5
    # and their variance is that of a Poisson process, not of a clock nor of a crowd
    variance = sum((count - 100) ** 2 for count in counts) / len(counts)
    assert 45 < variance < 190


@given(orders_per_day=st.floats(min_value=1, max_value=50_000), scale=st.sampled_from([0.1, 1, 3]))
@settings(max_examples=10, deadline=None)
def test_the_rate_integrates_to_the_orders_of_a_day(orders_per_day, scale):
    stream = DemandStream(generate_city(scale=scale), seed=1, orders_per_day=orders_per_day)
    integral = 60 * sum(stream.rate(second) for second in range(30, 86_400, 60))
    assert integral == pytest.approx(orders_per_day, rel=1e-3)


def test_lunch_and_dinner_are_the_peaks_of_the_day():
    stream = DemandStream(generate_city(), seed=1, orders_per_day=1000)
    by_hour = [fmean(stream.rate(3600 * hour + 60 * minute) for minute in range(60)) for hour in range(24)]
    assert by_hour.index(max(by_hour[:17])) == 12
    assert by_hour.index(max(by_hour)) in (19, 20)
    assert by_hour[12] > 2 * by_hour[15]
    assert by_hour[3] == 0


def test_dropoffs_are_two_kilometres_from_the_merchant_on_average():
    distances = [distance_m(order.merchant.point, order.dropoff) for order in day_of(5, orders_per_day=1500)]
    assert 1_650 < fmean(distances) < 2_150
    assert max(distances) <= 6_010  # a plane is not quite a sphere
    assert min(distances) > 140


def test_recipients_have_numbers_of_their_own_until_the_four_thousandth():
    stream = DemandStream(generate_city(), seed=1, orders_per_day=9000)
    phones = [order.recipient_phone for order in islice(stream, 4001)]
    assert len(set(phones[:4000])) == 4000
    assert phones[4000] == phones[0]
    city = generate_city(scale=50)
    assert not set(phones) & {person.phone for person in (*city.merchants, *city.couriers)}


def test_demand_follows_the_weights_of_merchants():
    city = generate_city()
    heaviest = max((m for m in city.merchants if m.kind == "restaurant"), key=lambda m: m.demand_weight)
    lightest = min((m for m in city.merchants if m.opening == heaviest.opening), key=lambda m: m.demand_weight)
    orders = Counter(order.merchant.code for order in day_of(9, orders_per_day=2500, from_second=NOON_S))
    assert orders[heaviest.code] > orders[lightest.code]


@pytest.mark.parametrize("orders_per_day", [0, -5, float("nan"), float("inf")])
def test_a_day_without_orders_is_refused(orders_per_day):
    with pytest.raises(ValueError, match="orders"):
        DemandStream(generate_city(), seed=1, orders_per_day=orders_per_day)
