"""What is committed is made feasible, by no more than needed."""

import math

import numpy as np
import pytest

from apps.dispatch.engine import CommittedStop, StopKind
from apps.dispatch.engine.tests.factories import at, make_courier, make_leg
from apps.dispatch.engine.tick.tests.factories import (
    a_problem,
    check_consistent,
    cost_of,
    every_courier,
    give,
    problem_of,
    stops_of,
    with_leg,
)

SLACK_S = 1e-3


def on_board(leg, since=None):
    return CommittedStop(StopKind.DROPOFF, leg, since)


def both_stops(leg):
    return (CommittedStop(StopKind.PICKUP, leg), CommittedStop(StopKind.DROPOFF, leg))


def closes(problem):
    """By stop of the first courier."""
    return problem.world.stops["closes"][stops_of(problem, 0)].tolist()


def test_every_committed_route_is_possible_whatever_it_breaks():
    for seed in range(500):
        problem = a_problem(seed)
        if problem is not None:
            check_consistent(problem)


def test_a_stop_that_is_late_anyway_may_be_as_late_as_it_is_and_no_later():
    has = make_leg("has", drop_by=100.0)  # on board; he is there after 2,000 m and half of the service, at 460
    problem = problem_of([make_courier(stops=(on_board(has),))], [make_leg(pickup=at(100), dropoff=at(200))])
    assert closes(problem) == pytest.approx([460], abs=0.1)
    assert not give(problem, 0, 0, 0, 0)
    assert give(problem, 0, 0, 1, 1)


def test_a_stop_in_time_keeps_its_own_end():
    has = make_leg("has", drop_by=700.0)
    problem = problem_of([make_courier(stops=(on_board(has),))], [make_leg()])
    assert closes(problem) == [700.0]


def test_a_promise_once_made_is_an_end():
    has = make_leg("has", promised_at=600.0)
    problem = problem_of([make_courier(stops=(on_board(has),))], [make_leg(promised_at=10.0)])
    assert closes(problem) == [600.0]
    assert problem.world.stops["closes"][1] == np.inf, "of an open leg it is none"


def test_a_committed_pickup_may_be_after_the_shift_if_it_is_anyway():
    problem = problem_of([make_courier(shift_ends_at=100.0, stops=both_stops(make_leg("has")))], [make_leg()])
    assert closes(problem) == pytest.approx([260, math.inf], abs=0.1)


def test_time_on_board_counts_from_the_real_pickup():
    has = make_leg("has", max_on_board_s=1_000.0)
    problem = problem_of([make_courier(stops=(on_board(has, since=-900.0),))], [make_leg()])
    assert problem.world.stops["longest"][3] == pytest.approx(900 + 460, abs=0.1)
    assert not give(problem, 0, 0, 0, 0)


def test_what_overloads_is_carried_on_and_leaves_no_room_while_it_does():
    heavy, light = make_leg("heavy", weight_g=12_000), make_leg("light", weight_g=8_000)
    stops = (both_stops(heavy)[0], both_stops(light)[0], both_stops(heavy)[1], both_stops(light)[1])
    problem = problem_of([make_courier(stops=stops)], [make_leg("new", weight_g=3_000)])
    allowed = [
        (i, j)
        for i in range(5)
        for j in range(i, 5)
        if np.isfinite(cost_of(problem, 0, with_leg([2, 4, 3, 5], 0, i, j)))
    ]
    assert allowed == [(0, 0), (4, 4)]


def test_an_overload_is_no_room_for_two_that_fit_alone():
    heavy = make_leg("heavy", parcels=6)
    legs = [make_leg(name, parcels=3) for name in "ab"]
    problem = problem_of([make_courier(stops=both_stops(heavy))], legs)
    assert give(problem, 0, 0, 2, 2)
    order = stops_of(problem, 0)
    assert not np.isfinite(cost_of(problem, 0, with_leg(order, 1, 3, 3)))
    assert np.isfinite(cost_of(problem, 0, with_leg(order, 1, 4, 4)))


def test_who_carries_from_several_places_already_is_let_off_having_one_place_on_board():
    stops = (on_board(make_leg("has")), *both_stops(make_leg("other", pickup=at(500))))
    mixing = (stops[1], stops[0], stops[2])
    for held, is_bound in ((stops, 1), (mixing, 0)):
        problem = problem_of([make_courier(stops=held)], [make_leg()], one_place_on_board=True)
        assert problem.world.couriers[0]["one_place"] == is_bound


def test_relaxed_ends_are_never_earlier_than_the_leg_says():
    for seed in range(500, 700):
        problem = a_problem(seed)
        if problem is None:
            continue
        for c in every_courier(problem):
            for stop in stops_of(problem, c):
                leg = problem.legs[stop >> 1]
                ends = (leg.drop_by, leg.promised_at) if stop & 1 else (leg.pickup_by,)
                state = problem.market.couriers.states[c]
                ends += (state.drop_by,) if stop & 1 else (state.shift_ends_at,)
                end = min((e for e in ends if e is not None), default=math.inf) - problem.market.now
                assert problem.world.stops[stop]["closes"] >= end - SLACK_S
