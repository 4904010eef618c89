from datetime import UTC, datetime, timedelta

import pytest

from apps.core import clock
from coursier.embedded.pace import Pace

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


def test_a_fast_clock_shows_a_minute_of_the_city_for_a_second_of_the_wall():
    pace = Pace(origin=NOON, started_at=datetime.now(UTC) - timedelta(seconds=10), speed=60)
    assert NOON + timedelta(minutes=10) <= pace.now() < NOON + timedelta(minutes=12)


def test_waiting_for_a_moment_takes_less_of_the_wall_than_of_the_city():
    pace = Pace.starting_now(origin=NOON, speed=60)
    assert 55 < pace.wall_seconds_until(NOON + timedelta(hours=1)) <= 60


def test_a_moment_that_has_passed_is_not_waited_for():
    pace = Pace.starting_now(origin=NOON, speed=60)
    assert pace.wall_seconds_until(NOON - timedelta(hours=1)) == 0


def test_a_process_told_this_clock_shows_the_same_time(settings):
    pace = Pace.starting_now(origin=NOON, speed=3600)
    told = pace.environment()
    settings.CLOCK_SPEED = float(told["COURSIER_CLOCK_SPEED"])
    settings.CLOCK_ORIGIN = told["COURSIER_CLOCK_ORIGIN"]
    settings.CLOCK_STARTED_AT = told["COURSIER_CLOCK_STARTED_AT"]
    before = pace.now()
    assert before <= clock.now() <= pace.now()


def test_a_pace_survives_the_environment(monkeypatch):
    pace = Pace.starting_now(origin=NOON, speed=12.5)
    for name, value in pace.environment().items():
        monkeypatch.setenv(name, value)
    assert Pace.from_environment() == pace


def test_without_a_clock_in_the_environment_the_wall_is_right(monkeypatch):
    monkeypatch.delenv("COURSIER_CLOCK_ORIGIN", raising=False)
    pace = Pace.from_environment()
    assert pace.speed == 1
    assert abs(pace.now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize("speed", [0, -1])
def test_a_clock_that_stands_or_runs_backwards_is_refused(speed):
    with pytest.raises(ValueError, match="more than 0"):
        Pace.starting_now(origin=NOON, speed=speed)
