"""What is fixed while a plan is made, and the routes that the operators change in place."""

from typing import NamedTuple

import numpy as np

from apps.dispatch.engine.compiled import lean_kernel
from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.tick.rows import MOMENT, Records, Stops32
from apps.dispatch.engine.tick.walk import route_cost
from apps.dispatch.engine.travel import Floats

NOBODY = -1


class World(NamedTuple):
    """Input of every kernel; only `picked`, room for pickup times, is written to.

    C couriers, L legs (open ones first), P different points, V vehicles, K candidates a leg, N neighbours a leg.
    """

    stops: Records
    """(2L,) of STOP."""
    couriers: Records
    """(C,) of COURIER."""
    rides: Floats
    """(V x P + C, P) seconds to each point: from each point by vehicle, then from where each courier is; or one 0,
    where rides follow the great circle."""
    picked: Floats
    """(L,)"""
    candidates: Ints
    """(L, K) couriers by `bound`, cheapest first; only open legs have any."""
    bound: Floats
    """(L, K) no route of that courier can have the leg for less; infinite where a limit forbids it."""
    extra: Floats
    """(L, C) minutes the pair costs whatever the route: tie-break and change of plan; infinite where a limit forbids
    it."""
    neighbours: Ints
    """(L, N) open legs that are picked up near."""
    left_out: Floats
    """(L,) minutes that leaving the leg out costs."""


def with_first_candidates(world: World, most: int) -> World:
    """The same world with at most so many candidates a leg."""
    first = np.ascontiguousarray(world.candidates[:, :most]), np.ascontiguousarray(world.bound[:, :most])
    return world._replace(candidates=first[0], bound=first[1])


class Routes(NamedTuple):
    """One route per courier, valid whenever no operator is running."""

    seq: Stops32
    """(C, W) stops in order; meaningless from `length` on."""
    length: Ints
    """(C,)"""
    cost: Floats
    """(C,) of riding and drop-offs, without `World.extra`."""
    courier_of: Ints
    """(L,) row of the courier, or NOBODY."""
    moments: Records
    """(C, W + 1) of MOMENT, by position; kept by `insertion.look_ahead` for the next question about the same route."""
    is_known: Mask
    """(C,) whether the moments are those of the route as it is: whoever changes a route says that they are not."""


def no_routes(n_couriers: int, n_legs: int, width: int) -> Routes:
    """Empty routes of at most `width` stops."""
    return Routes(
        seq=np.zeros((n_couriers, width), dtype=np.int32),
        length=np.zeros(n_couriers, dtype=np.int64),
        cost=np.zeros(n_couriers),
        courier_of=np.full(n_legs, NOBODY, dtype=np.int64),
        moments=np.zeros((n_couriers, width + 1), dtype=MOMENT),
        is_known=np.zeros(n_couriers, dtype=np.bool_),
    )


@lean_kernel
def cost_now(world: World, routes: Routes, c: int) -> float:
    """What the route of courier c costs as it is, without `World.extra`."""
    return route_cost(
        world.stops,
        world.couriers,
        world.rides,
        world.picked,
        c,
        routes.seq[c],
        routes.length[c],
    )


def routes_min(world: World, routes: Routes, among: Mask) -> float:
    """Minutes that the routes of the couriers of `among` cost, with `World.extra`."""
    who = routes.courier_of[: len(world.extra)].copy()
    legs = np.flatnonzero((who != NOBODY) & among[who])
    return float(routes.cost[among].sum() + world.extra[legs, who[legs]].sum())


@lean_kernel
def put_in(routes: Routes, c: int, leg: int, i: int, j: int) -> None:
    """Pickup before the stop that is at position i now, drop-off before the one at j >= i. The cost is not updated."""
    seq, n = routes.seq, routes.length[c]
    for k in range(n - 1, j - 1, -1):
        seq[c, k + 2] = seq[c, k]
    seq[c, j + 1] = 2 * leg + 1
    for k in range(j - 1, i - 1, -1):
        seq[c, k + 1] = seq[c, k]
    seq[c, i] = 2 * leg
    routes.length[c], routes.is_known[c] = n + 2, False
    routes.courier_of[leg] = c


@lean_kernel
def take_out(routes: Routes, c: int, leg: int) -> None:
    """Without both stops of the leg. The cost is not updated."""
    seq, n = routes.seq, 0
    for k in range(routes.length[c]):
        if seq[c, k] >> 1 != leg:
            seq[c, n] = seq[c, k]
            n += 1
    routes.length[c], routes.is_known[c] = n, False
    routes.courier_of[leg] = NOBODY
