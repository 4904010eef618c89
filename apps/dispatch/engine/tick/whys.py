"""Why a courier: what the legs cost with him, and what they would have cost with others in the same plan."""

import numpy as np

from apps.dispatch.engine.compiled import kernel
from apps.dispatch.engine.plan import Alternative, Why
from apps.dispatch.engine.tables import Ints
from apps.dispatch.engine.tick.build import TickProblem
from apps.dispatch.engine.tick.insertion import best_place, make_room
from apps.dispatch.engine.tick.state import Routes, World, cost_now, put_in, take_out
from apps.dispatch.engine.travel import Floats

ALTERNATIVES = 3


@kernel
def added_by(world: World, routes: Routes, legs: Ints, c: int) -> float:
    """What these legs, which nobody has, add to the route of courier c, put in one by one; the route stays as it
    was."""
    n, before, total = routes.length[c], routes.cost[c], 0.0
    old, room = routes.seq[c].copy(), make_room(routes.seq.shape[1])
    for leg in legs:
        extra = world.extra[leg, c]
        if extra < np.inf:
            added, i, j = best_place(
                world.stops, world.couriers, world.rides, world.picked, routes.seq, routes.length, c, leg, np.inf, room
            )
        if extra == np.inf or i < 0:
            total = np.inf
            break
        total += added + extra
        put_in(routes, c, leg, i, j)
        routes.cost[c] = cost_now(world, routes, c)
    for leg in legs:
        routes.courier_of[leg] = -1
    routes.seq[c] = old
    routes.length[c], routes.cost[c] = n, before
    return total


@kernel
def price_of_each(world: World, routes: Routes, legs: Ints, most: int) -> Floats:
    """What the legs, all with one courier, would add to the route of each other one, (K,) in the order of candidates.

    Stops once `most` are known that no other can undercut.
    """
    home = routes.courier_of[legs[0]]
    old, n, before = routes.seq[home].copy(), routes.length[home], routes.cost[home]
    for leg in legs:
        take_out(routes, home, leg)
    routes.cost[home] = cost_now(world, routes, home)
    n_candidates = world.candidates.shape[1]
    prices, best = np.full(n_candidates, np.inf), np.full(most, np.inf)
    for rank in range(n_candidates):
        if world.bound[legs[0], rank] >= best[most - 1]:
            break
        c = world.candidates[legs[0], rank]
        if c != home:
            prices[rank] = added_by(world, routes, legs, c)
            if prices[rank] < best[most - 1]:
                best[most - 1] = prices[rank]
                best = np.sort(best)
    routes.seq[home] = old
    routes.length[home], routes.cost[home] = n, before
    for leg in legs:
        routes.courier_of[leg] = home
    return prices


def why(problem: TickProblem, legs: Ints) -> Why:
    """Why the courier who has these legs has them."""
    world, routes = problem.world, problem.routes
    home = int(routes.courier_of[legs[0]])
    prices = price_of_each(world, routes, legs, ALTERNATIVES)
    order = np.argsort(prices, kind="stable")[:ALTERNATIVES]
    states, who = problem.market.couriers.states, world.candidates[legs[0]]
    others = [Alternative(states[who[rank]].id, float(prices[rank])) for rank in order if np.isfinite(prices[rank])]
    return Why(cost_min=_saved_without(problem, legs, home), others=tuple(others))


def _saved_without(problem: TickProblem, legs: Ints, home: int) -> float:
    """What the courier's route costs less without these legs."""
    world, routes = problem.world, problem.routes
    old, n, before = routes.seq[home].copy(), int(routes.length[home]), float(routes.cost[home])
    for leg in legs:
        take_out(routes, home, leg)
    saved = before - cost_now(world, routes, home) + float(world.extra[legs, home].sum())
    routes.seq[home], routes.length[home] = old, n
    routes.courier_of[legs] = home
    return saved
