"""Hana's hub and the bakery's orders through it. Imports are late: this file is read before Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from apps.hubs.models import Hub
    from apps.orders.tests.asking import Merchant
    from tests.hubs import Device


@pytest.fixture
def hub(cast) -> Hub:
    """Hana's, open to others."""
    from tests.hubs import make_hub, make_operator

    return make_hub(make_operator())


@pytest.fixture
def device(hub) -> Device:
    """The scanner at its door."""
    from tests.hubs import Device

    return Device(hub)


@pytest.fixture
def north(hub) -> Device:
    """The scanner of a hub of somebody else."""
    from tests.hubs import NORTH, Device, make_hub, make_operator

    return Device(make_hub(make_operator("nils"), name="North", at=NORTH))


@pytest.fixture
def dee(cast, hand_clock) -> Merchant:
    """The bakery's till, at noon."""
    from apps.orders.tests.asking import Merchant

    return Merchant(cast.dee_key)
