"""Tours for couriers and legs: which leg in whose tour, in which order, and how late each pickup may be.

The way in for a service. What comes back is in the words of the tick: routes of stops with times, and reasons.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from apps.dispatch.engine.committed_stops import planned_stops
from apps.dispatch.engine.cost import leg_cost_min
from apps.dispatch.engine.plan import PlannedRoute, PlannedStop
from apps.dispatch.engine.reasons import UnassignedReason
from apps.dispatch.engine.settings import MINUTE_S, PlannerSettings
from apps.dispatch.engine.snapshot import CommittedStop, CourierState, LastRoutes, OpenLeg, Snapshot
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.tables import CourierTable
from apps.dispatch.engine.tour_words import TourPlan, TourSearch
from apps.dispatch.engine.tours.from_snapshot import Translation, translate
from apps.dispatch.engine.tours.search import solve_tours
from apps.dispatch.engine.tours.tours import Tour


def plan_tours(snapshot: Snapshot, search: TourSearch, kept: LastRoutes) -> TourPlan:
    """Plan the legs of a snapshot into tours. Never breaks a hard limit. `kept`: the tours as planned before.

    Raises ValueError when the search has no bound, or two.
    """
    if not snapshot.couriers or not snapshot.legs:
        nobody = dict.fromkeys((leg.id for leg in snapshot.legs), UnassignedReason.NO_COURIER_ON_SHIFT)
        return TourPlan((), {}, nobody, 0.0)
    words = translate(snapshot, courier_price_min=search.courier_price_min)
    answer = solve_tours(
        words.problem,
        seconds=search.seconds,
        iterations=search.iterations,
        seed=search.seed,
        start=words.nodes_of(kept),
        least_gain=search.least_gain,
    )
    held: dict[str, float] = {}
    for tour in answer.tours:
        held |= _held_until(words, tour, search.slack_s)
    return TourPlan(
        routes=tuple(_route(words, tour, held, snapshot) for tour in answer.tours),
        held_until=held,
        unassigned={words.legs[row].id: words.reasons.get(row, reason) for row, reason in answer.left_out.items()},
        cost_min=answer.cost,
    )


def _held_until(words: Translation, tour: Tour, slack_s: float) -> dict[str, float]:
    """How late each pickup may be so that no drop-off is later than planned, less the slack.

    Never so early that something is on board for too long.
    """
    problem = words.problem
    way = problem.travel_times[problem.rides[tour.vehicle]]
    latest = list(tour.service_at)
    for k in range(len(latest) - 2, -1, -1):
        here, there = tour.stops[k], tour.stops[k + 1]
        if words.stop_at(here)[0] is StopKind.PICKUP:
            latest[k] = max(latest[k], min(problem.window[here, 1], latest[k + 1] - way[here, there]))
    dropped = {words.stop_at(node)[1]: at for node, at in zip(tour.stops, tour.service_at, strict=True)}
    held = {}
    for node, at in zip(tour.stops, latest, strict=True):
        kind, row = words.stop_at(node)
        leg = words.legs[row]
        if kind is StopKind.PICKUP:
            boards_from = dropped[row] - (np.inf if leg.max_on_board_s is None else leg.max_on_board_s)
            held[leg.id] = float(max(leg.ready_at, at - slack_s, boards_from))
    return held


def _route(words: Translation, tour: Tour, held: dict[str, float], snapshot: Snapshot) -> PlannedRoute:
    state, ridden = words.couriers[tour.vehicle], words.ridden[tour.vehicle]
    stops = tuple(_committed(words, node, held) for node in tour.stops)
    planned = planned_stops(replace(state, stops=stops), snapshot)
    new = tuple(replace(stop, is_committed=False) for stop in planned)
    legs = {stop.leg.id: stop.leg for stop in (*snapshot.couriers[tour.vehicle].stops, *stops)}
    return PlannedRoute(state.id, (*ridden, *new), _cost_min((*ridden, *new), state, legs, snapshot))


def _committed(words: Translation, node: int, held: dict[str, float]) -> CommittedStop:
    kind, row = words.stop_at(node)
    leg = words.legs[row]
    return CommittedStop(kind, replace(leg, ready_at=held[leg.id]))


def _cost_min(
    stops: tuple[PlannedStop, ...], state: CourierState, legs: dict[str, OpenLeg], snapshot: Snapshot
) -> float:
    """Minutes that a route costs by the tick's account."""
    rules = snapshot.settings
    tie_break = float(CourierTable.of([state], snapshot.now, rules).tie_break_min[0])
    total = _ridden_s(stops) * rules.riding_price / MINUTE_S
    for stop in stops:
        if stop.kind is StopKind.DROPOFF:
            total += _leg_min(legs[stop.leg_ids[0]], stop.handover_at, rules)
            total += 0.0 if stop.is_committed else tie_break
    return total


def _leg_min(leg: OpenLeg, dropoff_at: float, rules: PlannerSettings) -> float:
    due_at = leg.placed_at + rules.lateness_threshold_s if leg.due_at is None else leg.due_at
    at, placed, due = (np.array(moment) for moment in (dropoff_at, leg.placed_at, due_at))
    return float(leg_cost_min(dropoff_at=at, placed_at=placed, due_at=due, settings=rules))


def _ridden_s(stops: tuple[PlannedStop, ...]) -> float:
    """Seconds on the way; pickups that are one stop are ridden to once."""
    first = stops[0].arrives_at - stops[0].departs_at
    return first + sum(
        stop.arrives_at - stop.departs_at
        for before, stop in pairwise(stops)
        if (stop.departs_at, stop.arrives_at) != (before.departs_at, before.arrives_at)
    )
