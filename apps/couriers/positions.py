"""Where couriers are now: Redis GEO for "now", a stream for the track. Never through Celery, never one row a point.

Positions are hints: after a flush of Redis they are back with the next batch of every phone, and until then dispatch
uses the place where a courier last acted.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from apps.core.geo import Point
from apps.core.redis import RedisError, connection

logger = logging.getLogger(__name__)
NOW = "positions:now"  # GEO: member = courier id
SEEN = "positions:seen"  # sorted set: courier id -> platform time of the last sign of life, epoch seconds
TRACK = "positions:track"  # stream: one entry a batch
NEWS = "news"  # hash: courier id -> counter of what changed for them
TRACK_LENGTH = 50_000


@dataclass(frozen=True, slots=True)
class Fix:
    """One point of a track, with the device's time as it said it."""

    point: Point
    device_time: datetime
    accuracy_m: float | None = None


def record_positions(courier_id: UUID, fixes: Iterable[Fix], *, at: datetime) -> int:
    """Keep a batch: the newest point as "now", all of them in the track. Returns the courier's news counter.

    Raises RedisError when Redis is away: the phone sends the batch again.
    """
    batch = sorted(fixes, key=lambda fix: fix.device_time)
    key, newest = str(courier_id), batch[-1].point
    points = [[fix.device_time.timestamp(), fix.point.lat, fix.point.lon, fix.accuracy_m] for fix in batch]
    with connection().pipeline(transaction=False) as pipe:
        pipe.geoadd(NOW, (newest.lon, newest.lat, key))
        pipe.zadd(SEEN, {key: at.timestamp()})
        pipe.xadd(TRACK, {"courier": key, "points": orjson.dumps(points)}, maxlen=TRACK_LENGTH, approximate=True)
        pipe.hget(NEWS, key)
        return int(pipe.execute()[3] or 0)


def news_of(courier_id: UUID) -> int:
    """How often something changed for a courier. 0 when Redis is away, which a phone takes for a change and syncs."""
    try:
        return int(connection().hget(NEWS, str(courier_id)) or 0)
    except RedisError as error:
        logger.warning("No news counter, Redis is away: %s", error)
        return 0


def positions_now(courier_ids: list[UUID]) -> dict[UUID, Point]:
    """The last known points of those couriers who have one. Empty when Redis is away."""
    if not courier_ids:
        return {}
    try:
        found = connection().geopos(NOW, *(str(key) for key in courier_ids))
    except RedisError as error:
        logger.warning("No live positions, Redis is away: %s", error)
        return {}
    return {key: Point(at[1], at[0]) for key, at in zip(courier_ids, found, strict=True) if at}


def last_seen(courier_ids: list[UUID]) -> dict[UUID, float]:
    """Epoch seconds of the last sign of life of those couriers who have one. Raises RedisError when Redis is away."""
    if not courier_ids:
        return {}
    found = connection().zmscore(SEEN, [str(key) for key in courier_ids])
    return {key: seen for key, seen in zip(courier_ids, found, strict=True) if seen is not None}


def mark_seen(courier_ids: Iterable[UUID], *, at: datetime) -> None:
    """A sign of life other than a position."""
    marks = {str(key): at.timestamp() for key in courier_ids}
    if marks:
        connection().zadd(SEEN, marks)


def forget_position(courier_id: UUID) -> None:
    """Off duty: nobody is followed."""
    try:
        with connection().pipeline(transaction=False) as pipe:
            pipe.zrem(NOW, str(courier_id))
            pipe.zrem(SEEN, str(courier_id))
            pipe.execute()
    except RedisError as error:
        logger.warning("A position stays until Redis is back: %s", error)


def tell_couriers(courier_ids: Iterable[UUID]) -> None:
    """Something changed for these couriers: their next batch of positions is answered with a new counter."""
    try:
        with connection().pipeline(transaction=False) as pipe:
            for key in courier_ids:
                pipe.hincrby(NEWS, str(key), 1)
            pipe.execute()
    except RedisError as error:
        logger.warning("Couriers learn of changes at their next sync, Redis is away: %s", error)
