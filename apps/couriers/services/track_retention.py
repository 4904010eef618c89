"""How long tracks are kept: 30 days whole, a year what proves a service, and nothing of who asks to be forgotten."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.couriers.models import PositionTrack
from apps.couriers.thinning import near_stops

WHOLE_FOR = timedelta(days=30)
NEAR_STOPS_FOR = timedelta(days=365)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whose track, from when to when."""

    courier_id: UUID
    started_at: datetime
    ended_at: datetime


StopsOf = Callable[[Sequence[Stretch]], Mapping[UUID, list[float]]]


def reduce_old_tracks(*, stops_of: StopsOf, seconds: float) -> bool:
    """Leave of tracks older than 30 days what is near a stop, and of those older than a year nothing.

    `stops_of` knows when couriers picked up and handed over: that is no matter of this app. Works for so many seconds
    of the wall at most; harmless when it runs twice, or at once. Returns whether everything is done.
    """
    ends, at = time.monotonic() + seconds, clock.now()
    done = False
    while not done and time.monotonic() < ends:
        done = _forget(at - NEAR_STOPS_FOR) < BATCH
    done = False
    while not done and time.monotonic() < ends:
        done = _reduce(at - WHOLE_FOR, stops_of) < BATCH
    return done


def _forget(before: datetime) -> int:
    old = PositionTrack.objects.filter(
        ended_at__lt=before, is_reduced__in=(True, False)
    )  # both: it is the index's first
    keys = list(old.order_by("ended_at").values_list("pk", flat=True)[:BATCH])
    PositionTrack.objects.filter(pk__in=keys).delete()
    return len(keys)


@atomic
def _reduce(before: datetime, stops_of: StopsOf) -> int:
    whole = PositionTrack.objects.filter(is_reduced=False, ended_at__lt=before)
    tracks = list(whole.order_by("ended_at")[:BATCH])
    stops = stops_of([Stretch(track.courier_id, track.started_at, track.ended_at) for track in tracks])
    empty: list[UUID] = []
    for track in tracks:
        near = near_stops((tuple(point) for point in track.points), stops.get(track.courier_id, ()))
        if not near:
            empty.append(track.pk)
            continue
        PositionTrack.objects.filter(pk=track.pk).update(
            points=[list(point) for point in near],
            started_at=datetime.fromtimestamp(near[0][0], UTC),
            ended_at=datetime.fromtimestamp(near[-1][0], UTC),
            is_reduced=True,
        )
    PositionTrack.objects.filter(pk__in=empty).delete()
    return len(tracks)
