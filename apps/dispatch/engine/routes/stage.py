"""The stage between matching and commitment: from matched routes to better ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.dispatch.engine.market import Market, first_free, first_ready
from apps.dispatch.engine.plan import PlannedRoute, PlannedStop, StopKind
from apps.dispatch.engine.routes.evaluate import evaluate, group_end
from apps.dispatch.engine.routes.improve import improve
from apps.dispatch.engine.routes.state import Routes, start_routes
from apps.dispatch.engine.routes.tables import RouteTables, make_tables
from apps.dispatch.engine.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Improved:
    """What the stage came to."""

    routes: list[PlannedRoute]
    untried_legs: frozenset[str]
    """Left out by the matching, and not looked at here because the stage is limited in size."""


def improved(snapshot: Snapshot, market: Market, matched: Sequence[PlannedRoute]) -> Improved:
    """Better routes than the matched ones, of which each has one group; legs left out by the matching take part.

    Looked at are at most `routes_plan_legs` legs and `routes_plan_couriers` couriers. Where there are more: legs left
    out and idle couriers up to half of that, then whole matched routes, the first to leave first. The other routes stay
    as they were matched.
    """
    scope = _scope(market, matched)
    if not scope.couriers or not scope.legs:
        return Improved(list(matched), scope.untried_legs)
    if len(scope.couriers) < len(market.couriers) or len(scope.legs) < len(market.legs):
        couriers = [market.couriers.states[row] for row in scope.couriers]
        market = Market.of(snapshot, couriers, [market.legs.legs[row] for row in scope.legs])
    t = make_tables(market)
    courier_row = {state.id: row for row, state in enumerate(market.couriers.states)}
    leg_row = {leg.id: row for row, leg in enumerate(market.legs.legs)}
    groups = [
        (courier_row[route.courier_id], tuple(leg_row[leg_id] for leg_id in route.leg_ids)) for route in scope.routes
    ]
    width = max(snapshot.settings.routes_max_legs, snapshot.settings.max_bundle_legs)
    routes = start_routes(t, groups, width)
    improve(t, routes, snapshot.settings)
    better = [_planned(t, routes, row, market) for row in np.flatnonzero(routes.length).tolist()]
    return Improved([*scope.untouched, *better], scope.untried_legs)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the stage looks at: rows of the market, and the routes among them."""

    couriers: list[int]
    legs: list[int]
    routes: list[PlannedRoute]
    untouched: list[PlannedRoute]
    untried_legs: frozenset[str]


def _scope(market: Market, matched: Sequence[PlannedRoute]) -> _Scope:
    most_legs, most_couriers = market.settings.routes_plan_legs, market.settings.routes_plan_couriers
    busy = {route.courier_id for route in matched}
    planned = {leg_id for route in matched for leg_id in route.leg_ids}
    left_out = [leg for leg in market.legs.legs if leg.id not in planned]
    tried = first_ready(left_out, max(most_legs - len(planned), most_legs // 2))
    legs = {leg.id for leg in tried}
    idle = [state for state in market.couriers.states if state.id not in busy]
    couriers = {state.id for state in first_free(idle, max(most_couriers - len(busy), most_couriers // 2))}
    routes, untouched = [], []
    for route in sorted(matched, key=lambda route: route.departs_at):
        if len(legs) + len(route.leg_ids) > most_legs or len(couriers) >= most_couriers:
            untouched.append(route)
            continue
        legs.update(route.leg_ids)
        couriers.add(route.courier_id)
        routes.append(route)
    return _Scope(
        couriers=[row for row, state in enumerate(market.couriers.states) if state.id in couriers],
        legs=[row for row, leg in enumerate(market.legs.legs) if leg.id in legs],
        routes=routes,
        untouched=untouched,
        untried_legs=frozenset({leg.id for leg in left_out} - {leg.id for leg in tried}),
    )


def _planned(t: RouteTables, routes: Routes, courier: int, market: Market) -> PlannedRoute:
    """The route of a courier with ids and times."""
    n = int(routes.length[courier])
    clock = np.zeros((n, 2))
    cost = evaluate(t, courier, routes.legs[courier], routes.joined[courier], n, clock)
    vehicle, start = int(t.couriers["vehicle"][courier]), 0
    stops: list[PlannedStop] = []
    rows = routes.legs[courier, :n].tolist()
    departs_at = leaves_at = float(t.couriers["available_at"][courier])
    while start < n:
        end = int(group_end(routes.joined[courier], start, n))
        group, point = rows[start:end], t.legs["point"][rows[start]]
        ride = t.next_pickup_s[vehicle, rows[start - 1], point] if start else t.to_pickup_s[courier, point]
        half, pickup_at = float(t.legs["pickup_half_s"][group].max()), float(clock[start, 0])
        if start == 0:
            departs_at = leaves_at = max(departs_at, float(t.legs["ready_at"][group].max() - half - ride))
        ids = [market.legs.legs[row].id for row in group]
        stops.append(PlannedStop(StopKind.PICKUP, tuple(ids), leaves_at + float(ride), pickup_at, pickup_at + half))
        for i, leg_id in enumerate(ids, start):
            at, half = float(clock[i, 1]), float(t.legs["dropoff_half_s"][rows[i]])
            stops.append(PlannedStop(StopKind.DROPOFF, (leg_id,), at - half, at, at + half))
        leaves_at = stops[-1].leaves_at
        start = end
    return PlannedRoute(market.couriers.states[courier].id, departs_at, tuple(stops), float(cost))
