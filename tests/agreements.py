"""Tariffs and connections between organisations, as tests need them: agreed already."""

from datetime import datetime
from typing import Any

from apps.accounts.models import Organisation
from apps.accounts.services import create_organisation
from apps.core import clock
from apps.couriers.models import Fleet
from apps.networks.lifecycle import ConnectionStatus
from apps.networks.models import Connection, Tariff


def a_fleet(name: str, *, is_open: bool = False) -> Fleet:
    """A fleet with an owner of the same name."""
    slug = name.lower().replace(" ", "-").replace("é", "e")
    owner = create_organisation(name=f"{name} SARL", slug=slug, is_fleet_owner=True)
    return Fleet.objects.create(organisation=owner, name=name, is_open=is_open)


def an_own_fleet(owner: Organisation, name: str) -> Fleet:
    """A fleet of an organisation that orders too."""
    return Fleet.objects.create(organisation=owner, name=name)


def a_tariff(fleet: Fleet, **rates: Any) -> Tariff:
    """A tariff of the fleet's owner: 5 EUR and 1 EUR a kilometre, if nothing else is said."""
    plain = {"name": "By the kilometre", "base_cents": 500, "per_km_cents": 100}
    return Tariff.objects.create(organisation_id=fleet.organisation_id, **{**plain, **rates})


def connected(
    orderer: Organisation, fleet: Fleet, *, accepted_at: datetime | None = None, **changes: Any
) -> Connection:
    """An accepted connection; `tariff` None: none was agreed."""
    plain: dict[str, Any] = {"status": ConnectionStatus.ACCEPTED, "accepted_at": accepted_at or clock.now()}
    return Connection.objects.create(
        organisation=orderer,
        fleet=fleet,
        executor_id=fleet.organisation_id,
        invited_by=orderer,
        **{**plain, **changes},
    )
