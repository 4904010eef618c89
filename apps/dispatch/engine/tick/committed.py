"""What couriers are committed to: its limits are relaxed to what holds anyway, and no further."""

import numpy as np

from apps.dispatch.engine.compiled import kernel, lean_kernel
from apps.dispatch.engine.tick.state import Routes, World, cost_now
from apps.dispatch.engine.tick.walk import ROUNDING_L, begin, step
from apps.dispatch.engine.travel import Floats


@lean_kernel
def ride_freely(world: World, routes: Routes, c: int, handovers: Floats) -> float:
    """Handovers of the route of courier c, his limits and those of his stops lifted; returns the most legs on board on
    the way."""
    stops, couriers, rides, picked = world[:4]
    for k in range(routes.length[c]):
        stops[routes.seq[c, k]].closes = stops[routes.seq[c, k]].longest = np.inf
    couriers[c].grams = couriers[c].litres = couriers[c].parcels = couriers[c].most_aboard = np.inf
    couriers[c].one_place = 0
    here = begin(couriers, c)
    most = here[5]
    for k in range(routes.length[c]):
        _, handovers[k], here = step(stops, couriers, rides, picked, c, here, routes.seq[c, k])
        most = max(most, here[5])
    return most


@lean_kernel
def lighten(world: World, routes: Routes, c: int) -> None:
    """Let what courier c carries count at most as much as he may carry, at each of his stops.

    So what overloads him already is allowed, and leaves no room for more while it does.
    """
    stops, who = world.stops, world.couriers[c]
    loads, counted = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
    for k in range(routes.length[c]):
        stop = stops[routes.seq[c, k]]
        loads = (loads[0] + stop.grams, loads[1] + stop.litres, loads[2] + stop.parcels)
        litres = min(loads[1], who.litres - ROUNDING_L)
        most = (min(loads[0], who.grams), litres, min(loads[2], who.parcels))
        stop.grams, stop.litres, stop.parcels = most[0] - counted[0], most[1] - counted[1], most[2] - counted[2]
        counted = most


@kernel
def relax(world: World, routes: Routes) -> None:
    """Make every committed route feasible as it is, by no more than needed; work out what the routes cost.

    A stop that will be too late anyway may be as late as it then is, but not later. A courier who carries too much
    already may go on carrying it, and nothing else.
    """
    stops, couriers, picked = world.stops, world.couriers, world.picked
    width = routes.seq.shape[1]
    handovers, closes, longest = np.empty(width), np.empty(width), np.empty(width)
    for c in range(len(routes.length)):
        n, who = routes.length[c], couriers[c]
        if n == 0:
            continue
        for k in range(n):
            b = routes.seq[c, k]
            ends = who.pickup_by if stops[b].place >= 0 else who.drop_by
            closes[k], longest[k] = min(stops[b].closes, ends), stops[b].longest
        spare = (who.grams, who.litres, who.parcels, who.most_aboard)
        one_place = who.one_place
        most = ride_freely(world, routes, c, handovers)
        for k in range(n):
            b = routes.seq[c, k]
            stops[b].closes = max(closes[k], handovers[k])
            stops[b].longest = max(longest[k], handovers[k] - picked[b >> 1])
        couriers[c].grams, couriers[c].litres, couriers[c].parcels = spare[:3]
        couriers[c].most_aboard = max(spare[3], most)
        lighten(world, routes, c)
        couriers[c].one_place = one_place
        routes.cost[c] = cost_now(world, routes, c)
        if routes.cost[c] == np.inf:  # what is on board comes from several places already
            couriers[c].one_place = 0
            routes.cost[c] = cost_now(world, routes, c)
