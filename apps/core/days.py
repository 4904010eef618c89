"""Days of the calendar, from midnight to midnight where somebody is: most have 24 hours, two a year 23 or 25."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

A_DAY = timedelta(days=1)
FURTHEST_FROM_UTC = timedelta(hours=14)  # of any time zone, on either side


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day begins there, in UTC; where clocks leave midnight out, when they do."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def span_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a day begins there, and when the next one does."""
    return begin_of(day, zone), begin_of(day + A_DAY, zone)


def anywhere(first: date, last: date) -> tuple[datetime, datetime]:
    """From when to when it can be one of these days, wherever: what is read before it is known where."""
    utc = ZoneInfo("UTC")
    return begin_of(first, utc) - FURTHEST_FROM_UTC, begin_of(last + A_DAY, utc) + FURTHEST_FROM_UTC


def by_day(begins: datetime, ends: datetime, zone: ZoneInfo) -> Iterator[tuple[date, timedelta]]:
    """How much of a span lies on which day, in their order. Nothing for one that ends before it begins."""
    while begins < ends:
        day = begins.astimezone(zone).date()
        midnight = begin_of(day + A_DAY, zone)
        until = min(ends, midnight if midnight > begins else ends)
        yield day, until - begins
        begins = until
