"""Systems that call the REST API about networks. Imports are late: this file is read before Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from uuid import UUID

    from apps.couriers.tests.owning import Owner


@pytest.fixture
def owner(cast) -> Owner:
    """The system of Vélo Express, which owns the fleet of Bo and Cy."""
    return _with_new_key(cast.fleet_owner.pk)


@pytest.fixture
def rival(cast) -> Owner:
    """The system of another fleet owner."""
    return _with_new_key(_organisation("Rush", "rush", is_fleet_owner=True))


@pytest.fixture
def merchant(cast) -> Owner:
    """The bakery's system, with every scope and no fleet."""
    return _with_new_key(cast.bakery.pk)


@pytest.fixture
def reader(cast) -> Owner:
    """A system of Vélo Express that may only read."""
    return _with_new_key(cast.fleet_owner.pk, scopes=("fleets:read",))


@pytest.fixture
def sandbox(cast) -> Owner:
    """The test key of Vélo Express."""
    return _with_new_key(cast.fleet_owner.pk, is_test=True)


@pytest.fixture
def revoked(cast) -> Owner:
    """A key of Vélo Express that was revoked."""
    from apps.accounts.services import create_api_key, revoke_api_key
    from apps.couriers.tests.owning import Owner

    key, secret = create_api_key(organisation_id=cast.fleet_owner.pk, name="lost")
    revoke_api_key(key_id=key.pk)
    return Owner(secret)


@pytest.fixture
def stranger(db) -> Owner:
    """Nobody: no key at all."""
    from apps.couriers.tests.owning import Owner

    return Owner(None)


def _organisation(name: str, slug: str, **kinds: bool) -> UUID:
    from apps.accounts.services import create_organisation

    return create_organisation(name=name, slug=slug, **kinds).pk


def _with_new_key(organisation_id: UUID, **options: object) -> Owner:
    from apps.accounts.services import create_api_key
    from apps.couriers.tests.owning import Owner

    _, secret = create_api_key(organisation_id=organisation_id, name="another system", **options)
    return Owner(secret)
