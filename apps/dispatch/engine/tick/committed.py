"""What couriers are committed to: its limits are relaxed to what holds anyway, and no further."""

import numpy as np

from apps.dispatch.engine.compiled import kernel, lean_kernel
from apps.dispatch.engine.tick.state import Routes, World, cost_now
from apps.dispatch.engine.tick.walk import begin, step
from apps.dispatch.engine.travel import Floats


@lean_kernel
def ride_freely(world: World, routes: Routes, c: int, handovers: Floats, peaks: Floats) -> None:
    """Handovers of the route of courier c, his limits and those of his stops lifted; and the most of each load on the
    way."""
    stops, couriers, rides, picked = world[:4]
    for k in range(routes.length[c]):
        stops[routes.seq[c, k]].closes = stops[routes.seq[c, k]].longest = np.inf
    couriers[c].grams = couriers[c].litres = couriers[c].parcels = couriers[c].most_aboard = np.inf
    couriers[c].one_place = 0
    here = begin(couriers, c)
    peaks[:] = -np.inf
    peaks[3] = here[5]
    for k in range(routes.length[c]):
        _, handovers[k], here = step(stops, couriers, rides, picked, c, here, routes.seq[c, k])
        peaks[0], peaks[1] = max(peaks[0], here[2]), max(peaks[1], here[3])
        peaks[2], peaks[3] = max(peaks[2], here[4]), max(peaks[3], here[5])


@kernel
def relax(world: World, routes: Routes) -> None:
    """Make every committed route feasible as it is, by no more than needed; work out what the routes cost.

    A stop that will be too late anyway may be as late as it then is, but not later. A courier who carries too much
    already may go on carrying it.
    """
    stops, couriers, picked = world.stops, world.couriers, world.picked
    width = routes.seq.shape[1]
    handovers, closes, longest, peaks = np.empty(width), np.empty(width), np.empty(width), np.empty(4)
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
        ride_freely(world, routes, c, handovers, peaks)
        for k in range(n):
            b = routes.seq[c, k]
            stops[b].closes = max(closes[k], handovers[k])
            stops[b].longest = max(longest[k], handovers[k] - picked[b >> 1])
        couriers[c].grams, couriers[c].litres = max(spare[0], peaks[0]), max(spare[1], peaks[1])
        couriers[c].parcels, couriers[c].most_aboard = max(spare[2], peaks[2]), max(spare[3], peaks[3])
        couriers[c].one_place = one_place
        routes.cost[c] = cost_now(world, routes, c)
        if routes.cost[c] == np.inf:  # what is on board comes from several places already
            couriers[c].one_place = 0
            routes.cost[c] = cost_now(world, routes, c)
