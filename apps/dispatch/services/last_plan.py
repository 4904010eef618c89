"""The routes of a zone's last plan, so that the next starts from them. A hint: without it a plan takes longer."""

import logging
from uuid import UUID

import orjson

from apps.core.redis import RedisError, connection
from apps.dispatch.engine import LastRoutes, Plan, StopKind

logger = logging.getLogger(__name__)
KEPT_S = 120  # older routes are no better than none


def last_routes(zone_id: UUID) -> LastRoutes:
    """Stops (kind, leg) by courier; empty when there is no fresh plan, or Redis is away."""
    try:
        kept = connection().get(_key(zone_id))
    except RedisError as error:
        logger.warning("Planning from nothing, Redis is away: %s", error)
        return {}
    routes = orjson.loads(kept) if kept else {}
    return {courier: tuple((StopKind(kind), leg) for kind, leg in stops) for courier, stops in routes.items()}


def keep_routes(zone_id: UUID, plan: Plan) -> None:
    """Keep the routes for the next plan of the zone."""
    routes = {
        route.courier_id: [(stop.kind, leg_id) for stop in route.stops for leg_id in stop.leg_ids]
        for route in plan.routes
        if route.leg_ids
    }
    try:
        connection().set(_key(zone_id), orjson.dumps(routes), ex=KEPT_S)
    except RedisError as error:
        logger.warning("The next plan starts from nothing, Redis is away: %s", error)


def _key(zone_id: UUID) -> str:
    return f"plan:routes:{zone_id}"
