"""Which couriers a leg is tried with, and which legs are its neighbours."""

import numpy as np

from apps.dispatch.engine.compiled import kernel
from apps.dispatch.engine.tables import Ints
from apps.dispatch.engine.tick.rows import START
from apps.dispatch.engine.tick.state import World
from apps.dispatch.engine.tick.walk import ROUNDING_S, drop_cost, handover_at, ride_s
from apps.dispatch.engine.travel import Floats


@kernel
def lower_bounds(world: World, n_open: int) -> Floats:
    """Least minutes of each open leg with each courier, (n_open, C): he rides straight for it and straight on with it.

    Infinite where even that breaks a limit. True of any route where riding obeys the triangle inequality.
    """
    stops, couriers, rides = world.stops, world.couriers, world.rides
    bound = np.empty((n_open, len(couriers)))
    for leg in range(n_open):
        p, d = 2 * leg, 2 * leg + 1
        for c in range(len(couriers)):
            bound[leg, c] = np.inf
            if world.extra[leg, c] == np.inf:
                continue
            to_pickup = ride_s(stops, couriers, rides, c, START, p)
            arrives = max(couriers[c].free + to_pickup + stops[p].half, stops[p].wanted)
            picked = handover_at(stops[p].opens, stops[p].spread, arrives)
            if picked > min(stops[p].closes, couriers[c].pickup_by) + ROUNDING_S:
                continue
            onward = ride_s(stops, couriers, rides, c, p, d)
            dropped = max(stops[d].opens, picked + stops[p].half + onward + stops[d].half)
            is_late = dropped > min(stops[d].closes, couriers[c].drop_by) + ROUNDING_S
            if is_late or onward > stops[d].longest + ROUNDING_S:
                continue
            bound[leg, c] = drop_cost(stops[d], dropped) + world.extra[leg, c]
    return bound


@kernel
def nearest_legs(world: World, future: Ints, most: int) -> Ints:
    """Neighbours of each open leg, (n_open, 2 x most): picked up nearest to its pickup, then nearest to its drop-off.

    As the first courier rides; a leg may be there twice. Real legs (0 in `future`, (n_open,)) are neighbours of all,
    others of those of their own future only. Where there are fewer, a leg is its own neighbour.
    """
    n_open = len(future)
    stops, couriers, rides = world.stops, world.couriers, world.rides
    answer = np.empty((n_open, 2 * most), np.int64)
    best = np.empty(most)
    for leg in range(n_open):
        for kind in range(2):
            n, first = 0, kind * most
            for other in range(n_open):
                if other == leg or future[other] not in (0, future[leg]):
                    continue
                ride = ride_s(stops, couriers, rides, 0, 2 * leg + kind, 2 * other)
                if n == most and (most == 0 or ride >= best[most - 1]):
                    continue
                k = n if n < most else most - 1
                while k > 0 and best[k - 1] > ride:
                    best[k] = best[k - 1]
                    answer[leg, first + k] = answer[leg, first + k - 1]
                    k -= 1
                best[k] = ride
                answer[leg, first + k] = other
                n = min(n + 1, most)
            answer[leg, first + n : first + most] = leg
    return answer
