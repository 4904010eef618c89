"""Plan the slots of a zone into tours, ahead of time. Nothing is given out here: the tours are kept, and the tick gives
each of them to its courier when it must begin (`giving_tours`)."""

import logging
from datetime import timedelta
from uuid import UUID

from apps.core.events import acting_as
from apps.core.locks import only_one
from apps.dispatch.engine import LastRoutes
from apps.dispatch.engine.plan import PlannedRoute
from apps.dispatch.engine.tour_words import TourPlan, TourSearch
from apps.dispatch.services.kept_tours import KeptTour, KeptTours, keep_tours, kept_tours
from apps.dispatch.services.planning import PLANNED
from apps.dispatch.services.tour_view import TourView, load_slots, tour_snapshot
from apps.dispatch.services.tours_ahead import SLACK_S
from apps.orders.services import note_unassigned

logger = logging.getLogger(__name__)
LOCK_S = 20.0
SHORTEST_S, LONGEST_S, A_LEG_S = 0.2, 2.5, 0.02  # of searching: at least, at most, and for each leg
AGAIN_AFTER = timedelta(minutes=10)  # though nothing is new: couriers are somewhere else by then
LEAST_GAIN = 0.05


def plan_tours(zone_id: UUID) -> TourPlan | None:
    """Plan the tours of a zone if there is a new slot, another shift, or the last plan is old.

    None when nothing is to be planned, or somebody else is at it. Raises ZoneNotFound.
    """
    with only_one(f"tours:{zone_id}", timeout_s=LOCK_S) as mine, acting_as("planner"):
        if not mine:
            return None
        view, kept = load_slots(zone_id), kept_tours(zone_id)
        if not view.legs or not _is_new(view, kept):
            return None
        plan = _solve(view, kept)
        if plan is not None:
            keep_tours(zone_id, _kept(view, plan))
            _note_reasons(view, plan)
        return plan


def _is_new(view: TourView, kept: KeptTours) -> bool:
    """Whether the kept tours do not know of something. Legs that are gone were given out, or cancelled: no news."""
    old = view.at.timestamp() - kept.planned_at > AGAIN_AFTER.total_seconds()
    return old or not view.leg_versions <= kept.legs or view.shift_digest != kept.shifts


def _solve(view: TourView, kept: KeptTours) -> TourPlan | None:
    # Late: numba takes half a second to import, and most processes that know these services never plan.
    from apps.dispatch.engine.compiled import COMPILED
    from apps.dispatch.engine.tours.planned import plan_tours as plan_snapshot

    if not COMPILED:
        return None  # slots wait for the tick, which plans them when their time comes
    seconds = min(LONGEST_S, SHORTEST_S + A_LEG_S * len(view.legs))
    search = TourSearch(seconds=seconds, least_gain=LEAST_GAIN, slack_s=SLACK_S)
    routes: LastRoutes = {shift: tour.stops for shift, tour in kept.by_shift.items()}
    plan = plan_snapshot(tour_snapshot(view), search, routes)
    logger.info(
        "zone %s: %d slots in %d tours, %d left out",
        view.zone.pk,
        len(view.legs) - len(plan.unassigned),
        len(plan.routes),
        len(plan.unassigned),
    )
    return plan


def _kept(view: TourView, plan: TourPlan) -> KeptTours:
    courier_of = {str(shift.pk): str(shift.courier_id) for shift in view.shifts}
    return KeptTours(
        by_shift={route.courier_id: _tour(route, courier_of[route.courier_id], plan) for route in plan.routes},
        planned_at=view.at.timestamp(),
        legs=view.leg_versions,
        shifts=view.shift_digest,
    )


def _tour(route: PlannedRoute, courier_id: str, plan: TourPlan) -> KeptTour:
    stops = tuple((stop.kind, leg_id) for stop in route.stops if not stop.is_committed for leg_id in stop.leg_ids)
    return KeptTour(courier_id, stops, {leg_id: plan.held_until[leg_id] for _, leg_id in stops})


def _note_reasons(view: TourView, plan: TourPlan) -> None:
    reasons = {leg.pk: str(plan.unassigned.get(str(leg.pk), PLANNED)) for leg in view.legs}
    note_unassigned(reasons, current={leg.pk: leg.unassigned_reason for leg in view.legs})
