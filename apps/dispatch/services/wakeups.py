"""When a zone is planned: on an event, at most once a second; and at least every ten seconds while legs are open.

An event that comes within the second waits for the tick, which looks twice a second: longer, and the wait for it was
most of what an order waited for hands.

Marks in Redis, all of them hints: without them a zone is simply planned at every tick.
"""

import logging
from collections.abc import Sequence
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


def due_zones(zone_ids: Sequence[UUID]) -> list[UUID]:
    """Of zones with open legs those to plan now: something changed or the last plan is old, and none was made just now.

    One round trip to Redis for all. When it is away all of them are due.
    """
    if not zone_ids:
        return []
    marks = [f"plan:{mark}:{zone_id}" for mark in ("recent", "due", "fresh") for zone_id in zone_ids]
    try:
        found = connection().mget(marks)
    except RedisError as error:
        logger.warning("Every zone with open legs is planned, Redis is away: %s", error)
        return list(zone_ids)
    recent, due, fresh = (found[start : start + len(zone_ids)] for start in range(0, len(marks), len(zone_ids)))
    return [
        zone_id
        for zone_id, is_recent, is_asked_for, is_fresh in zip(zone_ids, recent, due, fresh, strict=True)
        if not is_recent and (is_asked_for or not is_fresh)
    ]
