"""Days of the calendar, also where they have 23 or 25 hours, or no midnight."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.days import begin_of, by_day, span_of

ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Europe/Paris",
        "America/New_York",
        "America/Havana",  # clocks go back at one to midnight: it is there twice
        "Africa/Cairo",  # clocks go on at midnight: it is not there
        "Asia/Beirut",
        "America/Santiago",
        "Australia/Lord_Howe",  # by half an hour
        "Asia/Kathmandu",
        "Pacific/Kiritimati",
    )
]
moments = st.datetimes(datetime(2022, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
spans = st.tuples(moments, st.timedeltas(timedelta(), timedelta(days=4))).map(lambda m: (m[0], m[0] + m[1]))


@given(spans, st.sampled_from(ZONES))
def test_the_parts_of_a_span_are_the_whole_of_it_each_on_its_day(span, zone):
    begins, ends = span
    parts = list(by_day(begins, ends, zone))
    assert sum((part for _, part in parts), timedelta()) == ends - begins
    assert [day for day, _ in parts] == sorted({day for day, _ in parts})
    at = begins
    for day, part in parts:
        begin, end = span_of(day, zone)
        assert begin <= at < at + part <= end
        at += part


@given(st.dates(date(2022, 1, 1), date(2030, 1, 1)), st.sampled_from(ZONES))
def test_a_day_begins_where_the_one_before_ends(day, zone):
    begin, end = span_of(day, zone)
    assert timedelta(hours=23) <= end - begin <= timedelta(hours=25)
    assert begin.astimezone(zone).date() == day
    assert (begin - timedelta(milliseconds=1)).astimezone(zone).date() == day - timedelta(days=1)
    assert begin_of(day + timedelta(days=1), zone) == end


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-06-10", 24), ("2026-10-25", 25)])
def test_two_days_a_year_are_shorter_or_longer(day, hours):
    begin, end = span_of(date.fromisoformat(day), ZoneInfo("Europe/Paris"))
    assert end - begin == timedelta(hours=hours)
    assert list(by_day(begin, end, ZoneInfo("Europe/Paris"))) == [(date.fromisoformat(day), end - begin)]


def test_a_span_that_ends_before_it_begins_has_no_parts():
    noon = datetime(2026, 6, 10, 12, tzinfo=UTC)
    assert list(by_day(noon, noon - timedelta(hours=1), ZoneInfo("UTC"))) == []
