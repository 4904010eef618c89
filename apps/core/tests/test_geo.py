"""Distances against published ones, and what lies inside a ring."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.geo import EARTH_RADIUS_M, Point, contains, distance_m

PARIS, LONDON = Point(48.8566, 2.3522), Point(51.5074, -0.1278)
HALF_WAY_ROUND = math.pi * EARTH_RADIUS_M
SQUARE = [Point(0, 0), Point(0, 10), Point(10, 10), Point(10, 0)]
U_SHAPE = [Point(0, 0), Point(0, 9), Point(9, 9), Point(9, 6), Point(3, 6), Point(3, 3), Point(9, 3), Point(9, 0)]
points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


def test_paris_to_london_is_as_long_as_everybody_says():
    assert distance_m(PARIS, LONDON) == pytest.approx(343_556, rel=1e-3)


def test_a_degree_along_a_meridian_is_a_360th_of_the_way_round():
    assert distance_m(Point(10, 5), Point(11, 5)) == pytest.approx(HALF_WAY_ROUND / 180)


def test_a_degree_of_longitude_shrinks_with_the_cosine_of_the_latitude():
    at_equator, at_sixty = distance_m(Point(0, 0), Point(0, 0.01)), distance_m(Point(60, 0), Point(60, 0.01))
    assert at_sixty / at_equator == pytest.approx(0.5, rel=1e-4)


def test_the_date_line_is_no_detour():
    assert distance_m(Point(0, 179.5), Point(0, -179.5)) == pytest.approx(HALF_WAY_ROUND / 180)


@given(points, points)
def test_a_distance_is_the_same_both_ways_and_never_more_than_half_way_round(a, b):
    assert 0 <= distance_m(a, b) <= HALF_WAY_ROUND + 1
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=1e-6)


@given(points)
def test_nowhere_is_away_from_itself(point):
    assert distance_m(point, point) == 0


@pytest.mark.parametrize(
    ("point", "inside"),
    [(Point(5, 5), True), (Point(-1, 5), False), (Point(11, 5), False), (Point(5, -1), False), (Point(5, 11), False)],
)
def test_a_square_contains_its_middle_and_nothing_beside_it(point, inside):
    assert contains(SQUARE, point) is inside


@pytest.mark.parametrize(("point", "inside"), [(Point(8, 1), True), (Point(8, 4.5), False), (Point(8, 8), True)])
def test_a_bay_lies_outside(point, inside):
    assert contains(U_SHAPE, point) is inside


@given(st.floats(-1, 11), st.floats(-1, 11))
def test_a_closed_ring_contains_what_the_open_one_does(lat, lon):
    closed, reverse = [*U_SHAPE, U_SHAPE[0]], list(reversed(U_SHAPE))
    assert contains(closed, Point(lat, lon)) == contains(U_SHAPE, Point(lat, lon)) == contains(reverse, Point(lat, lon))
