"""From rows back to ids and moments: the routes as planned."""

from collections.abc import Iterator

import numpy as np

from apps.dispatch.engine.compiled import kernel, lean_kernel
from apps.dispatch.engine.plan import PlannedRoute, PlannedStop
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.tables import Ints
from apps.dispatch.engine.tick.build import TickProblem
from apps.dispatch.engine.tick.state import Routes, World
from apps.dispatch.engine.tick.walk import ROUNDING_S, begin, ride_s, step
from apps.dispatch.engine.travel import Floats


@lean_kernel
def end_of_visit(world: World, routes: Routes, n_open: int, c: int, k: int) -> int:
    """Position behind the last row that is done in the same stop as that at k: pickups of one place, all committed or
    all open."""
    first = routes.seq[c, k]
    place, end = world.stops[first].place, k + 1
    while place >= 0 and end < routes.length[c]:
        row = routes.seq[c, end]
        if world.stops[row].place != place or (row >> 1 < n_open) != (first >> 1 < n_open):
            break
        end += 1
    return end


@lean_kernel
def wanted_at(world: World, routes: Routes, c: int, k: int, end: int, times: Floats) -> float:
    """When he must be there at the latest, so that nothing is delayed, service done; `times` (end - k, 2) are handovers
    and halves of services."""
    wanted, closes, stops = -np.inf, np.inf, world.stops
    for at in range(k, end):
        row = routes.seq[c, at]
        wanted, closes = max(wanted, stops[row].wanted), min(closes, stops[row].closes)
    if end > k + 1 and times[end - k - 1, 0] > closes:  # one must be gone before the last is
        return float(stops[routes.seq[c, k]].wanted - times[0, 1])
    return float(wanted - times[end - k - 1, 1])


@kernel
def timetable(world: World, routes: Routes, n_open: int) -> tuple[Ints, Floats]:
    """By visit of all routes, one after the other: how many rows it does, (V,); and when he departs for it, arrives,
    hands over and leaves, (V, 4)."""
    stops, couriers, rides, picked = world[:4]
    most = routes.length.sum()
    sizes, table, times = np.empty(most, np.int64), np.empty((most, 4)), np.empty((routes.seq.shape[1], 2))
    v = 0
    for c in range(len(routes.length)):
        here, k = begin(couriers, c), 0
        while k < routes.length[c]:
            leaves_before, before, b = here[0], here[1], routes.seq[c, k]
            ride, end = ride_s(stops, couriers, rides, c, before, b), end_of_visit(world, routes, n_open, c, k)
            for at in range(k, end):
                _, times[at - k, 0], here = step(stops, couriers, rides, picked, c, here, routes.seq[c, at])
                times[at - k, 1] = here[6]
            latest = wanted_at(world, routes, c, k, end, times) - ride
            table[v, 0] = latest if latest > leaves_before + ROUNDING_S else leaves_before
            table[v, 1] = table[v, 0] + ride
            if k > 0 and stops[b].place >= 0 and stops[b].place == stops[before].place:
                table[v, 0], table[v, 1] = table[v - 1, 0], table[v - 1, 1]  # one stop: committed pickups and open ones
            table[v, 2], table[v, 3], sizes[v] = times[end - k - 1, 0], times[end - k - 1, 0] + here[6], end - k
            v, k = v + 1, end
    return sizes[:v], table[:v]


def planned_routes(problem: TickProblem) -> list[PlannedRoute]:
    """The routes of everybody who has something to do."""
    routes, states, costs = problem.routes, problem.market.couriers.states, _costs(problem)
    visits = _visits(problem)
    planned: list[PlannedRoute] = []
    for c, n in enumerate(routes.length.tolist()):
        stops: list[PlannedStop] = []
        done = 0
        while done < n:
            size, stop = next(visits)
            stops.append(stop)
            done += size
        if stops:
            planned.append(PlannedRoute(states[c].id, tuple(stops), costs[c]))
    return planned


def _visits(problem: TickProblem) -> Iterator[tuple[int, PlannedStop]]:
    """The stops of all routes, one route after the other, each with the number of rows it is made of."""
    routes, ids, n_open = problem.routes, [leg.id for leg in problem.legs], problem.n_open
    rows = routes.seq[np.arange(routes.seq.shape[1]) < routes.length[:, None]].tolist()
    sizes, times = timetable(problem.world, routes, n_open)
    first = 0
    for size, (departs, arrives, handover, leaves) in zip(
        sizes.tolist(), (times + problem.market.now).tolist(), strict=True
    ):
        row = rows[first]
        leg_ids = tuple([ids[each >> 1] for each in rows[first : first + size]])
        kind = StopKind.DROPOFF if row & 1 else StopKind.PICKUP
        yield size, PlannedStop(kind, leg_ids, departs, arrives, handover, leaves, row >> 1 >= n_open)
        first += size


def _costs(problem: TickProblem) -> list[float]:
    """Minutes by courier: riding, drop-offs, and what the pairs cost whatever the route."""
    who = problem.routes.courier_of[: problem.n_open]
    legs = np.flatnonzero(who >= 0)
    extra = np.bincount(who[legs], weights=problem.world.extra[legs, who[legs]], minlength=len(problem.routes.cost))
    costs: list[float] = (problem.routes.cost + extra).tolist()
    return costs
