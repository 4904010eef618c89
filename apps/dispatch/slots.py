"""Which windows of a day can still be booked: a plain estimate, and no promise that a plan will be found.

A window takes as many legs as its planned shifts carry: hours on shift within the window, of active couriers of fleets
that carry for whoever asks (own, connected and open ones), times `LEGS_PER_HOUR`. Booked are all legs of the zone that
are still to be carried and due in the window, whoever carries them: an estimate that errs to the side of "full".
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Q

from apps.core import clock
from apps.couriers.models import Fleet, Shift
from apps.networks.selectors import open_connections
from apps.orders.lifecycle import ENDED
from apps.orders.models import SLOT_AHEAD, Leg
from apps.orders.services.terms import FURTHEST_AHEAD
from apps.zones.hours import Window, windows_of
from apps.zones.models import Zone

LEGS_PER_HOUR = 3  # of a courier on shift, door to door in a city
HOUR = timedelta(hours=1)


class WhyNot(StrEnum):
    """Why a window cannot be booked."""

    TOO_LATE = "too_late"  # its cut-off has passed
    TOO_EARLY = "too_early"  # further ahead than orders are taken
    FULL = "full"
    NOBODY_ON_SHIFT = "nobody_on_shift"


@dataclass(frozen=True, slots=True)
class Slot:
    """A window of a day. `order_by` is the last moment to order it: planned into tours, not squeezed in between."""

    from_at: datetime
    until_at: datetime
    order_by: datetime
    capacity: int
    booked: int
    why_not: WhyNot | None

    @property
    def is_bookable(self) -> bool:
        """Whether an order for it would be taken, as far as one can tell now."""
        return self.why_not is None


def slots_of(zone: Zone, day: date, *, organisation_id: UUID) -> list[Slot]:
    """The windows of a day in a zone, in their order. Four queries, however many shifts and legs."""
    windows = windows_of(day, hours=zone.opening_hours, time_zone=zone.time_zone)
    if not windows:
        return []
    first, last = windows[0].from_at, windows[-1].until_at
    connected = open_connections().filter(organisation_id=organisation_id).values_list("fleet_id", flat=True)
    carrying = Q(organisation_id=organisation_id) | Q(is_open=True) | Q(pk__in=list(connected))
    fleets = Fleet.objects.filter(carrying).values_list("pk", flat=True)
    shifts = Shift.objects.filter(
        zone_id=zone.pk,
        ended_at=None,
        starts_at__lt=last,
        ends_at__gt=first,
        courier__is_active=True,
        courier__fleet_id__in=list(fleets),
    )
    spans = list(shifts.values_list("starts_at", "ends_at"))
    due = Leg.objects.filter(zone_id=zone.pk, due_at__gt=first, due_at__lte=last).exclude(status__in=ENDED)
    due_at = list(due.values_list("due_at", flat=True))
    return [_slot(window, spans, due_at, clock.now()) for window in windows]


def _slot(window: Window, spans: list[tuple[datetime, datetime]], due_at: list[datetime], at: datetime) -> Slot:
    begin, end = max(window.from_at, at), window.until_at
    on_shift = sum((max(timedelta(), min(ends, end) - max(starts, begin)) for starts, ends in spans), timedelta())
    capacity = on_shift * LEGS_PER_HOUR // HOUR
    booked = sum(window.from_at < moment <= window.until_at for moment in due_at)
    order_by = window.from_at - SLOT_AHEAD
    why_not = _why_not(window, order_by, capacity, booked, at)
    return Slot(window.from_at, window.until_at, order_by, capacity, booked, why_not)


def _why_not(window: Window, order_by: datetime, capacity: int, booked: int, at: datetime) -> WhyNot | None:
    if at > order_by:
        return WhyNot.TOO_LATE
    if window.from_at > at + FURTHEST_AHEAD:
        return WhyNot.TOO_EARLY
    if not capacity:
        return WhyNot.NOBODY_ON_SHIFT
    return WhyNot.FULL if booked >= capacity else None
