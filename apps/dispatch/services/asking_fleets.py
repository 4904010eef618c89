"""Offer legs to fleets with a dispatch of their own, as part of a plan: where their turn comes before its couriers'."""

import logging

from apps.core.errors import Conflict
from apps.dispatch.engine import Plan
from apps.dispatch.services.fleet_offering import make_fleet_offer
from apps.dispatch.services.zone_view import ZoneView

logger = logging.getLogger(__name__)
NOTICE_S = 3600.0  # platform seconds before a leg is ready: a fleet plans ahead too, and no one is asked at dawn


def offer_to_fleets(view: ZoneView, plan: Plan) -> tuple[set[str], int]:
    """Offer every leg whose turn has come to the fleet whose turn it is, each leg on its own.

    Returns the legs offered, and how many races were lost.
    """
    taken, lost = set[str](), 0
    if not view.networks.external:
        return taken, lost
    rank_in_plan = _ranks(view, plan)
    for known in view.snapshot.legs:
        if known.ready_at - NOTICE_S > view.snapshot.now:
            continue
        leg = view.legs[known.id]
        fleet_id = view.turns.next_fleet(leg, view.asked[known.id].fleets, planned=rank_in_plan.get(known.id))
        if fleet_id is None:
            continue
        try:
            make_fleet_offer(leg_id=leg.pk, leg_version=leg.version, fleet_id=fleet_id)
        except Conflict as error:
            lost += 1
            logger.info("Leg %s went elsewhere before fleet %s was asked: %s", leg.pk, fleet_id, error)
        else:
            view.turns.waiting[fleet_id] += 1
            taken.add(known.id)
    return taken, lost


def _ranks(view: ZoneView, plan: Plan) -> dict[str, int]:
    """Leg -> the rank of the fleet whose courier has it in the plan."""
    return {
        leg_id: view.turns.rank_of(view.couriers[route.courier_id].fleet_id, view.legs[leg_id].order)
        for route in plan.routes
        for leg_id in route.leg_ids
    }
