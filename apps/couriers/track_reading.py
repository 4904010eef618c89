"""Reads of tracks: where a courier was in some hours."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from apps.couriers.models import PositionTrack
from apps.couriers.thinning import LONGEST_S, at_most

MOST_POINTS = 5_000  # of one answer: a day at one every 17 seconds


@dataclass(frozen=True, slots=True)
class PlaceThen:
    """Where somebody was at a moment of their phone's clock; `accuracy_m` None when the phone did not know."""

    at: datetime
    lat: float
    lon: float
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class Track:
    """Points in the order of time, and whether anything about them looks wrong."""

    points: list[PlaceThen]
    is_suspicious: bool


def track_between(courier_id: UUID, *, begin: datetime, end: datetime) -> Track:
    """What is kept of a courier's way in that time, thinned to what can be drawn: one query.

    Phones that were offline bring their points late, so that stretches may overlap: each point is told once.
    """
    overlapping = PositionTrack.objects.filter(
        courier_id=courier_id,
        started_at__gte=begin - timedelta(seconds=LONGEST_S),
        started_at__lte=end,
        ended_at__gte=begin,
    )
    rows = list(overlapping.values_list("points", "is_suspicious"))
    first, last = begin.timestamp(), end.timestamp()
    points = sorted({tuple(point[:3]): point for points, _ in rows for point in points}.values(), key=lambda p: p[0])
    shown = at_most([tuple(point) for point in points if first <= point[0] <= last], MOST_POINTS)
    return Track(
        [PlaceThen(datetime.fromtimestamp(at, UTC), lat, lon, accuracy_m) for at, lat, lon, accuracy_m in shown],
        is_suspicious=any(is_suspicious for _, is_suspicious in rows),
    )
