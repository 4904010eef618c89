"""Merchants that call the REST API. Imports are late: this file is read before Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from uuid import UUID

    from apps.orders.tests.asking import Merchant


@pytest.fixture
def dee(cast, hand_clock) -> Merchant:
    """The bakery's till, at noon."""
    from apps.orders.tests.asking import Merchant

    return Merchant(cast.dee_key)


@pytest.fixture
def reader(cast) -> Merchant:
    """Another system of the bakery, which may only read."""
    return _with_new_key(cast.bakery.pk, scopes=("orders:read",))


@pytest.fixture
def sandbox(cast) -> Merchant:
    """The bakery's test key."""
    return _with_new_key(cast.bakery.pk, is_test=True)


@pytest.fixture
def florist(cast) -> Merchant:
    """Another merchant, with every scope, for its own orders."""
    from apps.accounts.services import create_organisation

    return _with_new_key(create_organisation(name="Fay's flowers", slug="fays-flowers", is_merchant=True).pk)


def _with_new_key(organisation_id: UUID, **options: object) -> Merchant:
    from apps.accounts.services import create_api_key
    from apps.orders.tests.asking import Merchant

    _, secret = create_api_key(organisation_id=organisation_id, name="another system", **options)
    return Merchant(secret)
