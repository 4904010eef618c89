"""Reads of hours: planned, on duty and in breaks, by courier and day.

A day is one of the calendar where the work is: the time zone is that of the shift's zone. A shift over midnight belongs
to two days, each with its part. Two queries, however many couriers and days.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.core import clock
from apps.core.days import anywhere, by_day, span_of
from apps.couriers.breaks import BreakSpan, breaks_of_shifts
from apps.couriers.models import Courier, Shift

LONGEST_OVERTIME = timedelta(days=3)  # a shift that began so long before a day may reach into it


@dataclass(slots=True)
class HoursOfDay:
    """The hours of a courier on a day. `breaks` are within `on_duty`; `late` is how long after the plan they came."""

    planned: timedelta = field(default_factory=timedelta)
    on_duty: timedelta = field(default_factory=timedelta)
    breaks: timedelta = field(default_factory=timedelta)
    late: timedelta = field(default_factory=timedelta)
    missed: int = 0
    """Planned shifts that began on this day, are over, and to which nobody came."""


@dataclass(frozen=True, slots=True)
class _Worked:
    """A shift with all that hours are made of."""

    shift: Shift
    zone: ZoneInfo
    on_duty: tuple[datetime, datetime] | None
    breaks: list[BreakSpan]


def hours_by_day(courier_ids: Collection[UUID], first: date, last: date) -> dict[UUID, dict[date, HoursOfDay]]:
    """By courier and day, for the days from `first` to `last` that have any hours."""
    found: dict[UUID, dict[date, HoursOfDay]] = {key: {} for key in courier_ids}
    at = clock.now()
    for worked in _shifts_about(courier_ids, first, last, at):
        days = found[worked.shift.courier_id]
        for day, part, column in _parts(worked, at):
            if first <= day <= last:
                hours = days.setdefault(day, HoursOfDay())
                setattr(hours, column, getattr(hours, column) + part)
    return found


def shifts_on(courier_id: UUID, first: date, last: date, *, most: int) -> list[Shift]:
    """A courier's shifts that touch one of these days, in their order, with their zones at hand. One query."""
    begin, end = anywhere(first, last)
    rows = Shift.objects.filter(courier_id=courier_id, starts_at__lt=end, ends_at__gt=begin).select_related("zone")
    return [shift for shift in rows.order_by("starts_at")[:most] if _touches(shift, first, last)]


def time_zone_of(courier_id: UUID) -> ZoneInfo:
    """Where a courier's days are: in the zone they are on duty in, else in that of the last shift that they have, else
    where their fleet's owner is. Two queries."""
    courier = Courier.objects.select_related("zone", "fleet__organisation").get(pk=courier_id)
    if courier.zone is not None:
        return ZoneInfo(courier.zone.time_zone)
    last = Shift.objects.filter(courier_id=courier_id).select_related("zone").order_by("-starts_at").first()
    return ZoneInfo(last.zone.time_zone if last else courier.fleet.organisation.time_zone)


def _touches(shift: Shift, first: date, last: date) -> bool:
    zone = ZoneInfo(shift.zone.time_zone)
    return shift.starts_at < span_of(last, zone)[1] and shift.ends_at > span_of(first, zone)[0]


def _shifts_about(courier_ids: Collection[UUID], first: date, last: date, at: datetime) -> Iterator[_Worked]:
    begin, end = anywhere(first, last)
    near = Shift.objects.filter(
        courier_id__in=list(courier_ids), starts_at__gt=begin - LONGEST_OVERTIME, starts_at__lt=end
    )
    shifts = list(near.select_related("zone").order_by("starts_at"))
    breaks = breaks_of_shifts(shift.pk for shift in shifts if shift.started_at)
    for shift in shifts:
        on_duty = (shift.started_at, shift.ended_at or at) if shift.started_at else None
        yield _Worked(shift, ZoneInfo(shift.zone.time_zone), on_duty, breaks.get(shift.pk, []))


def _parts(worked: _Worked, at: datetime) -> Iterator[tuple[date, timedelta | int, str]]:
    """What the shift adds to which day, in which column."""
    shift, zone = worked.shift, worked.zone
    if shift.is_planned:
        for day, part in by_day(shift.starts_at, shift.ends_at, zone):
            yield day, part, "planned"
        yield from _how_it_began(shift, zone, at)
    if worked.on_duty:
        for day, part in by_day(*worked.on_duty, zone):
            yield day, part, "on_duty"
        for span in worked.breaks:
            for day, part in by_day(max(span.begins, worked.on_duty[0]), min(span.ends, worked.on_duty[1]), zone):
                yield day, part, "breaks"


def _how_it_began(shift: Shift, zone: ZoneInfo, at: datetime) -> Iterator[tuple[date, timedelta | int, str]]:
    """Late, counted on while nobody has come, or missed."""
    day = shift.starts_at.astimezone(zone).date()
    if shift.started_at is None and shift.ends_at <= at:
        yield day, 1, "missed"
    elif (late := (shift.started_at or at) - shift.starts_at) > timedelta():
        yield day, late, "late"
