"""Which couriers a leg is tried with, and which legs are its neighbours."""

import numpy as np
from scipy.spatial import cKDTree

from apps.dispatch.engine.compiled import inlined, kernel, lean_kernel
from apps.dispatch.engine.tables import Ints
from apps.dispatch.engine.tick.rows import START, Records
from apps.dispatch.engine.tick.state import World
from apps.dispatch.engine.tick.walk import ROUNDING_S, drop_cost, handover_at, ride_s
from apps.dispatch.engine.travel import Floats

BUCKETS = 256


@inlined
def least_cost(world: World, leg: int, c: int) -> float:
    """Least minutes of a leg whose courier rides straight for it and straight on with it; infinite where even that
    breaks a limit.

    True of any route where riding obeys the triangle inequality.
    """
    stops, couriers, rides = world.stops, world.couriers, world.rides
    p, d, who = 2 * leg, 2 * leg + 1, couriers[c]
    pickup, dropoff = stops[p], stops[d]
    arrives = max(who.free + ride_s(stops, couriers, rides, c, START, p) + pickup.half, pickup.wanted)
    picked = handover_at(pickup.opens, pickup.spread, arrives)
    onward = ride_s(stops, couriers, rides, c, p, d)
    dropped = max(dropoff.opens, picked + pickup.half + onward + dropoff.half)
    is_broken = picked > min(pickup.closes, who.pickup_by) + ROUNDING_S or onward > dropoff.longest + ROUNDING_S
    is_broken = is_broken or dropped > min(dropoff.closes, who.drop_by) + ROUNDING_S
    return float(np.inf if is_broken else drop_cost(dropoff, dropped) + world.extra[leg, c])


@lean_kernel
def bucket_step(costs: Floats) -> tuple[float, float]:
    """The least of the costs, and how much one bucket holds; most of what is asked for lies below the mean."""
    least, total, n = np.inf, 0.0, 0
    for cost in costs:
        if cost < np.inf:
            least = min(least, cost)
            total += cost
            n += 1
    step = (total / max(n, 1) - least) / (BUCKETS // 4)
    return least, step if step > 0.0 else 1.0


@lean_kernel
def sort_first(costs: Floats, most: int, order: Ints, bucket_of: Ints, ends: Ints) -> None:
    """Order couriers by what they cost, those who cost as much as they come; only the first `most` places are exact.

    Sorted into buckets, then within them as far as that matters: several times as fast as comparing them.
    """
    least, step = bucket_step(costs)
    ends[:] = 0
    for c in range(len(costs)):
        bucket = BUCKETS - 1
        if costs[c] < np.inf:
            bucket = int(min((costs[c] - least) / step, BUCKETS - 2.0))
        bucket_of[c] = bucket
        ends[bucket] += 1
    begins = 0
    for bucket in range(BUCKETS):
        begins, ends[bucket] = begins + ends[bucket], begins
    for c in range(len(costs)):
        order[ends[bucket_of[c]]] = c
        ends[bucket_of[c]] += 1
    for k in range(1, ends[bucket_of[order[most - 1]]]):
        c, at = order[k], k
        while at > 0 and costs[order[at - 1]] > costs[c]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = c


@kernel
def cheapest_couriers(world: World, n_open: int, most: int) -> tuple[Ints, Floats]:
    """By open leg the `most` couriers with whom it could cost least, cheapest first, and what that is at the least.

    Both (n_open, most).
    """
    n_couriers = len(world.couriers)
    costs, order, bucket_of = np.empty(n_couriers), np.empty(n_couriers, np.int64), np.empty(n_couriers, np.int64)
    ends = np.empty(BUCKETS, np.int64)
    who, bound = np.empty((n_open, most), np.int64), np.empty((n_open, most))
    for leg in range(n_open):
        for c in range(n_couriers):
            costs[c] = world.extra[leg, c] if world.extra[leg, c] == np.inf else least_cost(world, leg, c)
        sort_first(costs, most, order, bucket_of, ends)
        for rank in range(most):
            who[leg, rank], bound[leg, rank] = order[rank], costs[order[rank]]
    return who, bound


def nearest_legs(stops: Records, legs: Ints, among: Ints, most: int) -> Ints:
    """Neighbours of these legs, (n, 2 x most): picked up nearest to their pickup, then nearest to their drop-off.

    As the crow flies; a leg may be there twice. Neighbours are legs of `among`, which holds `legs` too; a leg is its
    own neighbour only where there are too few others.
    """
    if most < 1 or len(legs) == 0:
        return np.empty((len(legs), 2 * most), dtype=np.int64)
    pickups = _in_space(stops[2 * among])
    asked = np.concatenate((_in_space(stops[2 * legs]), _in_space(stops[2 * legs + 1])))
    k = min(most + 1, len(among))
    near = among[cKDTree(pickups).query(asked, k=[*range(1, k + 1)])[1]].reshape(2, len(legs), k)
    others_first = np.argsort(near == legs[None, :, None], axis=2, kind="stable")[:, :, :most]
    near = np.take_along_axis(near, others_first, axis=2)
    missing = np.broadcast_to(legs[None, :, None], (2, len(legs), most - near.shape[2]))
    near = np.concatenate((near, missing), axis=2)
    return np.ascontiguousarray(np.concatenate((near[0], near[1]), axis=1), dtype=np.int64)


def _in_space(stops: Records) -> Floats:
    return np.stack([stops[axis] for axis in "xyz"], axis=1)
