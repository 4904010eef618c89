"""Where a request can go into a tour, and what it adds there.

Each row carries the earliest start of service and the latest one that keeps all that follows in time, so whether a
stop fits between two others is answered at once (Savelsbergh 1992, forward time slack), and a pair is tried in the
time of one walk from its pickup on.
"""

from typing import NamedTuple

import numpy as np

from apps.dispatch.engine.compiled import lean_kernel
from apps.dispatch.engine.tours.rows import Rows, put, refresh
from apps.dispatch.engine.tours.tables import Tables
from apps.dispatch.engine.travel import Floats

NOWHERE = -1
CHEAPEST, ANY, FIRST = (
    0,
    1,
    2,
)  # which place is wanted: the cheapest, each as likely as the others, the first that is met


class Place(NamedTuple):
    """Behind which positions of a row the pickup and the drop-off go; NOWHERE when there is no place."""

    added: float
    """What it adds to the cost of the row, without the vehicle's price; the limit when there is no place."""
    pickup: int
    dropoff: int
    choices: int
    """How many places there are, if any place was asked for."""


@lean_kernel
def find_place(  # noqa: C901, PLR0912, PLR0917  the innermost loop: a call for each place would cost as much as the place
    tables: Tables, rows: Rows, row: int, vehicle: int, request: int, limit: float, wanted: int
) -> Place:
    """A place for the request in a row driven by `vehicle` that adds less than `limit`."""
    nodes, clock, load, n = rows.nodes, rows.clock, rows.load, rows.length[row]
    travel, distance, window, capacity, need = (
        tables.travel,
        tables.distance,
        tables.window,
        tables.capacity,
        tables.load,
    )
    w = tables.rides[vehicle]
    p, d, count, best_p, best_d = tables.pickup[request], tables.dropoff[request], 0, NOWHERE, NOWHERE
    opens_p, closes_p, opens_d, closes_d = window[p, 0], window[p, 1], window[d, 0], window[d, 1]
    if not tables.compatible[request, vehicle]:
        return Place(limit, NOWHERE, NOWHERE, 0)
    for i in range(n - 1):
        a, x = nodes[row, i], nodes[row, i + 1]
        at = clock[row, i, 0] + travel[w, a, p]
        if at > closes_p:
            break
        added_p = distance[w, a, p] + distance[w, p, x] - distance[w, a, x]
        if added_p >= limit or is_full(load, row, i, need, p, capacity, vehicle):
            continue
        at = max(at, opens_p)
        if at + travel[w, p, d] > closes_d:
            break
        t = at  # when service starts at the stop behind which the drop-off is tried
        for j in range(i, n - 1):
            b, y = (p, x) if j == i else (nodes[row, j], nodes[row, j + 1])
            if j > i:
                t += travel[w, p if j == i + 1 else nodes[row, j - 1], b]
                if t > clock[row, j, 1] or is_full(load, row, j, need, p, capacity, vehicle):
                    break
                t = max(t, window[b, 0])
            at_d = t + travel[w, b, d]
            if at_d > closes_d:
                break
            if j == i:
                added = distance[w, a, p] + distance[w, p, d] + distance[w, d, x] - distance[w, a, x]
            else:
                added = added_p + distance[w, b, d] + distance[w, d, y] - distance[w, b, y]
            if added >= limit or max(at_d, opens_d) + travel[w, d, y] > clock[row, j + 1, 1]:
                continue
            if tables.needs_drive:
                added += lateness_with(tables, rows, row, vehicle, (p, d), (i, j)) - rows.lateness[row]
                if not added < limit:
                    continue
            if wanted == CHEAPEST:
                limit, best_p, best_d = added, i, j
                continue
            count += 1
            if wanted == FIRST:
                return Place(added, i, j, count)
            if np.random.random() * count < 1.0:
                best_p, best_d = i, j
    return Place(limit, best_p, best_d, count)


@lean_kernel
def is_full(load: Floats, row: int, i: int, need: Floats, p: int, capacity: Floats, vehicle: int) -> bool:  # noqa: PLR0917  see `find_place`
    """Whether what is picked up at `p` finds no room when it gets on behind position `i`, or is still there."""
    for k in range(need.shape[1]):  # noqa: SIM110  any() of a generator does not compile
        if load[row, i, k] + need[p, k] > capacity[vehicle, k]:
            return True
    return False


@lean_kernel
def lateness_with(  # noqa: PLR0917  see `find_place`
    tables: Tables, rows: Rows, row: int, vehicle: int, stops: tuple[int, int], at: tuple[int, int]
) -> float:
    """What lateness in a row would cost with two stops put in; infinite when something is on board for too long."""
    trial, nodes = len(rows.length) - 1, rows.nodes
    for k in range(rows.length[row]):
        nodes[trial, k] = nodes[row, k]
    rows.length[trial] = rows.length[row]
    put(rows, trial, stops, at)
    refresh(tables, rows, trial, vehicle)
    return float(rows.lateness[trial])


@lean_kernel
def place_request(tables: Tables, rows: Rows, row: int, request: int, at: tuple[int, int]) -> None:
    """Put a request into a row and work the row out again."""
    put(rows, row, (tables.pickup[request], tables.dropoff[request]), at)
    refresh(tables, rows, row, row)


@lean_kernel
def seed_chance(seed: int) -> None:
    """Start the kernels' random numbers of this thread anew."""
    np.random.seed(seed)
