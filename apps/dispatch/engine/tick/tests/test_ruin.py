"""Ruin and recreate: chance is dice of its own, and nothing is lost by it."""

import numpy as np
import pytest

from apps.dispatch.engine.tick.ruin import ruin_and_recreate, uniform
from apps.dispatch.engine.tick.search import total_min
from apps.dispatch.engine.tick.tests.factories import (
    check_consistent,
    committed_of,
    everybody,
    free_copy,
    problems,
    real_legs,
    stops_of,
)


def ruin(problem, seed=7, rounds=60, heat_min=0.5, among=None):
    dice, pool = np.array([seed], dtype=np.int64), np.arange(problem.n_open)
    among = everybody(problem) if among is None else among
    return ruin_and_recreate(problem.world, problem.routes, pool, among, rounds, 4, heat_min, dice)


def several(count, first=0):
    return (problem for problem in problems(count, first) if problem.n_open > 1)


@pytest.mark.parametrize("heat_min", [0.0, 0.5, 20.0])
def test_the_gain_is_what_the_routes_cost_less_and_legs_are_neither_lost_nor_doubled(heat_min):
    for problem in several(120, first=int(10 * heat_min)):
        before, kept = total_min(problem, real_legs(problem)), committed_of(problem)
        gain = ruin(problem, heat_min=heat_min)
        check_consistent(problem)
        assert committed_of(problem) == kept
        assert before - total_min(problem, real_legs(problem)) == pytest.approx(gain, abs=1e-6)
        assert gain >= 0 or heat_min > 0


def test_the_same_dice_give_the_same_routes():
    for problem in several(60, first=300):
        again = free_copy(problem)
        assert ruin(problem) == ruin(again)
        for one, other in zip(problem.routes, again.routes, strict=True):
            assert (one == other).all()


def test_other_dice_may_give_other_routes():
    differ = 0
    for problem in several(60, first=300):
        other = free_copy(problem)
        differ += ruin(problem, rounds=5, heat_min=20.0) != ruin(other, seed=8, rounds=5, heat_min=20.0)
    assert differ > 0


def test_routes_not_among_them_are_left_alone():
    for problem in several(60, first=400):
        among = everybody(problem)
        among[0] = False
        before = stops_of(problem, 0)
        ruin(problem, among=among)
        assert stops_of(problem, 0) == before
        check_consistent(problem)


def test_the_dice_are_even():
    dice = np.array([20_181_105], dtype=np.int64)
    thrown = np.array([uniform(dice) for _ in range(4_000)])
    assert thrown.min() >= 0
    assert thrown.max() < 1
    counts = np.histogram(thrown, bins=10, range=(0, 1))[0]
    assert counts.min() > 320
    assert counts.max() < 480
