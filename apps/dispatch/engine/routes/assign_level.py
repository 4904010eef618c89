"""The assignment neighbourhood: the n-th group of every route is taken out, and all are dealt out anew, optimally.

Any courier may get at most one of them, at any position of what is left of his route.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from apps.dispatch.engine.routes.compiled import kernel
from apps.dispatch.engine.routes.evaluate import evaluate, group_end
from apps.dispatch.engine.routes.state import NOBODY, Route, Routes, copied, store
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
def take_out(t: RouteTables, routes: Routes, level: Level, number: int, room: Route) -> int:
    """Fill a `Level` of empty arrays whose `rest` is a copy of the routes; returns how many groups were taken out."""
    groups = 0
    for courier in range(len(routes.length)):
        start, end = nth_group(routes, courier, number)
        level.group_of[courier] = NOBODY
        if end == 0:
            continue
        level.courier[groups], level.start[groups], level.end[groups] = courier, start, end
        level.group_of[courier] = groups
        groups += 1
        n = 0
        for i in range(routes.length[courier]):
            if i < start or i >= end:
                room.legs[n], room.joined[n] = routes.legs[courier, i], routes.joined[courier, i]
                n += 1
        store(level.rest, courier, room, n, evaluate(t, courier, room.legs, room.joined, n, room.clock))
    return groups


@kernel
def splice(routes: Routes, level: Level, group: int, to: tuple[int, int], into: Route) -> int:
    """Write what is left of a courier's route with a group put in, `to` (courier, position); returns its length."""
    courier, position = to
    home, start, size = level.courier[group], level.start[group], level.end[group] - level.start[group]
    n = level.rest.length[courier]
    for i in range(position):
        into.legs[i], into.joined[i] = level.rest.legs[courier, i], level.rest.joined[courier, i]
    for i in range(size):
        into.legs[position + i], into.joined[position + i] = routes.legs[home, start + i], i > 0
    for i in range(position, n):
        into.legs[size + i], into.joined[size + i] = level.rest.legs[courier, i], level.rest.joined[courier, i]
    return int(n + size)


@kernel
def cheapest_place(
    t: RouteTables, routes: Routes, level: Level, pair: tuple[int, int], room: Route
) -> tuple[float, int]:
    """What a group adds to a courier's route at the best position, and that; IMPOSSIBLE_MIN and -1 without any."""
    group, courier = pair
    best, best_position = IMPOSSIBLE_MIN, -1
    for position in range(level.rest.length[courier] + 1):
        if position < level.rest.length[courier] and level.rest.joined[courier, position]:
            continue
        n = splice(routes, level, group, (courier, position), room)
        added = evaluate(t, courier, room.legs, room.joined, n, room.clock) - level.rest.cost_min[courier]
        if added < best:
            best, best_position = added, position
    return best, best_position


@kernel
def level_costs(
    t: RouteTables, routes: Routes, level: Level, limits: tuple[int, int], room: Route
) -> tuple[Floats, Ints]:
    """What each group adds with each courier, (G, C), and at which position.

    Priced are who has it, and of the nearest to its first leg those with room; the limits are the most legs of a route,
    and how many of the nearest.
    """
    most_legs, candidates = limits
    shape = (len(level.courier), len(routes.length))
    costs, positions = np.full(shape, IMPOSSIBLE_MIN), np.full(shape, -1, np.int64)
    for group in range(shape[0]):
        home, size = level.courier[group], level.end[group] - level.start[group]
        costs[group, home], positions[group, home] = cheapest_place(t, routes, level, (group, home), room)
        first = routes.legs[home, level.start[group]]
        for courier in t.nearest[first, :candidates]:
            if t.bound_min[first, courier] == np.inf:
                break
            if courier != home and level.rest.length[courier] + size <= most_legs:
                cost, position = cheapest_place(t, routes, level, (group, courier), room)
                costs[group, courier], positions[group, courier] = cost, position
    return costs, positions


@kernel
def put_back(t: RouteTables, routes: Routes, level: Level, to: tuple[Ints, Ints], room: Route) -> None:
    """Give each group to its new courier: `to` is couriers (G,) and positions (G, C). Uses up the level."""
    couriers, positions = to
    for group in range(len(couriers)):
        courier = couriers[group]
        n = splice(routes, level, group, (courier, positions[group, courier]), room)
        store(level.rest, courier, room, n, evaluate(t, courier, room.legs, room.joined, n, room.clock))
    routes.legs[:] = level.rest.legs
    routes.joined[:] = level.rest.joined
    routes.clock[:] = level.rest.clock
    routes.length[:] = level.rest.length
    routes.cost_min[:] = level.rest.cost_min
    routes.courier_of[:] = level.rest.courier_of


def assign_level(t: RouteTables, routes: Routes, number: int, *, limits: tuple[int, int], room: Route) -> bool:
    """Deal the groups at this place of their routes (0: the first) out anew; returns whether anything was gained.

    The limits are as in `level_costs`.
    """
    rows = np.zeros((4, len(routes.length)), dtype=np.int64)
    level = Level(rows[0], rows[1], rows[2], rows[3], rest=copied(routes))
    groups = take_out(t, routes, level, number, room)
    if groups == 0:
        return False
    level = level._replace(courier=level.courier[:groups], start=level.start[:groups], end=level.end[:groups])
    costs, positions = level_costs(t, routes, level, limits, room)
    chosen, to = linear_sum_assignment(costs)
    if costs[chosen, to].sum() >= costs[chosen, level.courier].sum() - LEAST_GAIN_MIN:
        return False
    put_back(t, routes, level, (to.astype(np.int64), positions), room)
    return True
