"""What the stops of couriers say about their tracks: around a pickup or a drop-off they are kept longest."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from apps.core import clock
from apps.couriers.services import Stretch, reduce_old_tracks
from apps.dispatch.lifecycle import AssignmentEnd
from apps.dispatch.models import Assignment
from apps.orders.lifecycle import LegStatus

HANDED_OVER = frozenset({LegStatus.PICKED_UP, LegStatus.DELIVERED, LegStatus.FAILED})
PHONE_MAY_BE_BEHIND = timedelta(hours=12)  # offline for so long; beyond, its clock is wrong
PHONE_MAY_BE_AHEAD = timedelta(minutes=5)
LONGEST_HELD = timedelta(days=2)  # an assignment, from giving it to the door


def when_it_happened(device_time: datetime | None) -> datetime:
    """As the phone says, unless that cannot be; then now."""
    at = clock.now()
    if device_time and at - PHONE_MAY_BE_BEHIND <= device_time <= at + PHONE_MAY_BE_AHEAD:
        return device_time
    return at


def forget_old_tracks(*, seconds: float) -> bool:
    """Leave of tracks older than 30 days what is near a stop, and of those older than a year nothing.

    Works for so many seconds at most. Returns whether everything is done.
    """
    return reduce_old_tracks(stops_of=stops_of, seconds=seconds)


def stops_of(tracks: Sequence[Stretch]) -> dict[UUID, list[float]]:
    """When the couriers of some tracks picked up and handed over around that time, in epoch seconds, ascending."""
    if not tracks:
        return {}
    first, last = min(track.started_at for track in tracks), max(track.ended_at for track in tracks)
    held = Assignment.objects.filter(
        courier_id__in={track.courier_id for track in tracks},
        assigned_at__gte=first - LONGEST_HELD,
        assigned_at__lte=last + PHONE_MAY_BE_BEHIND,
    ).exclude(end__in=(AssignmentEnd.UNASSIGNED, AssignmentEnd.SILENT))
    stops: dict[UUID, list[float]] = defaultdict(list)
    for courier_id, *moments in held.values_list("courier_id", "leg__picked_up_at", "leg__delivered_at", "ended_at"):
        stops[courier_id] += [moment.timestamp() for moment in moments if moment]
    return {courier_id: sorted(moments) for courier_id, moments in stops.items()}
