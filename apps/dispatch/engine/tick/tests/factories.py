"""Problems and routes for the operators' tests, and what must hold of routes between any two operators."""

import random
from dataclasses import replace

import numpy as np

from apps.dispatch.engine.market import Market
from apps.dispatch.engine.tests.factories import make_snapshot
from apps.dispatch.engine.tests.plan_checker import couriers_of
from apps.dispatch.engine.tests.random_snapshots import a_snapshot
from apps.dispatch.engine.tick.build import TickProblem, build
from apps.dispatch.engine.tick.state import NOBODY, Routes, cost_now
from apps.dispatch.engine.tick.walk import route_cost


def problem_of(couriers, legs, now=0.0, **settings) -> TickProblem:
    """The problem of these, with nothing new in any route."""
    snapshot = make_snapshot(couriers, legs, now, **settings)
    return build(Market.of(snapshot, snapshot.couriers, snapshot.legs))


def a_problem(seed, **settings) -> TickProblem | None:
    """One made up from a seed; None where there is nobody or nothing."""
    given = {"routes_candidates": 100, "max_couriers": 100, "max_legs": 100, "routes_max_legs": 5, **settings}
    snapshot = a_snapshot(seed, **given)
    couriers = couriers_of(snapshot)
    return build(Market.of(snapshot, couriers, snapshot.legs)) if couriers and snapshot.legs else None


def real_legs(problem) -> np.ndarray:
    """Rows of the open legs that are there, not only expected."""
    return np.arange(problem.n_real)


def everyone(problem) -> np.ndarray:
    """The couriers of all the city."""
    return np.ones(len(problem.routes.length), dtype=np.bool_)


def problems(count, first=0, **settings):
    """So many of them, with routes laid out at random."""
    for seed in range(first, first + count):
        problem = a_problem(seed, **settings)
        if problem is not None:
            lay_out(problem, random.Random(seed))
            yield problem


def lay_out(problem, dice):
    """Put most open legs somewhere, wherever that breaks no limit."""
    routes = problem.routes
    for leg in range(problem.n_open):
        for _ in range(6):
            c = dice.randrange(len(routes.length))
            n = int(routes.length[c])
            if dice.random() < 0.1 or not np.isfinite(problem.world.extra[leg, c]):
                continue
            i = dice.randint(min(int(problem.world.couriers[c]["first"]), n), n)
            if give(problem, leg, c, i, dice.randint(i, n)):
                break


def give(problem, leg, c, i, j):
    """Put a leg in, unless that breaks a limit; whether it is in."""
    order = with_leg(stops_of(problem, c), leg, i, j)
    cost = cost_of(problem, c, order)
    if not np.isfinite(cost):
        return False
    routes = problem.routes
    routes.seq[c, : len(order)], routes.length[c], routes.cost[c] = order, len(order), cost
    routes.courier_of[leg], routes.is_known[c] = c, False
    return True


def stops_of(problem, c):
    return problem.routes.seq[c, : problem.routes.length[c]].tolist()


def with_leg(stops, leg, i, j):
    """As `state.put_in` does it."""
    return [*stops[:i], 2 * leg, *stops[i:j], 2 * leg + 1, *stops[j:]]


def cost_of(problem, c, stops):
    """Minutes of a route of these stops with courier c; infinite when a limit is broken."""
    world = problem.world
    if len(stops) > min(world.couriers[c]["most_stops"], problem.routes.seq.shape[1]):
        return np.inf
    order = np.array([*stops, 0], dtype=np.int32)
    return route_cost(world.stops, world.couriers, world.rides, world.picked, c, order, len(stops))


def cheapest_by_trial(problem, c, leg):
    """What the leg adds to the route of courier c at the cheapest of all places; infinite where none is allowed."""
    stops, first = stops_of(problem, c), int(problem.world.couriers[c]["first"])
    base = cost_of(problem, c, stops)
    places = [(i, j) for i in range(first, len(stops) + 1) for j in range(i, len(stops) + 1)]
    return min((cost_of(problem, c, with_leg(stops, leg, i, j)) - base for i, j in places), default=np.inf)


def free_copy(problem):
    """The same problem with routes of its own."""
    return replace(problem, routes=Routes(*(column.copy() for column in problem.routes)))


def check_consistent(problem):
    """Every leg is where `courier_of` says, once, picked up first; every cost is that of its route, and finite."""
    routes, seen = problem.routes, np.full(len(problem.routes.courier_of), NOBODY)
    for c in range(len(routes.length)):
        stops = stops_of(problem, c)
        assert len(set(stops)) == len(stops)
        for k, stop in enumerate(stops):
            seen[stop >> 1] = c
            if stop >> 1 < problem.n_open:
                assert (stop ^ 1) in (stops[:k] if stop & 1 else stops[k:])
        cost = cost_now(problem.world, routes, c)
        assert np.isfinite(cost)
        assert abs(cost - routes.cost[c]) < 1e-6
    assert (seen == routes.courier_of).all()


def committed_of(problem):
    """What each courier is committed to, in its order."""
    return [[stop for stop in stops_of(problem, c) if stop >> 1 >= problem.n_open] for c in every_courier(problem)]


def every_courier(problem):
    return range(len(problem.routes.length))


def everybody(problem):
    """The mask of `among` that lets everybody take part."""
    return np.ones(len(problem.routes.length), dtype=np.bool_)
