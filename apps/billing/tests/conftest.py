"""Fleets that carry for the bakery. Imports are late: this file is read before Django is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from apps.couriers.models import Courier


@pytest.fixture
def night_rider(cast) -> Courier:
    """Nils, of a fleet that the bakery is connected to, by the kilometre and 20 % of tax."""
    from tests.agreements import a_fleet, a_tariff, connected
    from tests.cast import make_courier

    fleet = a_fleet("Night Riders")
    connected(cast.bakery, fleet, tariff=a_tariff(fleet, tax_basis_points=2_000))
    return make_courier(fleet, cast.zone, name="Nils", phone="+33639980003")


@pytest.fixture
def own_rider(cast) -> Courier:
    """Olga, who rides for the bakery itself."""
    from apps.couriers.models import Fleet
    from tests.cast import make_courier

    fleet = Fleet.objects.create(organisation=cast.bakery, name="Dee's bikes")
    return make_courier(fleet, cast.zone, name="Olga", phone="+33639980004")
