"""Ruin and recreate: a leg and some of its neighbours are taken out, and put back one by one where they cost least.

After Schrimpf, Schneider, Stamm-Wilbrandt and Dueck (2000), with the acceptance of simulated annealing.
"""

import math
from typing import NamedTuple

import numpy as np

from apps.dispatch.engine.compiled import kernel, lean_kernel
from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.tick.relocate import ALWAYS, cheapest
from apps.dispatch.engine.tick.rows import Stops32
from apps.dispatch.engine.tick.state import NOBODY, Routes, World, cost_now, put_in, take_out
from apps.dispatch.engine.travel import Floats

ROUTES_SHARE = 0.5  # of the rounds take out whole routes
NEAREST_COURIERS = 8


class Kept(NamedTuple):
    """Routes as they were before a round; room for as many as a round can change."""

    seq: Stops32
    rows: Ints
    """(n, 2) courier and length."""
    cost: Floats


@lean_kernel
def uniform(dice: Ints) -> float:
    """The next number in [0, 1) of a generator of our own: the same everywhere (Marsaglia's xorshift, 2003)."""
    x = np.uint64(dice[0])
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    dice[0] = np.int64(x)
    return float(x >> np.uint64(11)) / 9007199254740992.0


@lean_kernel
def pick_near(world: World, mine: Mask, dice: Ints, legs: Ints, most: int) -> int:
    """Fill `legs`, whose first is given, with at most `most` of its neighbours that may be taken out; returns how
    many."""
    near = world.neighbours[legs[0]]
    n = 1
    for _ in range(3 * most):
        if n > most:
            break
        leg = near[int(uniform(dice) * len(near))]
        if not mine[leg]:
            continue
        is_new = True
        for u in range(n):
            is_new = is_new and legs[u] != leg
        if is_new:
            legs[n] = leg
            n += 1
    return n


@lean_kernel
def pick_routes(world: World, routes: Routes, among: Mask, dice: Ints, legs: Ints) -> int:
    """Fill `legs`, whose first is given, with all open legs of its courier and of two who could have it; returns how
    many.

    Fewer where there is no room for all.
    """
    home, n = routes.courier_of[legs[0]], 1
    nearest = min(NEAREST_COURIERS, world.candidates.shape[1])
    other = world.candidates[legs[0], int(uniform(dice) * nearest)]
    third = world.candidates[legs[0], int(uniform(dice) * nearest)]
    if other == home:
        other = NOBODY
    if third in (home, other):
        third = NOBODY
    for c in (home, other, third):
        if c == NOBODY or not among[c]:
            continue
        for k in range(routes.length[c]):
            leg = routes.seq[c, k] >> 1
            is_open_drop = routes.seq[c, k] & 1 == 1 and world.stops[routes.seq[c, k]].is_fixed == 0
            if is_open_drop and leg != legs[0] and n < len(legs):
                legs[n] = leg
                n += 1
    return n


@lean_kernel
def shuffle(legs: Ints, n: int, dice: Ints) -> None:
    """The first n in random order."""
    for u in range(n - 1, 0, -1):
        v = int(uniform(dice) * (u + 1))
        legs[u], legs[v] = legs[v], legs[u]


@lean_kernel
def remember(routes: Routes, c: int, n: int, kept: Kept) -> int:
    """Keep the route of courier c as it is in row n, unless it is kept already; returns how many are kept."""
    for u in range(n):
        if kept.rows[u, 0] == c:
            return n
    kept.rows[n, 0], kept.rows[n, 1], kept.cost[n] = c, routes.length[c], routes.cost[c]
    for k in range(routes.length[c]):
        kept.seq[n, k] = routes.seq[c, k]
    return n + 1


@lean_kernel
def restore(routes: Routes, n: int, kept: Kept) -> None:
    """Put the kept routes back; who has which leg is put right by the caller."""
    for u in range(n):
        c = kept.rows[u, 0]
        routes.length[c], routes.cost[c], routes.is_known[c] = kept.rows[u, 1], kept.cost[u], False
        for k in range(kept.rows[u, 1]):
            routes.seq[c, k] = kept.seq[u, k]


@kernel
def room_for(most: int, width: int) -> Kept:
    """Room for the routes of `most` + 1 legs before and after."""
    n = 2 * most + 2
    return Kept(np.empty((n, width), np.int32), np.empty((n, 2), np.int64), np.empty(n))


@lean_kernel
def ruin(world: World, routes: Routes, legs: Ints, home: Ints, kept: Kept) -> tuple[int, float]:
    """Take the legs out; returns how many routes that changed, and the minutes saved. `home` is told who had each
    leg."""
    n_kept, saved = 0, 0.0
    for u in range(len(legs)):
        leg = legs[u]
        c = home[u] = routes.courier_of[leg]
        if c == NOBODY:
            saved += world.left_out[leg]
        else:
            n_kept = remember(routes, c, n_kept, kept)
            take_out(routes, c, leg)
            saved += world.extra[leg, c]
    for u in range(n_kept):
        c = kept.rows[u, 0]
        routes.cost[c] = cost_now(world, routes, c)
        saved += kept.cost[u] - routes.cost[c]
    return n_kept, saved


@kernel
def ruin_and_recreate(
    world: World, routes: Routes, pool: Ints, among: Mask, rounds: int, most: int, heat_min: float, dice: Ints
) -> float:
    """So many rounds on legs of `pool`, at most `most` neighbours each; returns the minutes gained.

    A round that costs up to -heat x ln(u) minutes more is kept, u uniform in (0, 1).
    """
    width = routes.seq.shape[1]
    seen, unchanged, mark = np.full(len(routes.length), -1), np.zeros(len(routes.length), np.int64), 0
    mine = np.zeros(len(world.left_out), np.bool_)
    for leg in pool:
        mine[leg] = routes.courier_of[leg] == NOBODY or among[routes.courier_of[leg]]
    size = max(most, 3 * width // 2)
    legs, home, kept = np.empty(size + 1, np.int64), np.empty(size + 1, np.int64), room_for(size, width)
    gain = 0.0
    for _ in range(rounds):
        legs[0] = pool[int(uniform(dice) * len(pool))]
        if not mine[legs[0]]:
            continue
        if uniform(dice) < ROUTES_SHARE:
            n = pick_routes(world, routes, among, dice, legs)
        else:
            n = pick_near(world, mine, dice, legs, 1 + int(uniform(dice) * most))
        shuffle(legs, n, dice)
        n_kept, saved = ruin(world, routes, legs[:n], home, kept)
        allowed, spent = saved - heat_min * math.log(max(uniform(dice), 1e-300)), 0.0
        for u in range(n):
            leg = legs[u]
            mark += 1
            below = min(allowed - spent, world.left_out[leg])
            added, who, i, j = cheapest(world, routes, leg, below, among, seen, mark, home[:n], unchanged, ALWAYS)
            if who == NOBODY:
                spent += world.left_out[leg]
            else:
                n_kept = remember(routes, who, n_kept, kept)
                put_in(routes, who, leg, i, j)
                routes.cost[who] = cost_now(world, routes, who)
                spent += added
            if spent > allowed:
                break
        if spent > allowed:
            restore(routes, n_kept, kept)
            for u in range(n):
                routes.courier_of[legs[u]] = home[u]
        else:
            gain += saved - spent
    return gain
