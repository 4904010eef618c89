"""Riding a route: its times, its cost, and whether it breaks a hard limit. The compiled twin of `cost` and `bundles`."""

import numpy as np

from apps.dispatch.engine.routes.compiled import kernel
from apps.dispatch.engine.routes.tables import RouteTables
from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.travel import Floats

ROUNDING_S = 1e-5  # sums of seconds since 1970 differ by this much with the order of adding


@kernel
def group_end(joined: Mask, start: int, n: int) -> int:
    """Position behind the last leg of the group that starts at `start`."""
    end = start + 1
    while end < n and joined[end]:
        end += 1
    return end


@kernel
def may_take(t: RouteTables, courier: int, legs: Ints, start: int, end: int) -> bool:
    """Whether the courier may have these legs on board together, time apart."""
    if end - start > t.max_group:
        return False
    weight_g, parcels = 0.0, 0.0
    for i in range(start, end):
        if not t.may_carry[legs[i], courier]:
            return False
        weight_g += t.weight_g[legs[i]]
        parcels += t.parcels[legs[i]]
    return bool(weight_g <= t.spare_weight_g[courier] and parcels <= t.spare_parcels[courier])


@kernel
def leg_cost(t: RouteTables, leg: int, dropoff_at: float) -> float:
    """`cost.leg_cost_min` of one leg."""
    late_s = max(dropoff_at - t.due_at[leg], 0.0)
    return float((dropoff_at - t.placed_at[leg] + late_s * t.lateness_slope) / 60.0)


@kernel
def between(t: RouteTables, vehicle: int, leg: int, following: int) -> float:
    """Seconds from the drop-off of a leg to that of another of the same place."""
    place = t.place[leg]
    cell = t.row_in_place[leg] * t.place_size[place] + t.row_in_place[following]
    return float(t.between_s[vehicle, t.place_start[place] + cell])


@kernel
def pick_up(t: RouteTables, legs: Ints, start: int, end: int, arrives_at: float) -> tuple[float, float]:
    """When the legs of a group change hands, and when the courier leaves with them."""
    ready_at, half_s = t.ready_at[legs[start]], t.pickup_half_s[legs[start]]
    for i in range(start + 1, end):
        ready_at = max(ready_at, t.ready_at[legs[i]])
        half_s = max(half_s, t.pickup_half_s[legs[i]])
    pickup_at = max(ready_at, arrives_at + half_s)
    return pickup_at, pickup_at + half_s


@kernel
def evaluate(t: RouteTables, courier: int, legs: Ints, joined: Mask, n: int, clock: Floats) -> float:
    """Minutes that the first `n` legs cost with this courier; infinite when a hard limit is broken.

    Writes the pickup and the drop-off of each leg into `clock`, (W, 2); meaningless when a limit is broken.
    """
    vehicle, at, cost, start = t.vehicle[courier], t.available_at[courier], n * t.tie_break_min[courier], 0
    while start < n:
        end = group_end(joined, start, n)
        if not may_take(t, courier, legs, start, end):
            return np.inf
        point = t.point[legs[start]]
        at += t.to_pickup_s[courier, point] if start == 0 else t.next_pickup_s[vehicle, legs[start - 1], point]
        pickup_at, at = pick_up(t, legs, start, end, at)
        if pickup_at > t.shift_ends_at[courier] + ROUNDING_S:
            return np.inf
        for i in range(start, end):
            leg = legs[i]
            at += t.from_pickup_s[vehicle, leg] if i == start else between(t, vehicle, legs[i - 1], leg)
            at += t.dropoff_half_s[leg]
            if at > t.drop_by[leg] + ROUNDING_S:
                return np.inf
            clock[i, 0], clock[i, 1] = pickup_at, at
            cost += leg_cost(t, leg, at)
            at += t.dropoff_half_s[leg]
        start = end
    return float(cost)
