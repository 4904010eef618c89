"""Opening hours: what they may look like, and the windows that a day has."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.zones.hours import UnclearHours, always_open, check_hours, windows_of

WEDNESDAY = date(2026, 6, 10)


def span(begin: str, end: str, *days: int) -> dict:
    return {"days": list(days or range(7)), "from": begin, "to": end}


def walls(day: date, *spans: dict, time_zone: str = "Europe/Paris") -> list[str]:
    """The windows of a day, in UTC."""
    windows = windows_of(day, hours=list(spans), time_zone=time_zone)
    return [f"{window.from_at:%H:%M}-{window.until_at:%H:%M}" for window in windows]


def test_a_zone_is_open_from_eight_to_ten_in_windows_of_two_hours():
    assert walls(WEDNESDAY, *always_open()) == [
        "06:00-08:00",
        "08:00-10:00",
        "10:00-12:00",
        "12:00-14:00",
        "14:00-16:00",
        "16:00-18:00",
        "18:00-20:00",
    ]
    check_hours(always_open())


def test_the_last_window_ends_with_the_closing():
    assert walls(WEDNESDAY, span("11:30", "14:00"), span("18:00", "21:00")) == [
        "09:30-11:30",
        "11:30-12:00",
        "16:00-18:00",
        "18:00-19:00",
    ]


def test_a_day_without_hours_is_closed():
    assert walls(WEDNESDAY, span("08:00", "22:00", 0, 1, 3, 4, 5, 6)) == []


def test_midnight_ends_a_day_and_no_window_reaches_beyond():
    windows = windows_of(WEDNESDAY, hours=[span("22:00", "24:00")], time_zone="Europe/Paris")
    assert [(window.until_at.hour, window.until_at.day) for window in windows] == [(22, 10)]


def test_windows_follow_the_clock_on_the_wall_when_it_changes():
    night = span("01:00", "05:00")
    assert walls(date(2026, 3, 29), night) == ["00:00-01:00", "01:00-03:00"]  # from 01:00 to 03:00 is one hour
    assert walls(date(2026, 10, 25), night) == ["23:00-02:00", "02:00-04:00"]  # three hours
    assert walls(date(2026, 3, 29), span("02:00", "03:00")) == []  # there is no such hour


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["Europe/Paris", "America/New_York", "UTC"]))
def test_the_windows_of_any_day_follow_each_other_without_gap(day, time_zone):
    windows = windows_of(day, hours=[span("00:00", "24:00")], time_zone=time_zone)
    assert all(before.until_at == after.from_at for before, after in pairwise(windows))
    assert timedelta(hours=23) <= windows[-1].until_at - windows[0].from_at <= timedelta(hours=25)


@pytest.mark.parametrize(
    "hours",
    [
        None,
        "08:00-22:00",
        [None],
        [{"days": [0], "from": "08:00"}],
        [{**span("08:00", "22:00"), "name": "day"}],
        [{"days": [], "from": "08:00", "to": "22:00"}],
        [span("08:00", "22:00", 7)],
        [{"days": [True], "from": "08:00", "to": "22:00"}],
        [span("8:00", "22:00")],
        [span("08:00", "24:30")],
        [span("22:00", "08:00")],
        [span("08:00", "08:00")],
        [span("08:00", "12:00", 1), span("11:59", "14:00", 0, 1)],
        [span("08:00", "12:00")] * 22,
    ],
)
def test_what_is_unclear_is_refused(hours):
    with pytest.raises(UnclearHours):
        check_hours(hours)


def test_spans_may_touch():
    check_hours([span("08:00", "12:00"), span("12:00", "14:00", 0), span("18:00", "24:00")])
