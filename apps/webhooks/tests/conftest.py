"""Sinks that listen, and systems that call the REST API. Imports are late: this is read before Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.hooks import Action, Integrator, Sink


@pytest.fixture
def new_sink(settings) -> Iterator[Callable[..., Sink]]:
    """Makes sinks, to which webhooks may be sent."""
    from tests.hooks import LOOPBACK, Sink

    settings.WEBHOOK_ALLOWED_ADDRESSES = [LOOPBACK]
    made = []

    def make(*script: Action) -> Sink:
        made.append(Sink(*script))
        return made[-1]

    yield make
    for sink in made:
        sink.close()


@pytest.fixture
def sink(new_sink) -> Sink:
    """A sink that is content with everything."""
    return new_sink()


@pytest.fixture
def dee(cast) -> Integrator:
    """The bakery's system."""
    from tests.hooks import Integrator

    return Integrator(cast.dee_key)


@pytest.fixture
def reader(cast) -> Integrator:
    """Another system of the bakery, which may only read."""
    return _with_new_key(cast.bakery.pk, scopes=("webhooks:read",))


@pytest.fixture
def sandbox(cast) -> Integrator:
    """The bakery's system with a test key."""
    return _with_new_key(cast.bakery.pk, is_test=True)


@pytest.fixture
def florist(cast) -> Integrator:
    """Another merchant's system, with every scope."""
    from apps.accounts.services import create_organisation

    return _with_new_key(create_organisation(name="Fay's flowers", slug="fays-flowers", is_merchant=True).pk)


@pytest.fixture
def short_deadline(monkeypatch) -> float:
    """Deliveries that end after 0.6 s rather than 15."""
    monkeypatch.setattr("apps.webhooks.sending.TIMEOUT_S", 0.6)
    return 0.6


def _with_new_key(organisation_id: object, **options: object) -> Integrator:
    from apps.accounts.services import create_api_key
    from tests.hooks import Integrator

    _, secret = create_api_key(organisation_id=organisation_id, name="another system", **options)
    return Integrator(secret)
