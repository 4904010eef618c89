"""Reads of breaks: who is in one, and how long they were in a shift."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.core import clock
from apps.couriers.models import Break, Courier


@dataclass(frozen=True, slots=True)
class BreakNow:
    """`paused_since` is None for who is in no break; `breaks_s` are the seconds of this shift's, the open one's too."""

    paused_since: datetime | None = None
    breaks_s: int = 0


@dataclass(frozen=True, slots=True)
class BreakSpan:
    """From when to when; a break that goes on ends now."""

    begins: datetime
    ends: datetime


def break_of(courier: Courier) -> BreakNow:
    """The breaks of a courier in the shift that they are on. One query, none off duty."""
    if courier.shift_id is None:
        return BreakNow()
    paused_since, total_s, at = None, 0.0, clock.now()
    rows = Break.objects.filter(courier_id=courier.pk, shift_id=courier.shift_id)
    for started_at, ended_at in rows.values_list("started_at", "ended_at"):
        if ended_at is None:
            paused_since = started_at
        total_s += ((ended_at or at) - started_at).total_seconds()
    return BreakNow(paused_since, round(total_s))


def breaks_of_shifts(shift_ids: Iterable[UUID]) -> dict[UUID, list[BreakSpan]]:
    """The breaks by shift, one query for all; none is missing from a shift that had none."""
    at, found = clock.now(), defaultdict(list)
    rows = Break.objects.filter(shift_id__in=list(shift_ids)).order_by("started_at")
    for shift_id, started_at, ended_at in rows.values_list("shift_id", "started_at", "ended_at"):
        found[shift_id].append(BreakSpan(started_at, max(started_at, ended_at or at)))
    return found
