"""Dealing out whole trips anew."""

from itertools import permutations

import numpy as np
import pytest

from apps.dispatch.engine.snapshot import CommittedStop
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.tests.factories import at, make_courier, make_leg
from apps.dispatch.engine.tick.levels import deal_out, nth_trip
from apps.dispatch.engine.tick.search import total_min
from apps.dispatch.engine.tick.tests.factories import (
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


@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_gain_is_what_the_routes_cost_less_and_nothing_is_lost(level):
    gains = 0
    for problem in problems(400, first=1_000 * level):
        before, kept = total_min(problem, real_legs(problem)), committed_of(problem)
        planned = np.flatnonzero(problem.routes.courier_of >= 0).tolist()
        gain = deal_out(problem.world, problem.routes, level, everyone(problem))
        check_consistent(problem)
        assert committed_of(problem) == kept
        assert np.flatnonzero(problem.routes.courier_of >= 0).tolist() == planned
        assert before - total_min(problem, real_legs(problem)) == pytest.approx(gain, abs=1e-6)
        assert gain >= 0
        gains += gain > 0
    assert gains > (10 if level < 2 else 0)


def test_first_trips_are_dealt_out_as_well_as_by_trying_every_way():
    chance = np.random.default_rng(5)
    for _ in range(20):
        spots = chance.uniform(-3_000, 3_000, (9, 2))
        couriers = [make_courier(f"c{n}", position=at(*spots[n])) for n in range(3)]
        legs = [make_leg(f"l{n}", pickup=at(*spots[3 + n]), dropoff=at(*spots[6 + n])) for n in range(3)]
        problem = problem_of(couriers, legs)
        for n in range(3):
            assert give(problem, n, n, 0, 0)
        deal_out(problem.world, problem.routes, 0, everyone(problem))
        costs = [[cost_of(problem, c, [2 * leg, 2 * leg + 1]) for c in range(3)] for leg in range(3)]
        by_trial = min(sum(costs[leg][c] for leg, c in enumerate(order)) for order in permutations(range(3)))
        assert problem.routes.cost.sum() == pytest.approx(by_trial, abs=1e-3)


def test_a_trip_ends_where_nothing_is_on_board_and_has_no_committed_stop():
    has = make_leg("has", pickup=at(500))
    stops = tuple(CommittedStop(kind, has) for kind in StopKind)
    problem = problem_of([make_courier(stops=stops)], [make_leg("a"), make_leg("b"), make_leg("c")])
    for leg, i, j in ((0, 2, 2), (1, 3, 4), (2, 6, 6)):
        assert give(problem, leg, 0, i, j)
    assert stops_of(problem, 0) == [6, 7, 0, 2, 1, 3, 4, 5]
    assert nth_trip(problem.world, problem.routes, 0, 0) == (2, 6)
    assert nth_trip(problem.world, problem.routes, 0, 1) == (6, 8)
    assert nth_trip(problem.world, problem.routes, 0, 2) == (0, 0)


def test_a_trip_stays_where_its_route_would_break_a_limit_without_it():
    first = make_leg("first", dropoff=at(1_000, 2_000))
    waits = make_leg("waits", drop_from=3_000.0, max_on_board_s=2_350.0)
    problem = problem_of([make_courier(), make_courier("cy", position=at(500))], [first, waits])
    assert give(problem, 1, 0, 0, 0) is False, "picked up at once it would be on board for too long"
    problem.routes.seq[0, :4], problem.routes.length[0] = [0, 1, 2, 3], 4
    problem.routes.cost[0] = cost_of(problem, 0, [0, 1, 2, 3])
    problem.routes.courier_of[:] = 0
    check_consistent(problem)
    assert deal_out(problem.world, problem.routes, 0, everyone(problem)) == 0
    assert stops_of(problem, 0) == [0, 1, 2, 3]
    check_consistent(problem)
