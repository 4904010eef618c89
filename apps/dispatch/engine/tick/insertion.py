"""Where in a route a leg costs least."""

import numpy as np

from apps.dispatch.engine.compiled import inlined, lean_kernel
from apps.dispatch.engine.tick.rows import START, Records, Stops32
from apps.dispatch.engine.tick.state import Routes, World
from apps.dispatch.engine.tick.walk import Here, begin, drop_cost, ride_s, step
from apps.dispatch.engine.travel import Floats


@lean_kernel
def look_ahead(world: World, routes: Routes, c: int) -> None:
    """Fill in the moments of the route of courier c: where he is before each position, and what a delay there can do.

    A route delayed by d at a position costs at least weight x (d - calm) more, the ride to there apart.
    """
    stops, couriers, rides, picked = world[:4]
    here, total, n, rows = begin(couriers, c), 0.0, routes.length[c], routes.moments[c]
    for k in range(n):
        row, b = rows[k], routes.seq[c, k]
        stop = stops[b]
        ride = ride_s(stops, couriers, rides, c, here[1], b)
        row.leaves, row.at, row.grams, row.litres, row.parcels, row.aboard, row.half = here
        row.cost, row.arrives, row.riding = total, here[0] + ride, ride * couriers[c].ride_price
        joins = stop.place >= 0 and here[1] != START and stops[max(here[1], 0)].place == stop.place
        shared = 2.0 * here[6] if joins else 0.0
        cost, row.handover, here = step(stops, couriers, rides, picked, c, here, b)
        row.weight = stop.weight + (stop.slope if row.handover >= stop.due else 0.0)
        row.calm = max(row.handover - row.arrives - stop.half, 0.0) + shared
        total += cost
    row = rows[n]
    row.leaves, row.at, row.grams, row.litres, row.parcels, row.aboard, row.half = here
    row.cost, row.calm, row.weight = total, 0.0, 0.0
    for k in range(n - 1, -1, -1):
        rows[k].calm += rows[k + 1].calm
        rows[k].weight += rows[k + 1].weight
    routes.is_known[c] = True


@inlined
def rest_at_least(rows: Records, k: int, n: int, arrives: float) -> float:
    """Least cost of the stops from k on when the courier reaches k at `arrives`, but for the ride to k."""
    row = rows[k]
    delay = max(arrives - row.arrives - row.calm, 0.0)
    return float(rows[n].cost - row.cost - row.riding + row.weight * delay)


@lean_kernel
def best_place(world: World, routes: Routes, c: int, leg: int, below: float) -> tuple[float, int, int]:
    """Cheapest place for a leg in the route of courier c: what it adds, and where the pickup and the drop-off go in.

    Only a place that adds less than `below` is found; without any, the positions are -1. Positions are those of
    `state.put_in`. Every place is either tried to the end, or left because a bound says it cannot be cheaper.
    """
    stops, couriers, rides, picked = world[:4]
    if not routes.is_known[c]:
        look_ahead(world, routes, c)
    seq, n, rows, p, d = routes.seq, routes.length[c], routes.moments[c], 2 * leg, 2 * leg + 1
    pickup, dropoff = stops[p], stops[d]
    best, base = (below, -1, -1), rows[n].cost
    first, last = couriers[c].first, n if n + 2 <= min(seq.shape[1], couriers[c].most_stops) else -1
    straight = ride_s(stops, couriers, rides, c, p, d) + dropoff.half
    for i in range(last + 1):
        row, b = rows[i], seq[c, min(i, n - 1)] if n > 0 else p
        if i >= first:
            here = (row.leaves, row.at, row.grams, row.litres, row.parcels, row.aboard, row.half)
            cost, _, there = step(stops, couriers, rides, picked, c, here, p)
            least = row.cost + cost + drop_cost(dropoff, max(there[0] + straight, dropoff.opens)) - base
            if i < n and stops[b].place != pickup.place:
                onward = there[0] + ride_s(stops, couriers, rides, c, p, b)
                least += rest_at_least(rows, i, n, onward) + (onward - there[0]) * couriers[c].ride_price
            if least < best[0]:
                start = (row.cost + cost, there)
                best = best_drop(stops, couriers, rides, picked, seq, c, n, (leg, i), start, best, rows)
        if i < n and stops[b].place >= 0:
            picked[b >> 1] = row.handover
    return best


@inlined
def best_drop(
    stops: Records,
    couriers: Records,
    rides: Floats,
    picked: Floats,
    seq: Stops32,
    c: int,
    n: int,
    where: tuple[int, int],
    start: tuple[float, Here],
    best: tuple[float, int, int],
    rows: Records,
) -> tuple[float, int, int]:
    """As `best_place`, for a pickup put in at position i: `where` is (leg, i), `start` the cost and place after it."""
    leg, i = where
    so_far, here = start
    d, base, j = 2 * leg + 1, rows[n].cost, i
    while j <= n:
        cost, _, there = step(stops, couriers, rides, picked, c, here, d)
        total, b = so_far + cost, seq[c, min(j, n - 1)] if n > 0 else d
        rest = 0.0
        if j < n:
            onward = there[0] + ride_s(stops, couriers, rides, c, d, b)
            rest = rest_at_least(rows, j, n, onward) + (onward - there[0]) * couriers[c].ride_price
        if total + rest - base < best[0]:
            total = ride_on(stops, couriers, rides, picked, seq, c, n, j, (total, there), base + best[0])
            if total - base < best[0]:
                best = (total - base, i, j)
        if j < n:
            cost, _, here = step(stops, couriers, rides, picked, c, here, b)
            so_far += cost
        j += 1
        if j <= n and so_far - rows[j].cost >= best[0]:
            j = n + 1
    return best


@inlined
def ride_on(
    stops: Records,
    couriers: Records,
    rides: Floats,
    picked: Floats,
    seq: Stops32,
    c: int,
    n: int,
    k: int,
    start: tuple[float, Here],
    below: float,
) -> float:
    """Cost of the whole route when its stops from position k on follow after `start`; infinite once it is not below."""
    total, here = start
    while k < n:
        cost, _, here = step(stops, couriers, rides, picked, c, here, seq[c, k])
        total += cost
        k += 1
        if total >= below:
            total, k = np.inf, n
    return total
