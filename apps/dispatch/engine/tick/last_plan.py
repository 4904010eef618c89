"""A warm start: the routes of the last plan, where they still hold."""

from collections.abc import Sequence

import numpy as np

from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.tick.build import TickProblem
from apps.dispatch.engine.tick.state import cost_now


def keep_last(problem: TickProblem) -> None:
    """Give couriers the open legs they had in the last plan, in its order, where no limit is broken by it.

    What a courier is committed to has its own order; where the last plan had another, it no longer holds.
    """
    row_of = {leg.id: row for row, leg in enumerate(problem.legs)}
    for c, state in enumerate(problem.market.couriers.states):
        last = problem.market.last_routes.get(state.id, ())
        stops = [2 * row_of[leg] + (kind is StopKind.DROPOFF) for kind, leg in last if leg in row_of]
        if any(stop >> 1 < problem.n_open for stop in stops):
            _take_over(problem, c, stops)


def _take_over(problem: TickProblem, c: int, last: Sequence[int]) -> None:
    world, routes, n_open = problem.world, problem.routes, problem.n_open
    before, cost = routes.seq[c, : routes.length[c]].tolist(), float(routes.cost[c])
    known = set(last)
    committed = set(before)
    order = [stop for stop in before if stop not in known]
    order += [stop for stop in last if stop in committed or (stop >> 1 < n_open and stop ^ 1 in known)]
    mine = [stop >> 1 for stop in order if stop >> 1 < n_open and stop & 1]
    if not _may_be(problem, c, order, mine) or [stop for stop in order if stop in committed] != before:
        return
    routes.seq[c, : len(order)], routes.length[c], routes.is_known[c] = order, len(order), False
    new = cost_now(world, routes, c)
    if np.isfinite(new) and new - cost + world.extra[mine, c].sum() <= world.left_out[mine].sum():
        routes.cost[c] = new
        routes.courier_of[mine] = c
    else:
        routes.seq[c, : len(before)], routes.length[c] = before, len(before)


def _may_be(problem: TickProblem, c: int, order: Sequence[int], mine: Sequence[int]) -> bool:
    """Whether a route of this order can be looked at: legs that are free and his to have, in room for them."""
    world, routes, who = problem.world, problem.routes, problem.world.couriers[c]
    if len(order) > min(routes.seq.shape[1], who["most_stops"]) or len(set(order)) != len(order):
        return False
    first_fixed = routes.seq[c, : who["first"]].tolist()
    is_free = all(routes.courier_of[leg] < 0 and np.isfinite(world.extra[leg, c]) for leg in mine)
    return is_free and list(order[: len(first_fixed)]) == first_fixed
