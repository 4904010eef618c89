"""From rows back to ids and moments: the routes as planned."""

import numpy as np

from apps.dispatch.engine.compiled import kernel
from apps.dispatch.engine.plan import PlannedRoute, PlannedStop
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.tick.build import TickProblem
from apps.dispatch.engine.tick.state import Routes, World
from apps.dispatch.engine.tick.walk import ROUNDING_S, begin, ride_s, step
from apps.dispatch.engine.travel import Floats

LEAVES_BEFORE, RIDE, HANDOVER, HALF = 0, 1, 2, 3


@kernel
def timetable(world: World, routes: Routes, c: int) -> Floats:
    """By stop of the route of courier c: when he could leave for it, the ride, the handover, half of the service; (n,
    4)."""
    stops, couriers, rides, picked = world[:4]
    here, n = begin(couriers, c), routes.length[c]
    table = np.empty((n, 4))
    for k in range(n):
        b = routes.seq[c, k]
        table[k, 0], table[k, 1] = here[0], ride_s(stops, couriers, rides, c, here[1], b)
        _, table[k, 2], here = step(stops, couriers, rides, picked, c, here, b)
        table[k, 3] = here[6]
    return table


def planned_routes(problem: TickProblem) -> list[PlannedRoute]:
    """The routes of everybody who has something to do."""
    return [_route(problem, c) for c in np.flatnonzero(problem.routes.length).tolist()]


def _route(problem: TickProblem, c: int) -> PlannedRoute:
    routes, now = problem.routes, problem.market.now
    table = timetable(problem.world, routes, c)
    rows = routes.seq[c, : routes.length[c]].tolist()
    stops: list[PlannedStop] = []
    k = 0
    while k < len(rows):
        end = _end_of_stop(problem, rows, k)
        leaves_before, ride = table[k, LEAVES_BEFORE], table[k, RIDE]
        handover, half = table[end - 1, HANDOVER], table[end - 1, HALF]
        latest = handover - half - ride
        departs = latest if latest > leaves_before + ROUNDING_S else leaves_before
        stops.append(
            PlannedStop(
                kind=StopKind.DROPOFF if rows[k] & 1 else StopKind.PICKUP,
                leg_ids=tuple(problem.legs[row >> 1].id for row in rows[k:end]),
                departs_at=now + float(departs),
                arrives_at=now + float(departs + ride),
                handover_at=now + float(handover),
                leaves_at=now + float(handover + half),
                is_committed=rows[k] >> 1 >= problem.n_open,
            )
        )
        k = end
    extra = sum(problem.world.extra[row >> 1, c] for row in rows if row & 1 and row >> 1 < problem.n_open)
    return PlannedRoute(problem.market.couriers.states[c].id, tuple(stops), float(routes.cost[c] + extra))


def _end_of_stop(problem: TickProblem, rows: list[int], k: int) -> int:
    """Position behind the last row that is done in the same stop: pickups of one place, all committed or all open."""
    stops = problem.world.stops
    end = k + 1
    while (
        end < len(rows)
        and stops["place"][rows[k]] >= 0
        and stops["place"][rows[end]] == stops["place"][rows[k]]
        and stops["is_fixed"][rows[end]] == stops["is_fixed"][rows[k]]
    ):
        end += 1
    return end
