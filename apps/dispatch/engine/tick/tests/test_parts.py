"""Halves share nothing, cover everything, and are worked on at once with the same outcome as ever."""

import random
from dataclasses import replace

import numpy as np
import pytest

from apps.dispatch.engine import plan
from apps.dispatch.engine.market import Market
from apps.dispatch.engine.tests.factories import BIKE, VAN, at, make_courier, make_leg, make_snapshot
from apps.dispatch.engine.tests.plan_checker import check_plan
from apps.dispatch.engine.tick.build import build
from apps.dispatch.engine.tick.parts import Changes, parts_of
from apps.dispatch.engine.tick.search import Budget, Effort, search, total_min
from apps.dispatch.engine.tick.tests.factories import real_legs


def a_big_city(**settings):
    dice = random.Random(7)
    somewhere = lambda: at(dice.randint(-4_000, 4_000), dice.randint(-4_000, 4_000))  # noqa: E731
    couriers = [make_courier(f"c{n}", position=somewhere(), vehicle=dice.choice([BIKE, VAN])) for n in range(220)]
    legs = [
        make_leg(f"l{n}", pickup=somewhere(), dropoff=somewhere(), ready_at=dice.randint(0, 1_200)) for n in range(300)
    ]
    return make_snapshot(couriers, legs, **settings)


def problem_of(snapshot):
    return build(Market.of(snapshot, snapshot.couriers, snapshot.legs))


@pytest.mark.parametrize("turn", range(4))
def test_halves_share_no_courier_and_no_leg_and_leave_none_over(turn):
    problem = problem_of(a_big_city(threads=2))
    search(problem, real_legs(problem), Effort(256), Budget(0.0))
    n_couriers = len(problem.routes.length)
    changes = Changes(np.ones(n_couriers, dtype=np.int64), np.zeros(len(problem.legs), dtype=np.int64))
    one, other = parts_of(problem, real_legs(problem), changes, turn)
    assert (one.among ^ other.among).all()
    assert sorted([*one.legs, *other.legs]) == list(range(problem.n_open))
    for part in (one, other):
        who = problem.routes.courier_of[part.legs]
        assert part.among[who[who >= 0]].all()
    assert one.dice[0] != other.dice[0]


def test_two_threads_give_the_same_valid_plan_every_time():
    snapshot = a_big_city(threads=2)
    first = plan(snapshot)
    check_plan(snapshot, first)
    for _ in range(3):
        assert plan(snapshot) == first


def test_two_threads_plan_about_as_well_as_one():
    costs = []
    for threads in (1, 2):
        snapshot = a_big_city(threads=threads)
        problem = problem_of(snapshot)
        search(problem, real_legs(problem), Effort(256), Budget(0.0))
        costs.append(total_min(problem, real_legs(problem)))
    assert costs[1] == pytest.approx(costs[0], rel=0.02)


def test_a_small_city_is_never_cut():
    snapshot = a_big_city(threads=2)
    small = replace(snapshot, couriers=snapshot.couriers[:50])
    alone = replace(small, settings=replace(small.settings, threads=1))
    assert plan(small) == plan(alone)
