"""What every test may use: real stores, a clock moved by hand, and the cast.

The cast: Ada dispatches for the fleet, Bo is a courier on duty, Cy another one, Dee's bakery is the merchant.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from coursier.embedded.preflight import CannotStart
from tests import stores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast

NOON = datetime.fromisoformat("2026-06-10T10:00:00+00:00")  # a Wednesday, noon in Paris
ONLY_ONCE = ("stack", "browser", "fuzz")  # marks of tests that start everything: on the first database only


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="run only the tests that use the database: the others say the same on every one",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start the stores, then let Django read its settings: before pytest-django, which comes last."""
    try:
        stores.check_installed()
    except CannotStart as missing:
        in_ci = os.environ.get("CI") == "true"
        pytest.exit(f"{missing}: {'failed' if in_ci else 'skipped'}", returncode=1 if in_ci else 0)
    starts_others = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    if starts_others:
        return  # the processes of a parallel run start stores of their own
    stores.start_stores()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coursier.settings")
    import django
    from django.conf import settings

    django.setup()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one takes 0.3 s a user


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--database-only"):
        return
    kept = [item for item in items if _uses_database(item) and not any(map(item.get_closest_marker, ONLY_ONCE))]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _uses_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or "db" in fixtures or "transactional_db" in fixtures


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file: threads and other processes then see the same database."""
    from django.conf import settings

    if settings.DATABASE_URL.startswith("sqlite"):
        settings.DATABASES["default"]["TEST"]["NAME"] = str(settings.VAR_DIR / "test.sqlite3")


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
    from apps.core import clock

    source = HandClock(NOON)
    with clock.using(source):
        yield source


@pytest.fixture(autouse=True)
def _clean_redis(request: pytest.FixtureRequest) -> None:
    """Every test that touches the database starts with an empty Redis."""
    if _uses_database(request.node):
        from apps.core.redis import connection

        connection().flushall()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """No test knows what another one looked up."""
    from apps.core.short_memory import forget_everything

    forget_everything()


@pytest.fixture
def cast(db: None, hand_clock: HandClock) -> Cast:
    """Ada, Bo, Cy and Dee, with their organisations, in one zone."""
    from tests.cast import assemble_cast

    return assemble_cast()


@pytest.fixture(scope="session")
def database_url(django_db_setup: None) -> str:
    """`DATABASE_URL` of the tests' database, for the processes that a test starts; such a test needs real commits."""
    from django.conf import settings
    from django.db import connection

    here = urlsplit(settings.DATABASE_URL)
    options = f"?{here.query}" if here.query else ""
    return f"{here.scheme}://{here.netloc}/{connection.settings_dict['NAME']}{options}"
