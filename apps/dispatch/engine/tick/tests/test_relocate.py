"""Relocation of one leg after the other."""

import numpy as np
import pytest

from apps.dispatch.engine.tests.factories import at, make_courier, make_leg
from apps.dispatch.engine.tick.relocate import relocate
from apps.dispatch.engine.tick.search import total_min
from apps.dispatch.engine.tick.tests.factories import (
    check_consistent,
    committed_of,
    every_courier,
    everybody,
    give,
    problem_of,
    problems,
    real_legs,
    stops_of,
)


def relocate_all(problem, among=None, skip_min=0.0):
    n_couriers, n_legs = len(problem.routes.length), len(problem.routes.courier_of)
    stamp, tried = np.ones(n_couriers, dtype=np.int64), np.zeros(n_legs, dtype=np.int64)
    among = everybody(problem) if among is None else among
    legs = np.arange(problem.n_open)
    return relocate(problem.world, problem.routes, legs, among, stamp, tried, 1, skip_min)[0]


def test_the_gain_is_what_the_routes_cost_less():
    gains = 0
    for problem in problems(500):
        before, kept = total_min(problem, real_legs(problem)), committed_of(problem)
        gain = relocate_all(problem)
        check_consistent(problem)
        assert committed_of(problem) == kept
        assert before - total_min(problem, real_legs(problem)) == pytest.approx(gain, abs=1e-6)
        assert gain >= 0
        gains += gain > 0
    assert gains > 100


def test_after_enough_passes_there_is_nothing_left_to_gain():
    for problem in problems(60, first=500):
        while relocate_all(problem) > 0:
            check_consistent(problem)
        assert relocate_all(problem) == 0


def test_routes_not_among_them_are_left_alone():
    for problem in problems(100, first=700):
        among = everybody(problem)
        among[0] = False
        before = stops_of(problem, 0)
        relocate_all(problem, among)
        assert stops_of(problem, 0) == before
        check_consistent(problem)


def test_a_leg_that_is_nearly_where_it_must_be_stays():
    here, there = make_courier("here", position=at(950)), make_courier("there", position=at(1_000))
    problem = problem_of([here, there], [make_leg()])
    assert give(problem, 0, 0, 0, 0)
    assert relocate_all(problem, skip_min=0.5) == 0
    assert relocate_all(problem) == pytest.approx(10 / 60, abs=1e-3)
    assert [stops_of(problem, c) for c in every_courier(problem)] == [[], [0, 1]]


def test_a_leg_tried_before_is_tried_again_only_when_a_route_that_matters_has_changed():
    problem = problem_of([make_courier("far", position=at(-5_000)), make_courier("near")], [make_leg()])
    assert give(problem, 0, 0, 0, 0)
    stamp, tried = np.ones(2, dtype=np.int64), np.full(1, 5)
    args = (problem.world, problem.routes, np.array([0]), everybody(problem), stamp, tried)
    assert relocate(*args, 6, 0.0)[0] == 0
    stamp[1] = 7
    assert relocate(*args, 7, 0.0)[0] > 0
