"""Riding a route: its times, its cost, and whether it breaks a limit. The compiled twin of `cost` and `bundles`."""

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
def leg_cost(t: RouteTables, leg: int, dropoff_at: float) -> float:
    """`cost.leg_cost_min` of one leg."""
    late_s = max(dropoff_at - t.legs[leg]["due_at"], 0.0)
    return float((dropoff_at - t.legs[leg]["placed_at"] + late_s * t.lateness_slope) / 60.0)


@kernel
def evaluate(t: RouteTables, courier: int, legs: Ints, joined: Mask, n: int, clock: Floats) -> float:  # noqa: PLR0917  the innermost loop: every call and every array taken from a tuple shows
    """Minutes that the first `n` legs cost with this courier; infinite when a hard limit is broken.

    Writes the pickup and the drop-off of each leg into `clock`, (W, 2); meaningless when a limit is broken.
    """
    all_legs, may_carry, next_pickup_s, from_pickup_s = t.legs, t.may_carry, t.next_pickup_s, t.from_pickup_s
    who = t.couriers[courier]
    vehicle, at, cost, start = who["vehicle"], who["available_at"], n * who["tie_break_min"], 0
    while start < n:
        end, point = start, all_legs[legs[start]]["point"]
        ready_at, half_s, weight_g, parcels = -np.inf, 0.0, 0.0, 0.0
        while end == start or (end < n and joined[end]):
            if not may_carry[legs[end], courier]:
                return np.inf
            leg = all_legs[legs[end]]
            ready_at, half_s = max(ready_at, leg["ready_at"]), max(half_s, leg["pickup_half_s"])
            weight_g += leg["weight_g"]
            parcels += leg["parcels"]
            end += 1
        if end - start > t.max_group or weight_g > who["spare_weight_g"] or parcels > who["spare_parcels"]:
            return np.inf
        at += t.to_pickup_s[courier, point] if start == 0 else next_pickup_s[vehicle, legs[start - 1], point]
        pickup_at = max(ready_at, at + half_s)
        if pickup_at > who["shift_ends_at"] + ROUNDING_S:
            return np.inf
        at = pickup_at + half_s
        for i in range(start, end):
            leg = all_legs[legs[i]]
            if i == start:
                at += from_pickup_s[vehicle, legs[i]]
            else:
                at += t.between_s[vehicle, all_legs[legs[i - 1]]["between_row"] + leg["number"]]
            at += leg["dropoff_half_s"]
            if at > leg["drop_by"] + ROUNDING_S:
                return np.inf
            clock[i, 0], clock[i, 1] = pickup_at, at
            cost += (at - leg["placed_at"] + max(at - leg["due_at"], 0.0) * t.lateness_slope) / 60.0
            at += leg["dropoff_half_s"]
        start = end
    return float(cost)
