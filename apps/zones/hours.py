"""Opening hours of a zone: when orders are delivered there, by its own clock. Pure Python.

Kept as `[{"days": [0, 1, 2, 3, 4, 5, 6], "from": "08:00", "to": "22:00"}, ...]`: 0 is Monday, `to` may be `24:00`, and
no two spans of a day overlap. A day without a span is closed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

WINDOW = timedelta(hours=2)
MAX_SPANS = 21  # three a day
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z|24:00\Z", re.ASCII)


class UnclearHours(ValueError):
    """Not opening hours; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a day in which something can be delivered, in UTC."""

    from_at: datetime
    until_at: datetime


def always_open() -> list[dict[str, Any]]:
    """The hours of a zone where nobody said otherwise: from eight to ten in the evening, every day."""
    return [{"days": [0, 1, 2, 3, 4, 5, 6], "from": "08:00", "to": "22:00"}]


def check_hours(hours: Any) -> None:
    """Raises UnclearHours unless these are opening hours as described above."""
    if not isinstance(hours, list) or len(hours) > MAX_SPANS:
        raise UnclearHours(f"A list of at most {MAX_SPANS} spans is required.")
    for span in hours:
        _check_span(span)
    for weekday in range(7):
        spans = _spans_on(weekday, hours)
        if any(before[1] > after[0] for before, after in pairwise(spans)):
            raise UnclearHours("Two spans of a day overlap.")


def windows_of(day: date, *, hours: list[dict[str, Any]], time_zone: str) -> list[Window]:
    """The windows of a day, two hours each from every opening on; the last one ends with the closing.

    They follow the clock on the wall: on the day on which clocks change, one of them is longer or shorter.
    """
    return [window for span in _spans_on(day.weekday(), hours) for window in _cut(day, span, ZoneInfo(time_zone))]


def _cut(day: date, span: tuple[int, int], zone: ZoneInfo) -> Iterator[Window]:
    step = int(WINDOW.total_seconds()) // 60
    for begin in range(span[0], span[1], step):
        window = Window(_moment(day, begin, zone), _moment(day, min(begin + step, span[1]), zone))
        if window.from_at < window.until_at:  # an hour that the clock leaps over holds nothing
            yield window


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _spans_on(weekday: int, hours: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """From and until, in minutes of the day."""
    return sorted((_minutes(span["from"]), _minutes(span["to"])) for span in hours if weekday in span["days"])


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _check_span(span: Any) -> None:
    if not isinstance(span, dict) or set(span) != {"days", "from", "to"}:
        raise UnclearHours("A span says `days`, `from` and `to`.")
    days, clocks = span["days"], (span["from"], span["to"])
    if not isinstance(days, list) or not days or any(type(day) is not int or not 0 <= day <= 6 for day in days):
        raise UnclearHours("`days` are numbers from 0, Monday, to 6.")
    if not all(isinstance(clock, str) and _CLOCK.match(clock) for clock in clocks):
        raise UnclearHours("`from` and `to` are times such as 08:00.")
    if _minutes(span["from"]) >= _minutes(span["to"]):
        raise UnclearHours("A span ends after it begins, on the same day.")
