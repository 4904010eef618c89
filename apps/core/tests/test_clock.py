"""The one clock: it reads back as written, and runs as fast as it is told."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.core import clock
from apps.core.models import Event


@pytest.mark.django_db
def test_a_moment_reads_back_from_every_database_as_it_was_written():
    with clock.using(lambda: datetime(2026, 6, 10, 10, 0, 0, 123_999, tzinfo=UTC)):
        written = Event.objects.create(name="LeftHome", payload={})
    assert Event.objects.get(pk=written.pk).occurred_at == written.occurred_at
    assert written.occurred_at.microsecond == 123_000


def test_a_fast_clock_starts_at_its_origin_and_runs_at_its_speed(settings):
    begun = datetime.now(UTC) - timedelta(seconds=10)
    settings.CLOCK_ORIGIN, settings.CLOCK_STARTED_AT = "2026-06-10T06:00:00+00:00", begun.isoformat()
    settings.CLOCK_SPEED = 60.0
    passed = clock.now() - datetime(2026, 6, 10, 6, tzinfo=UTC)
    assert timedelta(minutes=10) <= passed < timedelta(minutes=20)
    assert clock.wall_seconds(timedelta(minutes=1)) == 1.0


def test_without_an_origin_the_clock_is_the_wall(settings):
    settings.CLOCK_ORIGIN, settings.CLOCK_SPEED = "", 60.0
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.wall_seconds(timedelta(minutes=1)) == 60.0
