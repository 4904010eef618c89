"""Tiles, the cache of pairs, and straight lines by the hour."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.dispatch.engine.travel import StraightLine, VehicleProfile
from apps.dispatch.models import LearnedFigure
from apps.dispatch.travel import HourlyStraightLine, straight_lines_for, travel_model_for
from apps.dispatch.travel.osrm import OsrmTable
from apps.dispatch.travel.pair_cache import PairCache, point_keys
from apps.dispatch.travel.tiles import tiles_nearest_first

BIKE, VAN = VehicleProfile("bike", 15.0), VehicleProfile("van", 25.0)


def positions(count, seed):
    return np.random.default_rng(seed).uniform([48.80, 2.25], [48.90, 2.42], size=(count, 2))


@settings(deadline=None)
@given(rows=st.integers(1, 60), columns=st.integers(1, 60), most=st.integers(2, 40), seed=st.integers(0, 5))
def test_tiles_cover_every_cell_once_and_name_no_more_points_than_allowed(rows, columns, most, seed):
    origins, destinations = positions(rows, seed), positions(columns, seed + 10)
    seconds = StraightLine().seconds(origins, destinations, BIKE)
    covered = np.zeros((rows, columns), dtype=int)
    means = []
    for tile in tiles_nearest_first(origins, destinations, seconds, max_locations=most):
        assert len(tile.rows) + len(tile.columns) <= most
        covered[tile.cut] += 1
        means.append(seconds[tile.cut].mean())
    assert (covered == 1).all()
    assert means == sorted(means)


@given(st.lists(st.tuples(st.integers(-9_000_000, 9_000_000), st.integers(-18_000_000, 18_000_000)), unique=True))
def test_points_have_the_same_key_only_when_they_are_equal_to_five_decimals(whole):
    points = np.array(whole, dtype=float).reshape(-1, 2) / 1e5
    keys = point_keys(points)
    assert len(set(keys)) == len(keys)
    assert point_keys(points + 4e-6) == keys
    assert all(0 <= key < 2**51 for key in keys)


def test_a_cache_never_holds_more_than_two_generations_and_keeps_what_is_used():
    cache = PairCache(size=100)
    cache.keep([1], [1], np.array([[7.0]]))
    for number in range(2, 1_000):
        cache.keep([number], [1], np.array([[1.0]]))
        assert cache.lookup([1], [1])[0, 0] == 7.0
        assert len(cache) <= 200
    assert np.isnan(cache.lookup([2], [1])[0, 0])


def test_a_kind_of_vehicle_rides_at_its_own_pace_of_the_hour():
    model = HourlyStraightLine({"bike": 1.5})
    a, b = positions(3, 1), positions(4, 2)
    np.testing.assert_allclose(model.seconds(a, b, BIKE), 1.5 * StraightLine().seconds(a, b, BIKE))
    np.testing.assert_allclose(model.seconds(a, b, VAN), StraightLine().seconds(a, b, VAN))
    assert model.seconds_per_metre(BIKE) == pytest.approx(1.5 * StraightLine().seconds_per_metre(BIKE))


@pytest.mark.django_db
def test_the_model_of_a_plan_goes_by_the_local_hour(cast, django_assert_num_queries):
    LearnedFigure.objects.create(
        zone=cast.zone, kind="travel", key="08/bike", value=1.3, spread=0.1, samples=80, days=9
    )
    with django_assert_num_queries(1):
        model = travel_model_for(cast.zone, datetime(2026, 6, 10, 6, 30, tzinfo=UTC))  # half past eight in Paris
    assert model == HourlyStraightLine({"bike": 1.3})
    assert straight_lines_for(cast.zone, datetime(2026, 6, 10, 8, 30, tzinfo=UTC)) == HourlyStraightLine({})


@pytest.mark.django_db
def test_osrm_is_asked_where_the_operator_has_one(cast, settings):
    settings.OSRM_URL = "http://127.0.0.1:1"
    model = travel_model_for(cast.zone, datetime(2026, 6, 10, 6, 30, tzinfo=UTC))
    assert isinstance(model, OsrmTable)
    again = travel_model_for(cast.zone, datetime(2026, 6, 10, 6, 31, tzinfo=UTC))
    assert again.server is model.server  # what it knows outlives the plan
    a, b = positions(3, 1), positions(4, 2)
    np.testing.assert_allclose(model.seconds(a, b, BIKE), StraightLine().seconds(a, b, BIKE))
