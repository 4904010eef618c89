"""Hours of a courier by day: whatever the shifts and breaks, the parts are the whole."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.couriers.hours import HoursOfDay, hours_by_day
from apps.couriers.models import Break, Shift
from apps.zones.models import Zone
from tests.cast import RING

pytestmark = pytest.mark.django_db
WHERE = ("Europe/Paris", "America/Havana", "Pacific/Auckland")
begins = st.datetimes(datetime(2026, 3, 25), datetime(2026, 11, 5), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
minutes = st.integers(0, 16 * 60)


@pytest.fixture
def zones(cast):
    Shift.objects.all().delete()
    return [
        Zone.objects.create(name=name, slug=name.lower().replace("/", "-"), ring=RING, time_zone=name) for name in WHERE
    ]


@dataclass(frozen=True)
class Day:
    """A shift of eight hours by the plan: when, in which zone, how late they came, how long they stayed and paused."""

    at: datetime
    where: int
    late: int
    lasts: int
    pause: tuple[int, int]


days_of_work = st.builds(
    Day, begins, st.sampled_from(range(3)), st.integers(-30, 60), minutes, st.tuples(minutes, minutes)
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(day=days_of_work)
def test_the_hours_of_the_days_are_the_hours_of_the_shift(cast, zones, hand_clock, day):
    Shift.objects.all().delete()
    hand_clock.moment = datetime(2026, 12, 1, tzinfo=UTC)
    at, came = day.at, day.at + timedelta(minutes=day.late)
    went = came + timedelta(minutes=day.lasts)
    shift = Shift.objects.create(
        courier=cast.bo,
        zone=zones[day.where],
        starts_at=at,
        ends_at=at + timedelta(hours=8),
        started_at=came,
        ended_at=went,
    )
    paused = [came + timedelta(minutes=minute) for minute in sorted(day.pause)]
    Break.objects.create(courier=cast.bo, shift=shift, started_at=paused[0], ended_at=paused[1])
    days = hours_by_day([cast.bo.pk], at.date() - timedelta(days=2), at.date() + timedelta(days=3))[cast.bo.pk]
    total = HoursOfDay()
    for hours in days.values():
        assert timedelta() <= hours.breaks <= hours.on_duty <= timedelta(hours=25)
        for column in ("planned", "on_duty", "breaks", "late"):
            setattr(total, column, getattr(total, column) + getattr(hours, column))
    within = min(paused[1], went) - min(paused[0], went)
    late_by = timedelta(minutes=max(0, day.late))
    assert (total.planned, total.on_duty) == (timedelta(hours=8), went - came)
    assert (total.breaks, total.late) == (within, late_by)


def test_hours_of_many_couriers_and_days_cost_two_queries(cast, hand_clock, django_assert_num_queries):
    for day in range(5):
        at = hand_clock() + timedelta(days=day)
        for courier in (cast.bo, cast.cy):
            Shift.objects.create(
                courier=courier, zone=cast.zone, starts_at=at, ends_at=at + timedelta(hours=2), started_at=at
            )
    with django_assert_num_queries(2):
        found = hours_by_day([cast.bo.pk, cast.cy.pk], hand_clock().date(), hand_clock().date() + timedelta(days=30))
    assert [len(days) for days in found.values()] == [5, 5]
