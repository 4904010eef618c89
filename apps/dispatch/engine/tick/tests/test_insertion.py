"""The cheapest place for a leg in a route, against trying every place."""

import numpy as np
import pytest

from apps.dispatch.engine.tests.factories import at, make_courier, make_leg
from apps.dispatch.engine.tick.insertion import best_place
from apps.dispatch.engine.tick.state import NOBODY
from apps.dispatch.engine.tick.tests.factories import (
    cheapest_by_trial,
    cost_of,
    every_courier,
    give,
    problem_of,
    problems,
    stops_of,
    with_leg,
)

ROUNDING_MIN = 1e-7


def best(problem, c, leg, below=np.inf):
    return best_place(problem.world, problem.routes, c, leg, below)


def free_pairs(problem):
    """Open legs that nobody has, with everybody who may have them."""
    for leg in np.flatnonzero(problem.routes.courier_of[: problem.n_open] == NOBODY).tolist():
        for c in every_courier(problem):
            if np.isfinite(problem.world.extra[leg, c]):
                yield leg, c


@pytest.mark.parametrize("riding_price", [0.0, 0.3])
def test_the_cheapest_place_is_that_of_trying_all(riding_price):
    pairs = 0
    for problem in problems(700, first=1_000, riding_price=riding_price):
        for leg, c in free_pairs(problem):
            pairs += 1
            expected = cheapest_by_trial(problem, c, leg)
            added, i, j = best(problem, c, leg)
            if not np.isfinite(expected):
                assert (i, j) == (-1, -1)
                continue
            assert added == pytest.approx(expected, abs=ROUNDING_MIN)
            stops = stops_of(problem, c)
            there = cost_of(problem, c, with_leg(stops, leg, i, j)) - cost_of(problem, c, stops)
            assert there == pytest.approx(added, abs=ROUNDING_MIN)
    assert pairs > 1_000


def test_only_places_below_the_limit_are_found():
    for problem in problems(200, first=5_000):
        for leg, c in free_pairs(problem):
            added, i, _ = best(problem, c, leg)
            if i < 0:
                continue
            assert best(problem, c, leg, below=added + 1e-6)[0] == pytest.approx(added, abs=ROUNDING_MIN)
            assert best(problem, c, leg, below=added - 1e-6)[1:] == (-1, -1)


def test_looking_changes_no_route():
    for problem in problems(50, first=6_000):
        seq, length = problem.routes.seq.copy(), problem.routes.length.copy()
        for leg, c in free_pairs(problem):
            best(problem, c, leg)
        assert (problem.routes.seq == seq).all()
        assert (problem.routes.length == length).all()


def test_a_leg_of_the_same_place_joins_the_pickup_that_waits_for_another():
    legs = [
        make_leg("a", pickup_place="bistro"),
        make_leg("b", pickup_place="bistro", ready_at=1_000.0),
        make_leg("c", pickup=at(900)),
    ]
    problem = problem_of([make_courier()], legs)
    assert give(problem, 0, 0, 0, 0)
    assert give(problem, 1, 0, 1, 1)
    for leg in (2,):
        assert best(problem, 0, leg)[0] == pytest.approx(cheapest_by_trial(problem, 0, leg), abs=ROUNDING_MIN)


def test_a_full_route_has_no_place():
    problem = problem_of([make_courier(max_legs=1)], [make_leg("a"), make_leg("b")])
    assert give(problem, 0, 0, 0, 0)
    assert best(problem, 0, 1)[1:] == (-1, -1)


def test_nothing_is_put_before_stops_that_are_fixed():
    for problem in problems(300, first=7_000):
        for leg, c in free_pairs(problem):
            _, i, _ = best(problem, c, leg)
            assert i < 0 or i >= problem.world.couriers[c]["first"]
