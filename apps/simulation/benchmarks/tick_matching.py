"""Repeated matching, for comparison: what the engine does without a compiler, round after round."""

from dataclasses import replace

from apps.dispatch.engine import CommittedStop, CourierState, PlannedRoute, Snapshot, plan
from apps.simulation.benchmarks.tick_price import Stop, routes_of


def matched_rounds(snapshot: Snapshot) -> dict[str, list[Stop]]:
    """Routes of rounds of matching: what one round gives a courier is committed before the next, until nothing fits."""
    rules = replace(snapshot.settings, routes_rounds=0)
    now = replace(snapshot, settings=rules)
    while True:
        planned = plan(now)
        given = {leg_id for route in planned.routes for leg_id in route.leg_ids}
        if not given:
            return {courier.id: [(stop.kind, stop.leg) for stop in courier.stops] for courier in now.couriers}
        routes, whole = routes_of(planned, now), {route.courier_id: route for route in planned.routes}
        couriers = tuple(
            _committed(courier, whole[courier.id], routes[courier.id]) if courier.id in whole else courier
            for courier in now.couriers
        )
        now = replace(now, couriers=couriers, legs=tuple(leg for leg in now.legs if leg.id not in given))


def _committed(courier: CourierState, route: PlannedRoute, stops: list[Stop]) -> CourierState:
    """The courier, committed to all stops of his route."""
    picked_up_at = {stop.leg.id: stop.picked_up_at for stop in courier.stops}
    room = None if courier.max_legs is None else max(courier.max_legs, len(courier.stops))
    committed = tuple(CommittedStop(kind, leg, picked_up_at.get(leg.id)) for kind, leg in stops)
    return replace(courier, stops=committed, max_legs=room, legs_done=courier.legs_done + len(route.leg_ids))
