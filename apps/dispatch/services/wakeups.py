"""When a zone is planned: on an event, at most once a second; and at least every ten seconds while legs are open.

Marks in Redis, all of them hints: without them a zone is simply planned at every tick.
"""

import logging
from datetime import timedelta
from uuid import UUID

from apps.core import clock
from apps.core.redis import RedisError, connection

logger = logging.getLogger(__name__)
SHORTEST_S = 1.0  # of the wall: between two plans of a zone
LONGEST = timedelta(seconds=10)  # of the platform: while legs are open


def planning_interval_s() -> float:
    """Platform seconds until a zone is planned again at the latest: what can wait that long need not be decided now."""
    return max(LONGEST.total_seconds(), SHORTEST_S * clock.speed())


def request_plan(zone_id: UUID) -> bool:
    """Something changed in the zone: plan it at the next moment allowed. Whether nobody had asked for that yet."""
    try:
        return not connection().set(f"plan:due:{zone_id}", 1, ex=60, get=True)
    except RedisError as error:
        logger.warning("The next tick plans zone %s anyway, Redis is away: %s", zone_id, error)
        return True


def withdraw_request(zone_id: UUID) -> None:
    """Nobody was told of a request: who asks next is the first again."""
    try:
        connection().delete(f"plan:due:{zone_id}")
    except RedisError as error:
        logger.info("The mark of zone %s stays until the next tick, Redis is away: %s", zone_id, error)


def take_turn(zone_id: UUID) -> bool:
    """Whether the zone may be planned now; if so its marks are reset. True when Redis is away."""
    try:
        store = connection()
        if not store.set(f"plan:recent:{zone_id}", 1, nx=True, px=round(SHORTEST_S * 900)):
            return False
        store.set(f"plan:fresh:{zone_id}", 1, px=max(1000, round(clock.wall_seconds(LONGEST) * 1000)))
        store.delete(f"plan:due:{zone_id}")
    except RedisError as error:
        logger.warning("Planning zone %s without marks, Redis is away: %s", zone_id, error)
    return True


def is_due(zone_id: UUID) -> bool:
    """Whether a zone with open legs should be planned: something changed, or the last plan is old."""
    try:
        due, fresh = connection().mget(f"plan:due:{zone_id}", f"plan:fresh:{zone_id}")
    except RedisError:
        return True
    return bool(due) or not fresh
