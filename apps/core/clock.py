"""The one clock. Everything that asks for the time asks here.

It can run faster than the wall, so that a whole day of a city passes through the real stack in minutes:
`COURSIER_CLOCK_SPEED=60` makes a minute of the city last a second. All processes of a stack are given the same
`COURSIER_CLOCK_ORIGIN` (the city's time at the start) and `COURSIER_CLOCK_STARTED_AT` (the wall's time at the start),
and so agree. Deadlines come from this clock, never from a courier's phone.

It ticks in whole milliseconds: MongoDB keeps no finer ones, and a moment must read back as it was written.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.conf import settings

_source: Callable[[], datetime] | None = None


def now() -> datetime:
    """The current moment of the platform: aware, UTC, in whole milliseconds."""
    moment = _source() if _source is not None else _running()
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _running() -> datetime:
    wall = datetime.now(UTC)
    if not settings.CLOCK_ORIGIN:
        return wall
    started_at = datetime.fromisoformat(settings.CLOCK_STARTED_AT)
    return datetime.fromisoformat(settings.CLOCK_ORIGIN) + (wall - started_at) * settings.CLOCK_SPEED


def speed() -> float:
    """Seconds of the platform per second of the wall."""
    return settings.CLOCK_SPEED if settings.CLOCK_ORIGIN else 1.0


def wall_seconds(duration: timedelta) -> float:
    """How long a duration of the platform lasts on the wall, in seconds: for sleeps and for broker time limits."""
    return duration.total_seconds() / speed()


@contextmanager
def using(source: Callable[[], datetime]) -> Iterator[None]:
    """Let `source` tell the time inside the block: tests move it by hand."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
