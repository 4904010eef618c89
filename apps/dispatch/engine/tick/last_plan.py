"""A warm start: the routes of the last plan, where they still hold."""

import numpy as np

from apps.dispatch.engine.compiled import kernel, lean_kernel
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.tables import Ints
from apps.dispatch.engine.tick.build import TickProblem
from apps.dispatch.engine.tick.rows import Stops32
from apps.dispatch.engine.tick.state import NOBODY, Routes, World, cost_now


def keep_last(problem: TickProblem) -> None:
    """Give couriers the open legs they had in the last plan, in its order, where no limit is broken by it.

    What a courier is committed to has its own order; where the last plan had another, it no longer holds.
    """
    row_of = {leg.id: row for row, leg in enumerate(problem.legs)}
    last_routes, flat, ends = problem.market.last_routes, list[int](), list[int]()
    for state in problem.market.couriers.states:
        for kind, leg_id in last_routes.get(state.id, ()):
            row = row_of.get(leg_id)
            if row is not None:
                flat.append(2 * row + (kind is StopKind.DROPOFF))
        ends.append(len(flat))
    take_over(problem.world, problem.routes, problem.n_open, np.array(flat, dtype=np.int32), np.array(ends))


@kernel
def take_over(world: World, routes: Routes, n_open: int, last: Stops32, ends: Ints) -> None:
    """Make the routes those of the last plan where that is possible and no dearer than leaving their legs out.

    `last` are the stops of all couriers, those of courier c end before `ends[c]`.
    """
    begins = 0
    before, order = np.empty(routes.seq.shape[1], np.int32), np.empty(len(last) + routes.seq.shape[1], np.int32)
    for c in range(len(ends)):
        n, cost = routes.length[c], routes.cost[c]
        before[:n] = routes.seq[c, :n]
        size, extra, left_out = lay_out(world, routes, n_open, c, last[begins : ends[c]], order)
        begins = ends[c]
        if size == n or size > routes.seq.shape[1] or not may_be(world, routes, n_open, c, order[:size]):
            continue
        routes.seq[c, :size] = order[:size]
        routes.length[c], routes.is_known[c] = size, False
        new = cost_now(world, routes, c)
        if new - cost + extra <= left_out and new < np.inf:
            routes.cost[c] = new
            for row in order[:size]:
                if row >> 1 < n_open:
                    routes.courier_of[row >> 1] = c
        else:
            routes.seq[c, :n] = before[:n]
            routes.length[c] = n


@lean_kernel
def is_in(stops: Stops32, n: int, stop: int) -> bool:
    """Whether the stop is among the first n."""
    k = 0
    while k < n and stops[k] != stop:
        k += 1
    return k < n


@lean_kernel
def lay_out(
    world: World, routes: Routes, n_open: int, c: int, last: Stops32, order: Stops32
) -> tuple[int, float, float]:
    """Write the order of the last plan: committed stops that it did not know first, then its own, as far as they are
    still his or open, pickup and drop-off.

    Returns how many, and the minutes that the open legs among them cost as pairs and left out.
    """
    size, extra, left_out = 0, 0.0, 0.0
    for k in range(routes.length[c]):
        if not is_in(last, len(last), routes.seq[c, k]):
            order[size] = routes.seq[c, k]
            size += 1
    for stop in last:
        is_open = stop >> 1 < n_open
        if is_in(routes.seq[c], routes.length[c], stop) or (is_open and is_in(last, len(last), stop ^ 1)):
            order[size] = stop
            size += 1
            if is_open and stop & 1 == 1:
                extra += world.extra[stop >> 1, c]
                left_out += world.left_out[stop >> 1]
    return size, extra, left_out


@lean_kernel
def may_be(world: World, routes: Routes, n_open: int, c: int, order: Stops32) -> bool:
    """Whether a route of this order can be looked at: each stop once, legs that are free and his to have, in room for
    them, and what is committed in its own order with nothing before what is fixed."""
    n_committed = 0
    if len(order) > world.couriers[c].most_stops:
        return False
    for k in range(len(order)):
        leg = order[k] >> 1
        if is_in(order, k, order[k]):
            return False
        if leg >= n_open:
            if n_committed >= routes.length[c] or order[k] != routes.seq[c, n_committed]:
                return False
            n_committed += 1
        elif k < world.couriers[c].first or routes.courier_of[leg] != NOBODY or world.extra[leg, c] == np.inf:
            return False
    return bool(n_committed == routes.length[c])
