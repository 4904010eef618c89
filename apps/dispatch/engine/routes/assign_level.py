"""The assignment neighbourhood: the n-th group of every route is taken out, and all are dealt out anew, optimally.

Any courier may get at most one of them, at any position of what is left of his route.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from apps.dispatch.engine.routes.compiled import kernel
from apps.dispatch.engine.routes.evaluate import evaluate, group_end
from apps.dispatch.engine.routes.relocate import store
from apps.dispatch.engine.routes.state import NOBODY, Routes, Scratch
from apps.dispatch.engine.routes.tables import RouteTables
from apps.dispatch.engine.tables import Ints
from apps.dispatch.engine.travel import Floats

IMPOSSIBLE_MIN = 1e7  # a pair that breaks a limit: more than any matching without such pairs costs
LEAST_GAIN_MIN = 1e-3


class Level(NamedTuple):
    """The groups taken out, G of them, and the routes without them."""

    courier: Ints
    """(G,) who had it."""
    start: Ints
    end: Ints
    """(G,) positions in his route."""
    group_of: Ints
    """(C,) row of the group taken from each courier, or NOBODY."""
    rest: Routes
    """The routes without them."""


@kernel
def nth_group(routes: Routes, courier: int, level: int) -> tuple[int, int]:
    """Positions where the group starts and ends, or (0, 0)."""
    n, start, rank = routes.length[courier], 0, 0
    while start < n:
        end = group_end(routes.joined[courier], start, n)
        if rank == level:
            return start, end
        start, rank = end, rank + 1
    return 0, 0


@kernel
def take_out(t: RouteTables, routes: Routes, level: Level, number: int, scratch: Scratch) -> int:
    """Fill a `Level` of empty arrays whose `rest` is a copy of the routes; returns the number of groups taken out."""
    groups = 0
    for courier in range(len(routes.length)):
        start, end = nth_group(routes, courier, number)
        level.group_of[courier] = NOBODY
        if end == 0:
            continue
        level.courier[groups], level.start[groups], level.end[groups] = courier, start, end
        level.group_of[courier] = groups
        groups += 1
        n = routes.length[courier]
        for i in range(end, n):
            level.rest.legs[courier, i - end + start] = routes.legs[courier, i]
            level.rest.joined[courier, i - end + start] = routes.joined[courier, i]
        n -= end - start
        level.rest.length[courier] = n
        rest = evaluate(t, courier, level.rest.legs[courier], level.rest.joined[courier], n, scratch.clock)
        level.rest.cost_min[courier] = rest
    return groups


@kernel
def splice(routes: Routes, level: Level, group: int, courier: int, position: int, scratch: Scratch) -> int:
    """Write into the scratch what is left of a courier's route with a group put in; returns its length."""
    home, start, size = level.courier[group], level.start[group], level.end[group] - level.start[group]
    n = level.rest.length[courier]
    for i in range(position):
        scratch.tried_legs[i] = level.rest.legs[courier, i]
        scratch.tried_joined[i] = level.rest.joined[courier, i]
    for i in range(size):
        scratch.tried_legs[position + i] = routes.legs[home, start + i]
        scratch.tried_joined[position + i] = i > 0
    for i in range(position, n):
        scratch.tried_legs[size + i] = level.rest.legs[courier, i]
        scratch.tried_joined[size + i] = level.rest.joined[courier, i]
    return int(n + size)


@kernel
def cheapest_place(
    t: RouteTables, routes: Routes, level: Level, group: int, courier: int, scratch: Scratch
) -> tuple[float, int]:
    """What a group adds to a courier's route at the best position, and that; IMPOSSIBLE_MIN and -1 without any."""
    best, best_position = IMPOSSIBLE_MIN, -1
    for position in range(level.rest.length[courier] + 1):
        if position < level.rest.length[courier] and level.rest.joined[courier, position]:
            continue
        n = splice(routes, level, group, courier, position, scratch)
        cost = evaluate(t, courier, scratch.tried_legs, scratch.tried_joined, n, scratch.clock)
        if cost - level.rest.cost_min[courier] < best:
            best, best_position = cost - level.rest.cost_min[courier], position
    return best, best_position


@kernel
def level_costs(
    t: RouteTables, routes: Routes, level: Level, most_legs: int, candidates: int, scratch: Scratch
) -> tuple[Floats, Ints]:
    """What each group adds with each courier, (G, C), and at which position.

    Priced are who has it, and of the `candidates` nearest to its first leg those with room.
    """
    shape = (len(level.courier), len(routes.length))
    costs, positions = np.full(shape, IMPOSSIBLE_MIN), np.full(shape, -1, np.int64)
    for group in range(shape[0]):
        home, size = level.courier[group], level.end[group] - level.start[group]
        costs[group, home], positions[group, home] = cheapest_place(t, routes, level, group, home, scratch)
        first = routes.legs[home, level.start[group]]
        for courier in t.nearest[first, :candidates]:
            if t.bound_min[first, courier] == np.inf:
                break
            if courier != home and level.rest.length[courier] + size <= most_legs:
                cost, position = cheapest_place(t, routes, level, group, courier, scratch)
                costs[group, courier], positions[group, courier] = cost, position
    return costs, positions


@kernel
def put_back(t: RouteTables, routes: Routes, level: Level, to: Ints, positions: Ints, scratch: Scratch) -> None:
    """Give each group to its new courier; `to` (G,), `positions` (G, C). Changes the routes and the rest of the level."""
    for group in range(len(to)):
        courier = to[group]
        n = splice(routes, level, group, courier, positions[group, courier], scratch)
        cost = evaluate(t, courier, scratch.tried_legs, scratch.tried_joined, n, scratch.clock)
        store(level.rest, courier, scratch.tried_legs, scratch.tried_joined, n, cost)
    routes.legs[:] = level.rest.legs
    routes.joined[:] = level.rest.joined
    routes.length[:] = level.rest.length
    routes.cost_min[:] = level.rest.cost_min
    routes.courier_of[:] = level.rest.courier_of


def assign_level(
    t: RouteTables, routes: Routes, number: int, *, most_legs: int, candidates: int, scratch: Scratch
) -> bool:
    """Deal the groups at this place of their routes (0: the first) out anew; returns whether anything was gained."""
    n_couriers = len(routes.length)
    rest = Routes(*(array.copy() for array in routes))
    level = Level(*(np.zeros(n_couriers, dtype=np.int64) for _ in range(4)), rest=rest)
    groups = take_out(t, routes, level, number, scratch)
    if groups == 0:
        return False
    level = level._replace(courier=level.courier[:groups], start=level.start[:groups], end=level.end[:groups])
    costs, positions = level_costs(t, routes, level, most_legs, candidates, scratch)
    rows, to = linear_sum_assignment(costs)
    if costs[rows, to].sum() >= costs[rows, level.courier].sum() - LEAST_GAIN_MIN:
        return False
    put_back(t, routes, level, to.astype(np.int64), positions, scratch)
    return True
