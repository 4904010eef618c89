"""From rows back to ids and moments: the routes as planned."""

from dataclasses import dataclass

import numpy as np

from apps.dispatch.engine.compiled import kernel
from apps.dispatch.engine.plan import PlannedRoute, PlannedStop
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.tick.build import TickProblem
from apps.dispatch.engine.tick.state import Routes, World
from apps.dispatch.engine.tick.walk import ROUNDING_S, begin, ride_s, step
from apps.dispatch.engine.travel import Floats


@kernel
def timetables(world: World, routes: Routes) -> Floats:
    """By stop of all routes, one after the other: when he could leave for it, the ride, the handover, half of the
    service."""
    stops, couriers, rides, picked = world[:4]
    table = np.empty((routes.length.sum(), 4))
    row = 0
    for c in range(len(routes.length)):
        here = begin(couriers, c)
        for k in range(routes.length[c]):
            b = routes.seq[c, k]
            table[row, 0], table[row, 1] = here[0], ride_s(stops, couriers, rides, c, here[1], b)
            _, table[row, 2], here = step(stops, couriers, rides, picked, c, here, b)
            table[row, 3] = here[6]
            row += 1
    return table


@dataclass(frozen=True, slots=True)
class _Stops:
    """What is asked of stops, as lists: numpy is slow to be asked for one thing at a time."""

    now: float
    n_open: int
    leg_ids: list[str]
    places: list[int]
    closes: list[float]
    wanted: list[float]
    """Handover before which nobody needs to be there."""
    times: list[list[float]]


def planned_routes(problem: TickProblem) -> list[PlannedRoute]:
    """The routes of everybody who has something to do."""
    routes, states = problem.routes, problem.market.couriers.states
    stops = _Stops(
        now=problem.market.now,
        n_open=problem.n_open,
        leg_ids=[leg.id for leg in problem.legs],
        places=problem.world.stops["place"].tolist(),
        wanted=problem.world.stops["wanted"].tolist(),
        closes=problem.world.stops["closes"].tolist(),
        times=timetables(problem.world, routes).tolist(),
    )
    costs = _costs(problem)
    planned: list[PlannedRoute] = []
    first = 0
    for c, n in enumerate(routes.length.tolist()):
        if n:
            rows = routes.seq[c, :n].tolist()
            planned.append(PlannedRoute(states[c].id, _planned_stops(stops, rows, first), costs[c]))
            first += n
    return planned


def _costs(problem: TickProblem) -> list[float]:
    """Minutes by courier: riding, drop-offs, and what the pairs cost whatever the route."""
    who = problem.routes.courier_of[: problem.n_open]
    legs = np.flatnonzero(who >= 0)
    extra = np.bincount(who[legs], weights=problem.world.extra[legs, who[legs]], minlength=len(problem.routes.cost))
    costs: list[float] = (problem.routes.cost + extra).tolist()
    return costs


def _planned_stops(stops: _Stops, rows: list[int], first: int) -> tuple[PlannedStop, ...]:
    planned: list[PlannedStop] = []
    k = 0
    while k < len(rows):
        end = _end_of_stop(stops, rows, k)
        leaves_before, ride = stops.times[first + k][:2]
        handover, half = stops.times[first + end - 1][2:]
        latest = max([stops.wanted[row] for row in rows[k:end]]) - half - ride
        if end > k + 1 and handover > min([stops.closes[row] for row in rows[k:end]]):
            latest = stops.wanted[rows[k]] - stops.times[first + k][3] - ride  # one must be gone before the last is
        departs = stops.now + (latest if latest > leaves_before + ROUNDING_S else leaves_before)
        arrives = departs + ride
        if k > 0 and stops.places[rows[k]] >= 0 and stops.places[rows[k]] == stops.places[rows[k - 1]]:
            # One stop: committed pickups and open ones.
            departs, arrives = planned[-1].departs_at, planned[-1].arrives_at
        planned.append(
            PlannedStop(
                kind=StopKind.DROPOFF if rows[k] & 1 else StopKind.PICKUP,
                leg_ids=tuple([stops.leg_ids[row >> 1] for row in rows[k:end]]),
                departs_at=departs,
                arrives_at=arrives,
                handover_at=stops.now + handover,
                leaves_at=stops.now + handover + half,
                is_committed=rows[k] >> 1 >= stops.n_open,
            )
        )
        k = end
    return tuple(planned)


def _end_of_stop(stops: _Stops, rows: list[int], k: int) -> int:
    """Position behind the last row that is done in the same stop: pickups of one place, all committed or all open."""
    place, is_open, end = stops.places[rows[k]], rows[k] >> 1 < stops.n_open, k + 1
    if place < 0:
        return end
    while end < len(rows) and stops.places[rows[end]] == place and (rows[end] >> 1 < stops.n_open) == is_open:
        end += 1
    return end
