"""Dealing out single legs anew."""

from itertools import permutations

import numpy as np
import pytest

from apps.dispatch.engine.snapshot import CommittedStop
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.tests.factories import at, make_courier, make_leg
from apps.dispatch.engine.tick.exchange import deal_legs, nth_leg
from apps.dispatch.engine.tick.search import total_min
from apps.dispatch.engine.tick.tests.factories import (
    cheapest_by_trial,
    check_consistent,
    committed_of,
    cost_of,
    everyone,
    give,
    problem_of,
    problems,
    real_legs,
    stops_of,
)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_gain_is_what_the_routes_cost_less_and_nothing_is_lost(number):
    gains = 0
    for problem in problems(300, first=1_000 * number):
        before, kept = total_min(problem, real_legs(problem)), committed_of(problem)
        planned = np.flatnonzero(problem.routes.courier_of >= 0).tolist()
        gain = deal_legs(problem.world, problem.routes, number, everyone(problem))
        check_consistent(problem)
        assert committed_of(problem) == kept
        assert np.flatnonzero(problem.routes.courier_of >= 0).tolist() == planned
        assert before - total_min(problem, real_legs(problem)) == pytest.approx(gain, abs=1e-3)
        assert gain >= 0
        gains += gain > 0
    assert gains > (10 if number < 2 else 0)


def test_first_legs_are_dealt_out_as_well_as_by_trying_every_way():
    chance = np.random.default_rng(5)
    for _ in range(20):
        spots = chance.uniform(-500, 500, (15, 2))
        couriers = [make_courier(f"c{n}", position=at(*spots[n])) for n in range(3)]
        legs = [make_leg(f"l{n}", pickup=at(*spots[3 + n]), dropoff=at(*spots[9 + n])) for n in range(6)]
        problem, alone = problem_of(couriers, legs), problem_of(couriers, legs)
        for n in range(3):
            assert give(problem, n, n, 0, 0)
            assert give(problem, 3 + n, n, 2, 2)
            assert give(alone, 3 + n, n, 0, 0)
        costs = [[cheapest_by_trial(alone, c, leg) for c in range(3)] for leg in range(3)]
        by_trial = min(sum(costs[leg][c] for leg, c in enumerate(order)) for order in permutations(range(3)))
        deal_legs(problem.world, problem.routes, 0, everyone(problem))
        assert problem.routes.cost.sum() <= alone.routes.cost.sum() + by_trial + 1e-3


def test_what_is_committed_is_not_dealt_out():
    has = make_leg("has", pickup=at(500))
    stops = tuple(CommittedStop(kind, has) for kind in StopKind)
    problem = problem_of([make_courier(stops=stops)], [make_leg("a"), make_leg("b")])
    assert give(problem, 0, 0, 2, 2)
    assert give(problem, 1, 0, 3, 4)
    assert [nth_leg(problem.world, problem.routes, 0, number) for number in range(3)] == [0, 1, -1]


def test_a_leg_stays_where_its_route_would_break_a_limit_without_it():
    first = make_leg("first", dropoff=at(1_000, 2_000))
    waits = make_leg("waits", drop_from=3_000.0, max_on_board_s=2_350.0)
    problem = problem_of([make_courier(), make_courier("cy", position=at(500))], [first, waits])
    problem.routes.seq[0, :4], problem.routes.length[0] = [0, 1, 2, 3], 4
    problem.routes.cost[0] = cost_of(problem, 0, [0, 1, 2, 3])
    problem.routes.courier_of[:] = 0
    assert deal_legs(problem.world, problem.routes, 0, everyone(problem)) == 0
    assert stops_of(problem, 0) == [0, 1, 2, 3]
    check_consistent(problem)
