"""Why a courier: what the legs cost with him, and what they would have cost with others in the same plan."""

import numpy as np

from apps.dispatch.engine.compiled import kernel, lean_kernel
from apps.dispatch.engine.plan import ALTERNATIVES, Alternative, Why
from apps.dispatch.engine.tables import Ints
from apps.dispatch.engine.tick.build import TickProblem
from apps.dispatch.engine.tick.insertion import best_place
from apps.dispatch.engine.tick.rows import Stops32
from apps.dispatch.engine.tick.state import NOBODY, Routes, World, cost_now, put_in, take_out
from apps.dispatch.engine.travel import Floats


@lean_kernel
def added_by(world: World, routes: Routes, legs: Ints, c: int, below: float, old: Stops32) -> float:
    """What these legs, which nobody has, add to the route of courier c, put in one by one; infinite if not `below`.

    The route stays as it was.
    """
    n, before, total, tried = routes.length[c], routes.cost[c], 0.0, 0
    for k in range(n):
        old[k] = routes.seq[c, k]
    while tried < len(legs) and total < below:
        leg = legs[tried]
        extra, i, j, added = world.extra[leg, c], -1, -1, np.inf
        if extra < np.inf:
            added, i, j = best_place(world, routes, c, leg, below - total - extra)
        if i < 0:
            total = np.inf
        else:
            total += added + extra
            put_in(routes, c, leg, i, j)
            routes.cost[c] = cost_now(world, routes, c)
        tried += 1
    for leg in legs:
        routes.courier_of[leg] = NOBODY
    for k in range(n):
        routes.seq[c, k] = old[k]
    routes.length[c], routes.cost[c], routes.is_known[c] = n, before, False
    return total


@kernel
def cheapest_others(world: World, routes: Routes, legs: Ints, most: int) -> tuple[float, Ints, Floats]:
    """What the legs, all with one courier, cost there; and the others who could have them for least, (most,) with
    prices.

    Fewer than `most`: the rest are NOBODY at an infinite price.
    """
    home = routes.courier_of[legs[0]]
    old, n, before = routes.seq[home].copy(), routes.length[home], routes.cost[home]
    who, prices, kept = np.full(most, NOBODY), np.full(most, np.inf), np.empty(routes.seq.shape[1], np.int32)
    cost = before
    for leg in legs:
        take_out(routes, home, leg)
        cost += world.extra[leg, home]
    routes.cost[home] = cost_now(world, routes, home)
    cost -= routes.cost[home]
    for rank in range(world.candidates.shape[1]):
        if world.bound[legs[0], rank] >= prices[most - 1]:
            break
        c = world.candidates[legs[0], rank]
        if c == home:
            continue
        price = added_by(world, routes, legs, c, prices[most - 1], kept)
        k = most - 1
        if price < prices[k]:
            while k > 0 and prices[k - 1] > price:
                prices[k], who[k] = prices[k - 1], who[k - 1]
                k -= 1
            prices[k], who[k] = price, c
    routes.seq[home] = old
    routes.length[home], routes.cost[home], routes.is_known[home] = n, before, False
    for leg in legs:
        routes.courier_of[leg] = home
    return cost, who, prices


def why(problem: TickProblem, legs: Ints) -> Why:
    """Why the courier who has these legs has them."""
    states = problem.market.couriers.states
    cost, who, prices = cheapest_others(problem.world, problem.routes, legs, ALTERNATIVES)
    if cost == -np.inf:  # without them a leg is picked up sooner, whose drop-off must wait: on board for too long
        lifted = problem.world.stops.copy()
        lifted["longest"] = np.inf
        cost, _, _ = cheapest_others(problem.world._replace(stops=lifted), problem.routes, legs, ALTERNATIVES)
    others = zip(who.tolist(), prices.tolist(), strict=True)
    return Why(cost_min=cost, others=tuple(Alternative(states[c].id, price) for c, price in others if c != NOBODY))
