"""Thinning as properties: what is kept is of the track, near enough to the rest, and whole around stops."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from apps.couriers.plausible import metres_between
from apps.couriers.thinning import APART_M, APART_S, at_most, is_near_a_stop, near_stops, stretches, thinned

POINTS = st.lists(
    st.tuples(
        st.integers(0, 3_600_000).map(lambda ms: ms / 1000),
        st.floats(48.85, 48.8505),
        st.floats(2.35, 2.3505),
        st.none() | st.floats(0, 100),
    ),
    max_size=60,
).map(lambda points: sorted(points, key=lambda point: point[0]))
STOPS = st.lists(st.floats(0, 3600), max_size=3).map(sorted)


@given(POINTS, STOPS)
def test_what_is_kept_is_part_of_the_track_with_both_of_its_ends(points, stops):
    kept = thinned(points, stops)
    left = iter(points)
    assert all(any(point == other for other in left) for point in kept)
    assert kept[:1] == points[:1]
    assert kept[-1:] == points[-1:]


@given(POINTS, STOPS)
def test_what_is_dropped_is_near_something_kept_before_it_and_no_stop(points, stops):
    kept = thinned(points, stops)
    for point in points:
        if point in kept:
            continue
        assert not is_near_a_stop(point, stops)
        assert any(0 <= point[0] - other[0] < APART_S and metres_between(point, other) < APART_M for other in kept)


@given(POINTS, STOPS)
def test_thinning_again_changes_nothing(points, stops):
    once = thinned(points, stops)
    assert thinned(once, stops) == once


@given(POINTS)
def test_stretches_are_the_track_without_repetitions(points):
    parts = list(stretches(points))
    joined = [point for part in parts for point in part]
    assert [point for place, point in enumerate(points) if place == 0 or point != points[place - 1]] == joined
    assert all(part[-1][0] - part[0][0] <= 600 for part in parts)
    assert all(b[0] - a[0] <= 120 for part in parts for a, b in itertools.pairwise(part))


@given(POINTS, STOPS)
def test_near_stops_is_within_two_minutes_of_one_and_all_of_that(points, stops):
    near = near_stops(points, stops)
    assert near == [point for point in points if any(abs(point[0] - stop) <= 120 for stop in stops)]


@given(POINTS, st.integers(2, 40))
def test_no_more_points_than_asked_for(points, count):
    assert len(at_most(points, count)) <= max(count, 2)
