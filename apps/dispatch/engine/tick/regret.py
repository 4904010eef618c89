"""Regret insertion: the leg that loses most by not getting its best courier goes first.

After Potvin and Rousseau (1993). A leg's costs with its couriers are worked out only as far as the bounds ask, and kept
until the route of that courier changes.
"""

import numpy as np

from apps.dispatch.engine.compiled import kernel, lean_kernel
from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.tick.insertion import best_place
from apps.dispatch.engine.tick.state import NOBODY, Routes, World, cost_now, put_in
from apps.dispatch.engine.travel import Floats

UNKNOWN = -np.inf
OWN_SHARE = 1.05  # how much a leg's own cost counts against its regret: cheap legs first among equals
LOOKED_AT = 10  # candidates, in the order of the bound, whose change makes a leg look again


@lean_kernel
def two_best(world: World, routes: Routes, leg: int, among: Mask, known: Floats) -> tuple[float, int, float, int]:
    """The cheapest candidate of a leg and the next: cost, rank, cost, rank; leaving it out stands in for a missing
    one."""
    first, first_rank, second, second_rank = world.left_out[leg], NOBODY, world.left_out[leg], NOBODY
    for rank in range(world.candidates.shape[1]):
        if world.bound[leg, rank] >= second:
            break
        c = world.candidates[leg, rank]
        if not among[c]:
            continue
        if known[leg, rank] == UNKNOWN:
            added, i, _ = best_place(world, routes, c, leg, np.inf)
            known[leg, rank] = added + world.extra[leg, c] if i >= 0 else np.inf
        cost = known[leg, rank]
        if cost < first:
            second, second_rank = first, first_rank
            first, first_rank = cost, rank
        elif cost < second:
            second, second_rank = cost, rank
    return first, first_rank, second, second_rank


@lean_kernel
def most_regretted(legs: Ints, best: Floats, ranks: Ints) -> int:
    """Where in `legs` the one is that goes next; -1 when all had better be left out."""
    most, at = -np.inf, -1
    for u in range(len(legs)):
        leg = legs[u]
        regret = best[leg, 1] - OWN_SHARE * best[leg, 0]
        if ranks[leg, 0] != NOBODY and regret > most:
            most, at = regret, u
    return at


@kernel
def insert_by_regret(world: World, routes: Routes, legs: Ints, among: Mask) -> int:
    """Give every leg of `legs` that nobody has to a courier of `among`, unless leaving it out is cheaper.

    Returns how many are left.
    """
    n_candidates, n_couriers = world.candidates.shape[1], len(routes.length)
    known = np.full((len(world.left_out), n_candidates), UNKNOWN)
    rank_of = np.full((len(world.left_out), n_couriers), -1, np.int32)
    best = np.empty((len(world.left_out), 2))
    ranks = np.full((len(world.left_out), 2), NOBODY)
    todo = np.empty(len(legs), np.int64)
    left = 0
    for leg in legs:
        if routes.courier_of[leg] != NOBODY:
            continue
        todo[left] = leg
        left += 1
        for rank in range(n_candidates):
            rank_of[leg, world.candidates[leg, rank]] = rank
        best[leg, 0], ranks[leg, 0], best[leg, 1], ranks[leg, 1] = two_best(world, routes, leg, among, known)
    while left > 0:
        at = most_regretted(todo[:left], best, ranks)
        if at < 0:
            break
        leg = todo[at]
        left -= 1
        todo[at] = todo[left]
        c = world.candidates[leg, ranks[leg, 0]]
        _, i, j = best_place(world, routes, c, leg, np.inf)
        put_in(routes, c, leg, i, j)
        routes.cost[c] = cost_now(world, routes, c)
        for u in range(left):
            other = todo[u]
            rank = rank_of[other, c]
            if rank < 0:
                continue
            known[other, rank] = UNKNOWN
            if rank == ranks[other, 0] or rank == ranks[other, 1] or rank < LOOKED_AT:
                found = two_best(world, routes, other, among, known)
                best[other, 0], ranks[other, 0], best[other, 1], ranks[other, 1] = found
    return left
