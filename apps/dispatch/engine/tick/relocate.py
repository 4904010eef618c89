"""Relocation: one leg after the other is taken out and put where it costs least, with its own courier or another."""

import numpy as np

from apps.dispatch.engine.compiled import kernel, lean_kernel
from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.tick.insertion import best_place
from apps.dispatch.engine.tick.state import NOBODY, Routes, World, cost_now, put_in, take_out

LEAST_GAIN_MIN = 1e-6
ALWAYS = -1  # before any stamp
FRESH_CANDIDATES = 30  # a leg is tried again only when one of so many candidates, or a neighbour's courier, has changed


@lean_kernel
def is_fresh(world: World, routes: Routes, leg: int, among: Mask, stamp: Ints, tried_at: int) -> bool:
    """Whether a route of `among` that matters to the leg has changed since it was last tried."""
    c = routes.courier_of[leg]
    if c != NOBODY and stamp[c] > tried_at:
        return True
    for rank in range(min(FRESH_CANDIDATES, world.candidates.shape[1])):
        other = world.candidates[leg, rank]
        if among[other] and stamp[other] > tried_at:
            return True
    for near in world.neighbours[leg]:
        other = routes.courier_of[near]
        if other != NOBODY and among[other] and stamp[other] > tried_at:
            return True
    return False


@lean_kernel
def cheapest(
    world: World,
    routes: Routes,
    leg: int,
    below: float,
    among: Mask,
    seen: Ints,
    mark: int,
    homes: Ints,
    stamp: Ints,
    since: int,
) -> tuple[float, int, int, int]:
    """The cheapest courier and place for a leg that nobody has: what it adds, courier, positions; NOBODY if not
    `below`.

    Looked at are the couriers of `homes`, those who have its neighbours, and the candidates as far as their bounds ask;
    of them only the ones of `among` whose route has changed after `since`, by `stamp` (C,). `seen` (C,) keeps from
    looking twice: whoever has `mark` there was looked at.
    """
    best, who, at_i, at_j = below, NOBODY, -1, -1
    near, n_near = world.neighbours[leg], world.neighbours.shape[1]
    for k in range(-len(homes), n_near + world.candidates.shape[1]):
        if k < 0:
            c = homes[k + len(homes)]
        elif k < n_near:
            c = routes.courier_of[near[k]]
        else:
            if world.bound[leg, k - n_near] >= best:
                break
            c = world.candidates[leg, k - n_near]
        if c == NOBODY or not among[c] or seen[c] == mark or stamp[c] <= since:
            continue
        seen[c] = mark
        extra = world.extra[leg, c]
        if extra == np.inf:
            continue
        added, i, j = best_place(world, routes, c, leg, best - extra)
        if i >= 0:
            best, who, at_i, at_j = added + extra, c, i, j
    return best, who, at_i, at_j


@kernel
def relocate(
    world: World, routes: Routes, legs: Ints, among: Mask, stamp: Ints, tried: Ints, clock: int, skip_min: float
) -> tuple[float, int]:
    """One pass over the legs, which may be with nobody; returns the minutes gained and the clock.

    A leg that costs at most `skip_min` more than with nobody it could is left where it is. `stamp` (C,) and `tried`
    (L,) say when a route last changed and when a leg was last tried, by a clock that counts both.
    """
    seen, old = np.full(len(routes.length), -1), np.empty(routes.seq.shape[1], routes.seq.dtype)
    home = np.empty(1, np.int64)
    gain = 0.0
    for leg in legs:
        c = routes.courier_of[leg]
        if (c != NOBODY and not among[c]) or not is_fresh(world, routes, leg, among, stamp, tried[leg]):
            continue
        clock += 1
        # what was no better for the leg is no better now, unless one of both routes has changed
        since = ALWAYS if c != NOBODY and stamp[c] > tried[leg] else tried[leg]
        tried[leg], home[0] = clock, c
        saves, before, n = world.left_out[leg], 0.0, 0
        if c != NOBODY:
            before, n = routes.cost[c], routes.length[c]
            old[:n] = routes.seq[c, :n]
            take_out(routes, c, leg)
            routes.cost[c] = cost_now(world, routes, c)
            saves = before - routes.cost[c] + world.extra[leg, c]
        added, who, i, j = saves, NOBODY, -1, -1
        if saves > world.bound[leg, 0] + skip_min:
            added, who, i, j = cheapest(
                world, routes, leg, saves - LEAST_GAIN_MIN, among, seen, leg, home, stamp, since
            )
        if who != NOBODY:
            put_in(routes, who, leg, i, j)
            routes.cost[who] = cost_now(world, routes, who)
            gain += saves - added
            clock += 1
            stamp[who] = clock
            if c != NOBODY:
                stamp[c] = clock
            tried[leg] = clock  # it is where it costs least
        elif c != NOBODY:
            routes.seq[c, :n] = old[:n]
            routes.length[c], routes.cost[c], routes.courier_of[leg] = n, before, c
            routes.is_known[c] = False
    return gain, clock
