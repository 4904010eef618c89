import numpy as np
import pytest

from apps.core.geo import distance_m
from apps.dispatch.engine import StraightLine, VehicleProfile
from apps.dispatch.engine.tests.factories import BIKE, at
from apps.dispatch.engine.travel import PAIR_BLOCK, pair_seconds


def positions(count, seed):
    return np.random.default_rng(seed).uniform([48.8, 2.2], [48.9, 2.4], size=(count, 2))


def test_a_straight_line_is_the_great_circle_times_detour_over_speed():
    a, b = at(0, 0), at(3_000, 4_000)
    vehicle = VehicleProfile("bike", speed_kmh=18.0, detour_factor=1.4)
    seconds = StraightLine(slowness=1.5).seconds(np.array([[a.lat, a.lon]]), np.array([[b.lat, b.lon]]), vehicle)
    assert seconds.shape == (1, 1)
    assert seconds[0, 0] == pytest.approx(distance_m(a, b) * 1.4 * 1.5 / 5.0)


def test_pairs_are_the_diagonal_of_the_table_whatever_their_number():
    origins, destinations = positions(2 * PAIR_BLOCK + 5, 1), positions(2 * PAIR_BLOCK + 5, 2)
    table = StraightLine().seconds(origins, destinations, BIKE)
    np.testing.assert_allclose(pair_seconds(StraightLine(), origins, destinations, BIKE), np.diagonal(table))


def test_a_vehicle_that_does_not_move_is_refused():
    with pytest.raises(ValueError, match="speed"):
        VehicleProfile("statue", speed_kmh=0.0)
