"""Who a leg is tried with, and what its neighbours are, against sorting everything."""

import numpy as np

from apps.dispatch.engine.tests.factories import at, make_courier, make_leg
from apps.dispatch.engine.tick.candidates import cheapest_couriers, sort_first
from apps.dispatch.engine.tick.state import NOBODY
from apps.dispatch.engine.tick.tests.factories import a_problem, cheapest_by_trial, every_courier, problem_of


def test_the_first_are_those_of_a_stable_sort():
    dice = np.random.default_rng(1)
    for n in (1, 2, 7, 60, 500):
        for costs in (
            dice.normal(50, 30, n),
            dice.integers(0, 3, n) * 1.0,
            np.full(n, np.inf),
            np.r_[1e9, dice.random(n)],
        ):
            costs[dice.random(len(costs)) < 0.3] = np.inf
            for most in {1, len(costs) // 3 + 1, len(costs)}:
                order, buckets = np.empty(len(costs), np.int64), np.empty(len(costs), np.int64)
                sort_first(costs, most, order, buckets, np.empty(256, np.int64))
                assert (order[:most] == np.argsort(costs, kind="stable")[:most]).all()


def test_no_place_costs_less_than_the_bound():
    for seed in range(60):
        if (problem := a_problem(seed)) is None:
            continue
        who, bound = cheapest_couriers(problem.world, problem.n_open, len(problem.routes.length))
        for leg in range(problem.n_open):
            assert sorted(who[leg].tolist()) == list(every_courier(problem))
            for c, least in zip(who[leg].tolist(), bound[leg].tolist(), strict=True):
                assert problem.routes.courier_of[leg] == NOBODY
                extra = problem.world.extra[leg, c]
                assert not np.isfinite(extra) or least <= cheapest_by_trial(problem, c, leg) + extra + 1e-9


def test_neighbours_are_picked_up_nearest_to_the_pickup_and_then_to_the_drop_off():
    legs = [make_leg(f"{n}", pickup=at(100.0 * n * n), dropoff=at(100.0 * (n + 1) ** 2)) for n in range(6)]
    neighbours = problem_of([make_courier()], legs).world.neighbours
    assert neighbours[0].tolist() == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]
    assert neighbours[4].tolist() == [3, 5, 2, 1, 0, 5, 3, 2, 1, 0]


def test_legs_of_one_place_are_neighbours_and_never_their_own():
    legs = [make_leg(f"{n}", pickup_place="bistro") for n in range(30)]
    neighbours = problem_of([make_courier()], legs).world.neighbours
    assert neighbours.shape == (30, 20)
    assert not (neighbours == np.arange(30)[:, None]).any()


def test_a_leg_alone_has_no_neighbour():
    assert problem_of([make_courier()], [make_leg()]).world.neighbours.shape == (1, 0)
