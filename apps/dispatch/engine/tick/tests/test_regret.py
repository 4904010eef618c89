"""Regret insertion: who loses most goes first, and nothing is given away that is better left."""

import numpy as np

from apps.dispatch.engine.tests.factories import at, make_courier, make_leg
from apps.dispatch.engine.tick.regret import insert_by_regret
from apps.dispatch.engine.tick.state import NOBODY
from apps.dispatch.engine.tick.tests.factories import (
    a_problem,
    cheapest_by_trial,
    check_consistent,
    committed_of,
    every_courier,
    everyone,
    problem_of,
    stops_of,
)


def insert_all(problem):
    return insert_by_regret(problem.world, problem.routes, np.arange(problem.n_open), everyone(problem))


def test_routes_stay_valid_and_every_leg_is_counted():
    for seed in range(400):
        problem = a_problem(seed)
        if problem is None:
            continue
        before = committed_of(problem)
        left = insert_all(problem)
        check_consistent(problem)
        assert committed_of(problem) == before
        assert left == np.count_nonzero(problem.routes.courier_of[: problem.n_open] == NOBODY)


def test_a_leg_is_left_out_only_where_nobody_can_have_it_for_less():
    for seed in range(400, 700):
        problem = a_problem(seed)
        if problem is None or insert_all(problem) == 0:
            continue
        world = problem.world
        for leg in np.flatnonzero(problem.routes.courier_of[: problem.n_open] == NOBODY).tolist():
            for c in every_courier(problem):
                if np.isfinite(world.extra[leg, c]):
                    assert cheapest_by_trial(problem, c, leg) + world.extra[leg, c] >= world.left_out[leg] - 1e-6


def test_legs_that_somebody_has_stay_where_they_are():
    problem = problem_of([make_courier()], [make_leg("a"), make_leg("b")])
    insert_by_regret(problem.world, problem.routes, np.array([0]), everyone(problem))
    insert_by_regret(problem.world, problem.routes, np.array([0, 1]), everyone(problem))
    assert sorted(stops_of(problem, 0)) == [0, 1, 2, 3]


def test_the_leg_with_one_courier_goes_before_the_one_that_has_the_choice():
    near = make_courier("near", position=at(1_000))
    far = make_courier("far", position=at(-1_000), fleet_id="other")
    anyone, only_own = make_leg("anyone"), make_leg("only own", eligible_fleets=frozenset({"own"}))
    problem = problem_of([near, far], [anyone, only_own], routes_max_legs=1)
    insert_all(problem)
    assert problem.routes.courier_of.tolist() == [1, 0]
