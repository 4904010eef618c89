"""Takes the tracks of couriers from Redis into the database: a row for some minutes of a courier, never one a point.

How far the stream is written stands in a row that is swapped in the same transaction: whoever is killed in the middle
has written nothing, two at once write once, and the stream is cut only up to there. What the stream dropped because
nobody came for too long is counted and logged.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError
from django.db.models import Q

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.plain_writes import insert_rows
from apps.core.redis import RedisError, connection
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Courier, PositionTrack, Shift, TrackMark
from apps.couriers.plausible import TrackPoint, impossible_among
from apps.couriers.positions import TRACK, stops_between
from apps.couriers.services.suspicions import suspect
from apps.couriers.thinning import AROUND_A_STOP_S, LONGEST_GAP_S, LONGEST_S, stretches, thinned

logger = logging.getLogger(__name__)
CHUNK = 10_000  # entries of the stream in one transaction
GATHERED_S = 180.0  # platform seconds: entries wait for so long, so that a row holds some minutes
TURN_S = 10.0  # of the wall: half of what a task may take
_LONGEST = timedelta(seconds=LONGEST_S)
Entry = tuple[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Followed:
    """A courier of whom points came, and when they may be followed, in epoch seconds; None: at any time."""

    courier: Courier
    duty: list[tuple[float, float]] | None

    def on_duty(self, points: Iterable[TrackPoint]) -> list[TrackPoint]:
        """Those of the points that may be kept."""
        if self.duty is None:
            return list(points)
        return [point for point in points if any(begin <= point[0] <= end for begin, end in self.duty)]


def keep_tracks(*, gathered_s: float = GATHERED_S) -> int:
    """Write what waits in the stream, if the oldest of it has waited long enough. Returns how many rows."""
    ends, rows = time.monotonic() + TURN_S, 0
    try:
        while time.monotonic() < ends:
            entries, mark = _waiting(gathered_s / clock.speed())
            if not entries:
                break
            rows += _keep(entries, mark)
            _cut(entries[-1][0])
    except RedisError as error:
        logger.warning("Tracks wait in Redis, which is away: %s", error)
    except Conflict:
        logger.info("Somebody else writes the tracks at this moment.")
    return rows


def _waiting(gathered_s: float) -> tuple[list[Entry], TrackMark]:
    """The oldest entries that are not written, none when all are young, and the mark before them."""
    mark = TrackMark.objects.filter(stream=TRACK).first() or _first_mark()
    newest = _entries(connection().xrevrange(TRACK, count=1))
    if not newest:
        return [], mark
    if _order(newest[0][0]) < _order(mark.entry_id):
        mark.entry_id, mark.number = "0-0", 0  # another Redis, whose clock is behind: its stream is new to us
    _cut(mark.entry_id)
    entries = _entries(connection().xrange(TRACK, min=f"({mark.entry_id}", count=CHUNK))
    if not entries:
        return [], mark
    seconds, microseconds = connection().time()
    age_s = seconds + microseconds / 1e6 - _order(entries[0][0])[0] / 1000
    return (entries if age_s >= gathered_s or len(entries) == CHUNK else []), mark


def _entries(answer: Any) -> list[Entry]:
    """What a range of the stream is: redis-py's types allow for bytes, which our connection does not give."""
    entries: list[Entry] = answer
    return entries


def _first_mark() -> TrackMark:
    try:
        return TrackMark.objects.create(stream=TRACK)
    except IntegrityError as error:
        raise Conflict from error


def _keep(entries: list[Entry], mark: TrackMark) -> int:
    by_courier, number = _points_of(entries, after=mark.number)
    moments = [point[0] for points in by_courier.values() for point in points]
    followed = _followed(by_courier.keys(), moments)
    stops = stops_between(min(moments) - AROUND_A_STOP_S, max(moments) + AROUND_A_STOP_S) if moments else {}
    before = _last_points(followed.keys(), moments)
    tracks: list[PositionTrack] = []
    suspicions: dict[UUID, str] = {}
    for key, who in followed.items():
        for stretch in stretches(who.on_duty(sorted(by_courier[key], key=lambda point: point[0]))):
            wrong = impossible_among(stretch, before.get(key))
            if wrong:
                suspicions[key] = wrong
            before[key] = stretch[-1]
            kept = thinned(stretch, sorted(stops.get(key, ())))
            tracks.append(_track(key, kept, is_suspicious=wrong is not None))
    _write(mark, entries[-1][0], number, tracks, {followed[key].courier: why for key, why in suspicions.items()})
    return len(tracks)


@atomic
def _write(
    mark: TrackMark, entry_id: str, number: int, tracks: list[PositionTrack], suspicions: Mapping[Courier, str]
) -> None:
    """All of it, or nothing. Raises Conflict when somebody else has written these entries."""
    current = TrackMark.objects.get(pk=mark.pk)
    if current.version != mark.version:
        raise Conflict
    current.swap(entry_id=entry_id, number=number)
    insert_rows(tracks)
    for courier, reason in suspicions.items():
        suspect(courier, reason=reason)


def _points_of(entries: list[Entry], *, after: int) -> tuple[dict[UUID, list[TrackPoint]], int]:
    """The points of each courier as they came, and the number of the last entry."""
    points: dict[UUID, list[TrackPoint]] = defaultdict(list)
    number = after
    for entry_id, entry in entries:
        try:
            batch: list[Any] = orjson.loads(entry["points"])
            points[UUID(entry["courier"])] += [tuple(point) for point in batch]
            number = _next_number(number, int(entry["number"]))
        except (KeyError, ValueError, TypeError) as error:
            logger.warning("Nobody can read the entry %s of the track (%r): it is left out.", entry_id, error)
    return points, number


def _next_number(last: int, number: int) -> int:
    if 0 < last < number - 1:
        logger.warning("%d batches of positions were lost: they waited too long in Redis.", number - 1 - last)
    return number


def _followed(keys: Iterable[UUID], moments: list[float]) -> dict[UUID, Followed]:
    """Who of them is still known, and when they were on duty. Couriers of other dispatches have no shifts here."""
    wanted = list(keys)
    couriers = Courier.objects.filter(pk__in=wanted, erased_at=None).select_related("fleet")
    begun = Shift.objects.filter(courier_id__in=wanted, started_at__isnull=False)
    if moments:
        first, last = (datetime.fromtimestamp(moment, UTC) for moment in (min(moments), max(moments)))
        begun = begun.filter(started_at__lte=last).filter(Q(ended_at=None) | Q(ended_at__gte=first))
    duty: dict[UUID, list[tuple[float, float]]] = defaultdict(list)
    for key, started_at, ended_at in begun.values_list("courier_id", "started_at", "ended_at"):
        if started_at is not None:
            duty[key].append((started_at.timestamp(), ended_at.timestamp() if ended_at else float("inf")))
    return {
        courier.pk: Followed(courier, None if courier.fleet.mode == FleetMode.EXTERNAL else duty[courier.pk])
        for courier in couriers
    }


def _last_points(keys: Iterable[UUID], moments: list[float]) -> dict[UUID, TrackPoint]:
    """Where the tracks of these couriers ended that were written before, if that is not long ago."""
    if not moments:
        return {}
    since = datetime.fromtimestamp(min(moments) - LONGEST_GAP_S, UTC)
    recent = PositionTrack.objects.filter(
        courier_id__in=list(keys), started_at__gte=since - _LONGEST, ended_at__gte=since
    )
    rows = recent.order_by("ended_at").values_list("courier_id", "points")
    return {key: tuple(points[-1]) for key, points in rows if points}


def _track(courier_id: UUID, points: list[TrackPoint], *, is_suspicious: bool) -> PositionTrack:
    return PositionTrack(
        courier_id=courier_id,
        started_at=datetime.fromtimestamp(points[0][0], UTC),
        ended_at=datetime.fromtimestamp(points[-1][0], UTC),
        points=[list(point) for point in points],
        is_suspicious=is_suspicious,
    )


def _cut(entry_id: str) -> None:
    """Take what is written out of the stream."""
    milliseconds, sequence = _order(entry_id)
    connection().xtrim(TRACK, minid=f"{milliseconds}-{sequence + 1}", approximate=False)


def _order(entry_id: str) -> tuple[int, int]:
    milliseconds, _, sequence = entry_id.partition("-")
    return int(milliseconds), int(sequence or 0)
