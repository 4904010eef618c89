"""Why a courier: what the legs cost with him, and what they would have cost with others in the same plan."""

from collections.abc import Sequence

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
        tried += 1
        total = total + added + extra if i >= 0 else np.inf
        if i >= 0 and tried < len(legs):
            put_in(routes, c, leg, i, j)
            routes.courier_of[leg] = NOBODY
            routes.cost[c] = cost_now(world, routes, c)
    if routes.length[c] > n:
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


@kernel
def all_cheapest_others(world: World, routes: Routes, legs: Ints, ends: Ints, most: int) -> tuple[Floats, Ints, Floats]:
    """`cheapest_others` of several groups of legs, (n,), (n, most) and (n, most); group g ends before `ends[g]`."""
    costs, who, prices = np.empty(len(ends)), np.empty((len(ends), most), np.int64), np.empty((len(ends), most))
    begins = 0
    for g in range(len(ends)):
        costs[g], who[g], prices[g] = cheapest_others(world, routes, legs[begins : ends[g]], most)
        begins = ends[g]
    return costs, who, prices


def whys(problem: TickProblem, groups: Sequence[Sequence[int]]) -> list[Why]:
    """Why the courier who has the legs of a group has them, for each group."""
    if not groups:
        return []
    legs, ends = np.array([leg for group in groups for leg in group]), np.cumsum([len(group) for group in groups])
    costs, who, prices = all_cheapest_others(problem.world, problem.routes, legs, ends, ALTERNATIVES)
    if np.isneginf(costs).any():  # without them a leg is picked up sooner, whose drop-off must wait: on board too long
        lifted = problem.world.stops.copy()
        lifted["longest"] = np.inf
        world = problem.world._replace(stops=lifted)
        for g in np.flatnonzero(np.isneginf(costs)).tolist():
            costs[g], _, _ = cheapest_others(world, problem.routes, np.array(groups[g]), ALTERNATIVES)
    ids = [state.id for state in problem.market.couriers.states]
    return [
        Why(cost, tuple(Alternative(ids[c], price) for c, price in zip(cs, ps, strict=True) if c != NOBODY))
        for cost, cs, ps in zip(costs.tolist(), who.tolist(), prices.tolist(), strict=True)
    ]
