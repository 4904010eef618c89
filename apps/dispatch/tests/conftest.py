"""Systems of fleets that call the REST API. Imports are late: this file is read before Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from apps.dispatch.tests.calling import FleetSystem, Rapid
    from apps.dispatch.tests.handing import Chain


@pytest.fixture
def velo(cast, hand_clock) -> FleetSystem:
    """The system of Vélo Express, for whom Bo and Cy ride."""
    from apps.dispatch.tests.calling import with_key

    return with_key(cast.fleet_owner.pk)


@pytest.fixture
def rapid(cast, hand_clock) -> Rapid:
    """An open fleet with a dispatch of its own."""
    from apps.dispatch.tests.calling import make_rapid

    return make_rapid()


@pytest.fixture
def chain(cast, hand_clock) -> Chain:
    """The bakery, a fleet that it is connected to, and one that this fleet is connected to."""
    from apps.dispatch.tests.handing import assemble_chain

    return assemble_chain(cast)


@pytest.fixture
def till(cast) -> FleetSystem:
    """The bakery's key: it has every scope, and no fleet."""
    from apps.dispatch.tests.calling import FleetSystem

    return FleetSystem(cast.dee_key)
