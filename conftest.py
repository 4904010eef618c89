"""What every test may use: a real Redis, a clock moved by hand, and the cast.

The cast: Ada dispatches for the fleet, Bo is a courier on duty, Cy another one, Dee's bakery is the merchant.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from apps.core import clock
from tests.cast import Cast, assemble_cast

NOON = datetime.fromisoformat("2026-06-10T10:00:00+00:00")  # a Wednesday, noon in Paris


class HandClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **duration: float) -> datetime:
        """Move on by `timedelta(**duration)`."""
        self.moment += timedelta(**duration)
        return self.moment


@pytest.fixture
def hand_clock() -> Iterator[HandClock]:
    """The platform's clock, standing at noon of a Wednesday in Paris."""
    source = HandClock(NOON)
    with clock.using(source):
        yield source


@pytest.fixture(autouse=True)
def _clean_redis(request: pytest.FixtureRequest) -> None:
    """Every test that touches the database starts with an empty Redis."""
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        from apps.core.redis import connection

        connection().flushall()


@pytest.fixture
def cast(db: None, hand_clock: HandClock) -> Cast:
    """Ada, Bo, Cy and Dee, with their organisations, in one zone."""
    return assemble_cast()
