"""The assignment neighbourhood: the n-th trip of every route is taken out, and all are dealt out anew, optimally.

A trip is a part of a route that begins and ends with nothing on board, and has no committed stop. Any courier may get
at most one of them, at any position of what is left of his route where nothing is on board.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from apps.dispatch.engine.compiled import kernel, lean_kernel
from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.tick.insertion import look_ahead, rest_at_least, ride_on
from apps.dispatch.engine.tick.rows import Stops32
from apps.dispatch.engine.tick.state import Routes, World, cost_now, routes_min
from apps.dispatch.engine.tick.walk import ride_s, step
from apps.dispatch.engine.travel import Floats

NEAR = 12
DEARER_MIN = 20.0  # a trip is not priced with who would cost more than its courier does by so much
IMPOSSIBLE_MIN = 1e7  # a pair that breaks a limit: more than any dealing without such pairs costs
LEAST_GAIN_MIN = 1e-3


class Trips(NamedTuple):
    """The trips taken out, T of them, in the order of their couriers."""

    courier: Ints
    """(T,) who had it."""
    length: Ints
    """(T,)"""
    stops: Stops32
    """(T, W)"""


@lean_kernel
def nth_trip(world: World, routes: Routes, c: int, number: int) -> tuple[int, int]:
    """Positions where the trip starts and ends in the route of courier c, or (0, 0)."""
    aboard, start, rank, is_ours = int(world.couriers[c].aboard), 0, 0, True
    for k in range(routes.length[c]):
        stop = world.stops[routes.seq[c, k]]
        if aboard == 0:
            start, is_ours = k, True
        is_ours = is_ours and stop.is_fixed == 0
        aboard += 1 if stop.place >= 0 else -1
        if aboard == 0 and is_ours:
            if rank == number:
                return start, k + 1
            rank += 1
    return 0, 0


@kernel
def take_trips(world: World, routes: Routes, among: Mask, number: int) -> Trips:
    """Take the n-th trip out of every route."""
    n_couriers, width = routes.seq.shape
    trips = Trips(
        np.empty(n_couriers, np.int64), np.empty(n_couriers, np.int64), np.empty((n_couriers, width), np.int32)
    )
    n = 0
    for c in range(n_couriers):
        start, end = nth_trip(world, routes, c, number) if among[c] else (0, 0)
        if end == 0:
            continue
        size, before = end - start, routes.cost[c]
        trips.courier[n], trips.length[n] = c, size
        trips.stops[n, :size] = routes.seq[c, start:end]
        for k in range(start, routes.length[c] - size):
            routes.seq[c, k] = routes.seq[c, k + size]
        routes.length[c], routes.is_known[c] = routes.length[c] - size, False
        routes.cost[c] = cost_now(world, routes, c)
        if routes.cost[c] == np.inf:  # picked up earlier, a leg whose drop-off must wait may be on board too long
            for k in range(routes.length[c] - 1, start - 1, -1):
                routes.seq[c, k + size] = routes.seq[c, k]
            routes.seq[c, start:end] = trips.stops[n, :size]
            routes.length[c], routes.cost[c] = routes.length[c] + size, before
            continue
        n += 1
    return Trips(trips.courier[:n], trips.length[:n], trips.stops[:n])


@lean_kernel
def splice(routes: Routes, trips: Trips, trip: int, c: int, position: int, into: Stops32) -> int:
    """Write the route of courier c with a trip put in at a position; returns its length."""
    size, n = trips.length[trip], routes.length[c]
    for k in range(position):
        into[k] = routes.seq[c, k]
    for k in range(size):
        into[position + k] = trips.stops[trip, k]
    for k in range(position, n):
        into[size + k] = routes.seq[c, k]
    return int(n + size)


@lean_kernel
def cheapest_position(world: World, routes: Routes, trips: Trips, trip: int, c: int, below: float) -> tuple[float, int]:
    """What a trip adds to the route of courier c at the best position, and that; IMPOSSIBLE_MIN and -1 where it adds
    nowhere less than `below`."""
    size, n, extra = trips.length[trip], routes.length[c], 0.0
    for k in range(size):
        if trips.stops[trip, k] & 1 == 1:
            extra += world.extra[trips.stops[trip, k] >> 1, c]
    best, best_position = below - extra, -1
    if extra == np.inf or n + size > min(routes.seq.shape[1], world.couriers[c].most_stops):
        return IMPOSSIBLE_MIN, -1
    if not routes.is_known[c]:
        look_ahead(world, routes, c)
    for position in range(world.couriers[c].first, n + 1):
        if routes.moments[c, position].aboard == 0:
            added = added_at(world, routes, trips.stops[trip, :size], c, position, best)
            if added < best:
                best, best_position = added, position
    return (best + extra if best_position >= 0 else IMPOSSIBLE_MIN), best_position


@lean_kernel
def added_at(world: World, routes: Routes, trip: Stops32, c: int, position: int, below: float) -> float:
    """What a trip adds to the route of courier c at a position; anything from `below` on if it is not less."""
    stops, couriers, rides, picked = world[:4]
    rows, n = routes.moments[c], routes.length[c]
    row, base = rows[position], rows[n].cost
    total, here = row.cost, (row.leaves, row.at, row.grams, row.litres, row.parcels, row.aboard, row.half)
    for b in trip:
        cost, _, here = step(stops, couriers, rides, picked, c, here, b)
        total += cost
    if position == n:
        return float(total - base)
    ride = ride_s(stops, couriers, rides, c, here[1], routes.seq[c, position])
    rest = rest_at_least(rows, position, n, here[0] + ride) + ride * couriers[c].ride_price
    if total + rest - base >= below:
        return np.inf
    return float(
        ride_on(stops, couriers, rides, picked, routes.seq, c, n, position, (total, here), base + below) - base
    )


@kernel
def deal_costs(world: World, routes: Routes, trips: Trips, among: Mask) -> tuple[Floats, Ints]:
    """What each trip adds with each courier, (T, C), and at which position.

    Priced are who had it and the candidates of its first leg.
    """
    shape = (len(trips.courier), len(routes.length))
    costs, positions = np.full(shape, IMPOSSIBLE_MIN), np.full(shape, -1, np.int64)
    for trip in range(shape[0]):
        home, first = trips.courier[trip], trips.stops[trip, 0] >> 1
        costs[trip, home], positions[trip, home] = cheapest_position(world, routes, trips, trip, home, np.inf)
        below = costs[trip, home] + DEARER_MIN
        for rank in range(world.candidates.shape[1]):
            c = world.candidates[first, rank]
            if world.bound[first, rank] == np.inf:
                break
            if c != home and among[c]:
                costs[trip, c], positions[trip, c] = cheapest_position(world, routes, trips, trip, c, below)
    return costs, positions


@kernel
def put_trips(world: World, routes: Routes, trips: Trips, to: Ints, positions: Ints) -> None:
    """Give trip t to courier to[t], at position positions[t, to[t]]."""
    room = np.empty(routes.seq.shape[1] + 2, np.int32)
    for trip in range(len(to)):
        c = to[trip]
        n = splice(routes, trips, trip, c, positions[trip, c], room)
        routes.seq[c, :n] = room[:n]
        routes.length[c], routes.is_known[c] = n, False
        routes.cost[c] = cost_now(world, routes, c)
        for k in range(trips.length[trip]):
            routes.courier_of[trips.stops[trip, k] >> 1] = c


@kernel
def around(world: World, routes: Routes, among: Mask, stamp: Ints, since: int) -> Mask:
    """The couriers of `among` whose routes have changed after `since`, by `stamp`, and those who could have their legs
    instead."""
    near = np.zeros(len(stamp), np.bool_)
    for c in range(len(stamp)):
        if not among[c] or stamp[c] <= since:
            continue
        near[c] = True
        for k in range(routes.length[c]):
            leg = routes.seq[c, k] >> 1
            if routes.seq[c, k] & 1 == 1 and leg < len(world.candidates):
                for rank in range(min(NEAR, world.candidates.shape[1])):
                    near[world.candidates[leg, rank]] = True
    return near & among


def deal_out(world: World, routes: Routes, number: int, among: Mask) -> float:
    """Deal the n-th trips (0: the first) of the couriers of `among` out anew; returns the minutes gained."""
    before = routes_min(world, routes, among)
    trips = take_trips(world, routes, among, number)
    if len(trips.courier) == 0:
        return 0.0
    costs, positions = deal_costs(world, routes, trips, among)
    columns = np.flatnonzero(among)
    rows, chosen = linear_sum_assignment(costs[:, columns])
    to = columns[chosen]
    if costs[rows, trips.courier].sum() - costs[rows, to].sum() <= LEAST_GAIN_MIN:
        to = trips.courier
    put_trips(world, routes, trips, to.astype(np.int64), positions)
    gain = before - routes_min(world, routes, among)
    return gain if gain > LEAST_GAIN_MIN else 0.0
