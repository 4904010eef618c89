"""Give out tours that must begin: the whole tour at once, as one ordered list of stops for its courier."""

from apps.dispatch.engine import CourierState, PlannedRoute, StopKind
from apps.dispatch.engine.committed_stops import planned_stops
from apps.dispatch.services.giving import Given, GivenOut, give_out
from apps.dispatch.services.tours_ahead import TourAhead
from apps.dispatch.services.zone_view import ZoneView


def give_due_tours(view: ZoneView, routes: dict[str, PlannedRoute]) -> GivenOut:
    """Assign the tours that must begin before the next plan.

    `routes` are those of the plan, by courier: urgent legs may be planned among the stops of a tour.
    """
    due: list[Given] = []
    for state in view.snapshot.couriers:
        tour = view.tours.get(state.id)
        if tour is None:
            continue
        route = routes.get(state.id) or _route_of(state, view)
        if _is_due(view, route, tour):
            due += _parts(view, state.id, route, tour)
    return give_out(view, due)


def _route_of(state: CourierState, view: ZoneView) -> PlannedRoute:
    """His way where nothing is open: then the plan has no routes."""
    return PlannedRoute(state.id, planned_stops(state, view.snapshot), 0.0)


def _is_due(view: ZoneView, route: PlannedRoute, tour: TourAhead) -> bool:
    """Whether the courier must leave for a pickup of the tour before the next plan."""
    legs = set(tour.leg_ids)
    next_plan_at = view.snapshot.settings.next_plan_at(view.snapshot.now)
    departs = [stop.departs_at for stop in route.stops if stop.kind is StopKind.PICKUP and legs & set(stop.leg_ids)]
    return bool(departs) and min(departs) < next_plan_at


def _parts(view: ZoneView, courier_id: str, route: PlannedRoute, tour: TourAhead) -> list[Given]:
    """The legs of the tour in the order of their pickups, as many as the courier has room for; the rest come later."""
    courier = view.couriers[courier_id]
    at = {(stop.kind, leg_id): stop.handover_at for stop in route.stops for leg_id in stop.leg_ids}
    room = courier.max_legs - courier.load_legs
    why = {"tour": {"legs": len(tour.leg_ids)}, "others": [], "excluded": []}
    return [
        Given(view.legs[leg_id], courier, route, at[StopKind.PICKUP, leg_id], at[StopKind.DROPOFF, leg_id], why)
        for leg_id in tour.leg_ids[:room]
    ]
