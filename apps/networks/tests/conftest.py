"""Both sides of connections, calling the REST API. Imports are late: this file is read before Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from apps.networks.tests.connecting import Caller


@pytest.fixture
def dee(cast, hand_clock) -> Caller:
    """The bakery, which orders."""
    from apps.networks.tests.connecting import Caller

    return Caller(cast.dee_key, cast.bakery)


@pytest.fixture
def ada(cast, hand_clock) -> Caller:
    """The owner of the fleet Vélo Express."""
    from apps.networks.tests.connecting import with_key

    return with_key(cast.fleet_owner)


@pytest.fixture
def stranger(cast, hand_clock) -> Caller:
    """Somebody who has no part in any of it."""
    from apps.accounts.services import create_organisation
    from apps.networks.tests.connecting import with_key

    return with_key(create_organisation(name="Fay's flowers", slug="fays-flowers", is_merchant=True))
