"""Where in a route a leg costs least."""

import numpy as np

from apps.dispatch.engine.compiled import inlined, kernel, lean_kernel
from apps.dispatch.engine.tick.rows import START, Records, Stops32
from apps.dispatch.engine.tick.state import Routes, World
from apps.dispatch.engine.tick.walk import Here, begin, drop_cost, ride_s, step
from apps.dispatch.engine.travel import Floats

COST, ARRIVES, CALM, WEIGHT, RIDING, PLACES = 0, 1, 2, 3, 4, 5  # rows of the room


@kernel
def make_room(width: int) -> Floats:
    """Scratch for `best_place` on routes of at most `width` stops: per position, see `look_ahead`."""
    return np.zeros((PLACES, width + 2))


@inlined
def look_ahead(
    stops: Records, couriers: Records, rides: Floats, picked: Floats, seq: Stops32, c: int, n: int, room: Floats
) -> None:
    """Fill the room with what a delay at each position k of the route can do, at the least.

    COST is that of the stops before k; ARRIVES when the courier is at k, service apart; CALM the seconds of waiting
    from k on, which may swallow a delay; WEIGHT what a second of delay of all drop-offs from k on costs; RIDING the
    price of the ride to k. So a route delayed by d at k costs at least WEIGHT x (d - CALM) more, that ride apart.
    """
    here, total = begin(couriers, c), 0.0
    for k in range(n):
        b = seq[c, k]
        stop = stops[b]
        ride = ride_s(stops, couriers, rides, c, here[1], b)
        arrives = here[0] + ride
        room[COST, k], room[ARRIVES, k], room[WEIGHT, k] = total, arrives, stop.weight
        room[RIDING, k] = ride * couriers[c].ride_price
        joins = stop.place >= 0 and here[1] != START and stops[max(here[1], 0)].place == stop.place
        shared = 2.0 * here[6] if joins else 0.0
        cost, handover, here = step(stops, couriers, rides, picked, c, here, b)
        room[CALM, k] = max(handover - arrives - stop.half, 0.0) + shared
        total += cost
    room[COST, n], room[CALM, n], room[WEIGHT, n] = total, 0.0, 0.0
    for k in range(n - 1, -1, -1):
        room[CALM, k] += room[CALM, k + 1]
        room[WEIGHT, k] += room[WEIGHT, k + 1]


@inlined
def rest_at_least(room: Floats, k: int, n: int, arrives: float) -> float:
    """Least cost of the stops from k on when the courier reaches k at `arrives`, but for the ride to k."""
    delay = max(arrives - room[ARRIVES, k] - room[CALM, k], 0.0)
    return float(room[COST, n] - room[COST, k] - room[RIDING, k] + room[WEIGHT, k] * delay)


@lean_kernel
def best_place(world: World, routes: Routes, c: int, leg: int, below: float, room: Floats) -> tuple[float, int, int]:
    """Cheapest place for a leg in the route of courier c: what it adds, and where the pickup and the drop-off go in.

    Only a place that adds less than `below` is found; without any, the positions are -1. Positions are those of
    `state.put_in`. Every place is either tried to the end, or left because a bound says it cannot be cheaper.
    """
    stops, couriers, rides, picked = world[:4]
    seq, n, p, d = routes.seq, routes.length[c], 2 * leg, 2 * leg + 1
    pickup, dropoff = stops[p], stops[d]
    best = (below, -1, -1)
    first, last = couriers[c].first, n if n + 2 <= min(seq.shape[1], couriers[c].most_stops) else -1
    look_ahead(stops, couriers, rides, picked, seq, c, n, room)
    straight = ride_s(stops, couriers, rides, c, p, d) + dropoff.half
    here, done, base = begin(couriers, c), 0.0, room[COST, n]
    for i in range(last + 1):
        cost, _, there = step(stops, couriers, rides, picked, c, here, p)
        least = done + cost + drop_cost(dropoff, max(there[0] + straight, dropoff.opens)) - base
        b = seq[c, min(i, n - 1)] if n > 0 else p
        follows = stops[b]
        onward = there[0] + ride_s(stops, couriers, rides, c, p, b)
        if i < n and follows.place != pickup.place:
            least += rest_at_least(room, i, n, onward) + (onward - there[0]) * couriers[c].ride_price
        if least < best[0] and i >= first:
            start = (done + cost, there)
            best = best_drop(stops, couriers, rides, picked, seq, c, n, (leg, i), start, best, room)
        if i < n:
            cost, _, here = step(stops, couriers, rides, picked, c, here, b)
            done += cost
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
    room: Floats,
) -> tuple[float, int, int]:
    """As `best_place`, for a pickup put in at position i: `where` is (leg, i), `start` the cost and place after it."""
    leg, i = where
    so_far, here = start
    d, base, j = 2 * leg + 1, room[COST, n], i
    while j <= n:
        cost, _, there = step(stops, couriers, rides, picked, c, here, d)
        total, b = so_far + cost, seq[c, min(j, n - 1)] if n > 0 else d
        onward = there[0] + ride_s(stops, couriers, rides, c, d, b)
        rest = 0.0
        if j < n:
            rest = rest_at_least(room, j, n, onward) + (onward - there[0]) * couriers[c].ride_price
        if total + rest - base < best[0]:
            total = ride_on(stops, couriers, rides, picked, seq, c, n, j, (total, there), base + best[0])
            if total - base < best[0]:
                best = (total - base, i, j)
        if j < n:
            cost, _, here = step(stops, couriers, rides, picked, c, here, b)
            so_far += cost
        j += 1
        if j <= n and so_far - room[COST, j] >= best[0]:
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
