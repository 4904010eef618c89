"""Where couriers are now: Redis GEO for "now", a stream for the track. Never through Celery, never one row a point.

Positions are hints: after a flush of Redis they are back with the next batch of every phone, and until then dispatch
uses the place where a courier last acted.
"""

import hashlib
import logging
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from uuid import UUID

import orjson
from redis.exceptions import NoScriptError

from apps.core.geo import Point
from apps.core.redis import RedisError, connection
from apps.couriers.plausible import FASTEST_M_PER_S, JITTER_M, TrackPoint, newest_believable

logger = logging.getLogger(__name__)
NOW = "positions:now"  # GEO: member = courier id
NOW_AT = "positions:now_at"  # sorted set: courier id -> device time of "now", epoch seconds
SEEN = "positions:seen"  # sorted set: courier id -> platform time of the last sign of life, epoch seconds
TRACK = "positions:track"  # stream: one entry a batch, numbered, until it is in the database
TRACK_NUMBER = "positions:track_number"  # the number of the last entry
STOPS = "positions:stops"  # sorted set: "courier id|epoch seconds" of pickups and drop-offs, for an hour
STOPS_KEPT = timedelta(hours=1)
NEWS = "news"  # hash: courier id -> counter of what changed for them
TOLD = "told:"  # and a device's id: the counter that it was last told everything with
TOLD_FOR_S = 300  # of the wall
# Ten minutes of a thousand batches of one point a second, or of five thousand points a second in batches of five: as
# long as the workers may stand still. A batch of five takes 300 bytes.
TRACK_LENGTH = 600_000
FUTURE = timedelta(minutes=5)  # a phone that is further ahead has a wrong clock

# KEYS: NOW, NOW_AT, SEEN, TRACK, NEWS, TRACK_NUMBER. ARGV: courier, platform time, the points as JSON or "", length of
# the stream, and of the point that may be "now" time, lat and lon, or nothing. Returns the news counter, or false.
#
# "Now" is not moved back by a batch that comes late, nor to where nobody can have got since: compared and written in
# one step, so that two batches at once end in the newer one.
_RECORD = f"""
local courier, t, lat, lon = ARGV[1], tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
redis.call('ZADD', KEYS[3], ARGV[2], courier)
if ARGV[3] ~= '' then
  local number = redis.call('INCR', KEYS[6])
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[4], '*', 'courier', courier, 'points', ARGV[3], 'number', number)
end
if t then
  local before, moves = redis.call('ZSCORE', KEYS[2], courier), true
  local at = before and redis.call('GEOPOS', KEYS[1], courier)[1]
  if at then
    local s, was_lon, was_lat = t - tonumber(before), tonumber(at[1]), tonumber(at[2])
    local north = math.rad(lat - was_lat)
    local east = math.rad((lon - was_lon + 180) % 360 - 180) * math.cos(math.rad((lat + was_lat) / 2))
    moves = s >= 0 and 6371008.8 * math.sqrt(north * north + east * east) <= {JITTER_M} + {FASTEST_M_PER_S} * s
  end
  if moves then
    redis.call('GEOADD', KEYS[1], lon, lat, courier)
    redis.call('ZADD', KEYS[2], t, courier)
  end
end
return redis.call('HGET', KEYS[5], courier)
"""
_RECORD_SHA = hashlib.sha1(_RECORD.encode(), usedforsecurity=False).hexdigest()
_time_of = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Fix:
    """One point of a track, with the device's time as it said it."""

    point: Point
    device_time: datetime
    accuracy_m: float | None = None

    def as_track_point(self) -> TrackPoint:
        """As tracks hold it."""
        return self.device_time.timestamp(), self.point.lat, self.point.lon, self.accuracy_m


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many points of a batch were kept, and the courier's news counter."""

    accepted: int
    news: int


def record_positions(courier_id: UUID, fixes: Iterable[Fix], *, at: datetime) -> Recorded:
    """The same as `record_points`, of fixes."""
    return record_points(courier_id, [fix.as_track_point() for fix in fixes], at=at)


def record_points(
    courier_id: UUID, points: list[TrackPoint], *, at: datetime, since: datetime | None = None
) -> Recorded:
    """Keep a batch, which is sorted in place: the newest point as "now", all of them in the track.

    Points from before `since` (the shift's start) or of the future beyond five minutes are left out: nobody is followed
    off duty, and a phone with a wrong clock must not stay where it is for ever. Raises RedisError when Redis is away:
    the phone sends the batch again.
    """
    points.sort(key=_time_of)
    begin = bisect_left(points, since.timestamp(), key=_time_of) if since else 0
    end = bisect_right(points, (at + FUTURE).timestamp(), key=_time_of)
    kept = points if end - begin == len(points) else points[begin:end]
    newest = newest_believable(kept)
    arguments = [
        *(NOW, NOW_AT, SEEN, TRACK, NEWS, TRACK_NUMBER),
        *(str(courier_id), at.timestamp(), orjson.dumps(kept) if kept else "", TRACK_LENGTH),
        *(newest[:3] if newest else ()),
    ]
    try:
        news = connection().evalsha(_RECORD_SHA, 6, *arguments)
    except NoScriptError:  # the first time, and after a restart of Redis
        news = connection().eval(_RECORD, 6, *arguments)
    return Recorded(len(kept), int(news or 0))


def news_of(courier_id: UUID) -> int:
    """How often something changed for a courier. 0 when Redis is away, which a phone takes for a change and syncs."""
    try:
        return current_news(courier_id)
    except RedisError as error:
        logger.warning("No news counter, Redis is away: %s", error)
        return 0


def current_news(courier_id: UUID) -> int:
    """The same. Raises RedisError when Redis is away."""
    return int(connection().hget(NEWS, str(courier_id)) or 0)


@dataclass(frozen=True, slots=True)
class NewsForDevice:
    """A courier's counter, and the one that a device was last told everything with; None: long ago, or never."""

    news: int
    told: int | None

    def is_known(self, since: int | None) -> bool:
        """Whether a device that says what it has seen has seen everything.

        What it says is not enough: after a flush of Redis the counter begins anew, and a push that got lost was never
        counted. So everything is told again after five minutes, and whenever Redis has forgotten.
        """
        return since is not None and since == self.news == self.told


def news_for_device(courier_id: UUID, device_id: UUID, *, seen_at: datetime | None) -> NewsForDevice:
    """What a device that asks may know already. `seen_at`: asking is a sign of life of a courier on duty."""
    try:
        with connection().pipeline(transaction=False) as pipe:
            pipe.hget(NEWS, str(courier_id))
            pipe.get(f"{TOLD}{device_id}")
            if seen_at:
                pipe.zadd(SEEN, {str(courier_id): seen_at.timestamp()})
            news, told, *_ = pipe.execute()
    except RedisError as error:
        logger.warning("No news counter, Redis is away: %s", error)
        return NewsForDevice(0, None)
    return NewsForDevice(int(news or 0), int(told) if told is not None else None)


def note_told(device_id: UUID, *, news: int) -> None:
    """A device was told everything, up to this counter."""
    try:
        connection().set(f"{TOLD}{device_id}", news, ex=TOLD_FOR_S)
    except RedisError as error:
        logger.info("A phone is told everything again, Redis is away: %s", error)


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


def position_about(courier_id: UUID, moment: datetime, *, within: timedelta) -> Point | None:
    """The last known point of a courier, if their phone was there at about that moment. None when Redis is away."""
    try:
        with connection().pipeline(transaction=False) as pipe:
            pipe.geopos(NOW, str(courier_id))
            pipe.zscore(NOW_AT, str(courier_id))
            (at,), seconds = pipe.execute()
    except RedisError as error:
        logger.warning("No live positions, Redis is away: %s", error)
        return None
    if not at or seconds is None or abs(seconds - moment.timestamp()) > within.total_seconds():
        return None
    return Point(at[1], at[0])


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
            pipe.zrem(NOW_AT, str(courier_id))
            pipe.zrem(SEEN, str(courier_id))
            pipe.execute()
    except RedisError as error:
        logger.warning("A position stays until Redis is back: %s", error)


def tell_couriers(courier_ids: Iterable[UUID]) -> None:
    """Something changed for these couriers: live streams say so, and their next batch of positions is answered with a
    new counter.
    """
    try:
        with connection().pipeline(transaction=False) as pipe:
            for key in courier_ids:
                pipe.hincrby(NEWS, str(key), 1)
                pipe.publish(news_channel(key), "1")
            pipe.execute()
    except RedisError as error:
        logger.warning("Couriers learn of changes at their next sync, Redis is away: %s", error)


def news_channel(courier_id: UUID) -> str:
    """Where it is published that something changed for a courier."""
    return f"news:{courier_id}"


def note_stop(courier_id: UUID, *, at: datetime) -> None:
    """A courier picked up or handed over: the points around that moment are kept as they came."""
    moment = at.timestamp()
    try:
        with connection().pipeline(transaction=False) as pipe:
            pipe.zadd(STOPS, {f"{courier_id}|{moment}": moment})
            pipe.zremrangebyscore(STOPS, "-inf", f"({moment - STOPS_KEPT.total_seconds()}")
            pipe.execute()
    except RedisError as error:
        logger.warning("The track around a stop is thinned like the rest, Redis is away: %s", error)


def stops_between(begin: float, end: float) -> dict[UUID, list[float]]:
    """When who picked up or handed over within the last hour, in epoch seconds. Raises RedisError."""
    stops: dict[UUID, list[float]] = {}
    members: list[str] = connection().zrangebyscore(STOPS, begin, end)  # type: ignore[assignment]
    for member in members:
        courier_id, _, moment = member.partition("|")
        stops.setdefault(UUID(courier_id), []).append(float(moment))
    return stops
