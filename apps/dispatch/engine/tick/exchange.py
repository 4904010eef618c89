"""The assignment neighbourhood of single legs: the n-th leg of every route is taken out, and all are dealt out anew,
optimally.

Any courier may get at most one of them, anywhere in what is left of his route.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment

from apps.dispatch.engine.compiled import kernel, lean_kernel
from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.tick.insertion import best_place
from apps.dispatch.engine.tick.levels import IMPOSSIBLE_MIN, LEAST_GAIN_MIN
from apps.dispatch.engine.tick.state import Routes, World, cost_now, put_in, routes_min, take_out
from apps.dispatch.engine.travel import Floats

DEARER_MIN = 10.0  # a leg is not priced with who would cost more than its courier does by so much


@lean_kernel
def nth_leg(world: World, routes: Routes, c: int, number: int) -> int:
    """The open leg of courier c that is dropped off n-th, or -1."""
    rank = 0
    for k in range(routes.length[c]):
        stop = routes.seq[c, k]
        if stop & 1 == 1 and world.stops[stop].is_fixed == 0:
            if rank == number:
                return int(stop >> 1)
            rank += 1
    return -1


@kernel
def take_legs(world: World, routes: Routes, among: Mask, number: int) -> tuple[Ints, Ints]:
    """Take the n-th leg out of every route; returns the legs and their couriers, both (T,)."""
    n_couriers, width = routes.seq.shape
    legs, homes, before = np.empty(n_couriers, np.int64), np.empty(n_couriers, np.int64), np.empty(width, np.int32)
    n = 0
    for c in range(n_couriers):
        leg = nth_leg(world, routes, c, number) if among[c] else -1
        if leg < 0:
            continue
        cost, length = routes.cost[c], routes.length[c]
        before[:] = routes.seq[c]
        take_out(routes, c, leg)
        routes.cost[c] = cost_now(world, routes, c)
        if routes.cost[c] == np.inf:  # picked up earlier, a leg whose drop-off must wait may be on board too long
            routes.seq[c] = before
            routes.length[c], routes.cost[c], routes.courier_of[leg] = length, cost, c
            continue
        legs[n], homes[n] = leg, c
        n += 1
    return legs[:n], homes[:n]


@kernel
def leg_costs(world: World, routes: Routes, legs: Ints, homes: Ints, among: Mask) -> Floats:
    """What each leg adds with each courier, (T, C)."""
    costs = np.full((len(legs), len(routes.length)), IMPOSSIBLE_MIN)
    for t in range(len(legs)):
        leg, home = legs[t], homes[t]
        costs[t, home] = best_place(world, routes, home, leg, np.inf)[0] + world.extra[leg, home]
        below = costs[t, home] + DEARER_MIN
        for rank in range(world.candidates.shape[1]):
            if world.bound[leg, rank] >= below:
                break
            c = world.candidates[leg, rank]
            if c != home and among[c]:
                added, i, _ = best_place(world, routes, c, leg, below - world.extra[leg, c])
                if i >= 0:
                    costs[t, c] = added + world.extra[leg, c]
    return costs


@kernel
def put_legs(world: World, routes: Routes, legs: Ints, to: Ints) -> None:
    """Give each leg to its courier, where it costs least."""
    for t in range(len(legs)):
        _, i, j = best_place(world, routes, to[t], legs[t], np.inf)
        put_in(routes, to[t], legs[t], i, j)
        routes.cost[to[t]] = cost_now(world, routes, to[t])


def deal_legs(world: World, routes: Routes, number: int, among: Mask) -> float:
    """Deal the n-th legs (0: the first) of the couriers of `among` out anew; returns the minutes gained."""
    before = routes_min(world, routes, among)
    legs, homes = take_legs(world, routes, among, number)
    if len(legs) == 0:
        return 0.0
    costs = leg_costs(world, routes, legs, homes, among)
    columns = np.flatnonzero(among)
    rows, chosen = linear_sum_assignment(costs[:, columns])
    to = columns[chosen]
    if costs[rows, homes].sum() - costs[rows, to].sum() <= LEAST_GAIN_MIN:
        to = homes
    put_legs(world, routes, legs, to.astype(np.int64))
    gain = before - routes_min(world, routes, among)
    return gain if gain > LEAST_GAIN_MIN else 0.0
