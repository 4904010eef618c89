"""Driving a tour through, for what cannot be told from one place in it: lateness and the time on board."""

import numpy as np

from apps.dispatch.engine.compiled import lean_kernel
from apps.dispatch.engine.tables import Ints
from apps.dispatch.engine.tours.tables import Tables
from apps.dispatch.engine.travel import Floats

TINY = 1e-9  # differences below are rounding, and could be chased forever


@lean_kernel
def drive(tables: Tables, nodes: Ints, n: int, clock: Floats, way: int) -> float:
    """What the lateness of a tour costs; infinite when something cannot but be on board for too long.

    nodes: (W,), the first `n` count; clock: (W, 2), earliest starts of service, which are moved on where a pickup
    must wait so that its parcel is not on board for too long; way: row of the vehicle's rides.
    """
    if not shorten_rides(tables, nodes, n, clock, way):
        return np.inf
    late = 0.0
    for i in range(1, n - 1):
        late += max(clock[i, 0] - tables.due[nodes[i]], 0.0)
    return late * tables.lateness_price


@lean_kernel
def shorten_rides(tables: Tables, nodes: Ints, n: int, clock: Floats, way: int) -> bool:
    """Move pickups on until no ride is too long; returns whether that can be.

    Times of a tour are bound only by differences, so the earliest ones that keep to every limit are found by moving on
    what is too early, each time by what is missing; after as many rounds as stops it has settled, or never will.
    """
    for _ in range(n):
        settled = True
        for i in range(1, n - 1):
            request = tables.request[nodes[i]]
            limit = tables.ride_limit[request]
            if limit == np.inf or nodes[i] != tables.dropoff[request]:
                continue
            at = i - 1
            while nodes[at] != tables.pickup[request]:
                at -= 1
            if clock[i, 0] - limit > clock[at, 0] + TINY:
                clock[at, 0] = clock[i, 0] - limit
                settled = False
                for k in range(at + 1, n):
                    clock[k, 0] = max(clock[k, 0], clock[k - 1, 0] + tables.travel[way, nodes[k - 1], nodes[k]])
        if settled:
            break
    for i in range(n):
        settled = settled and clock[i, 0] <= clock[i, 1]
    return settled
