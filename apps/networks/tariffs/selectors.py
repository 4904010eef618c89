"""Reads of tariffs: whose they are, what they say, and which one holds between an orderer and a fleet."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, IntegerField, Q, QuerySet, When

from apps.accounts.models import Organisation
from apps.accounts.principals import Principal
from apps.networks.models import Connection, Tariff
from apps.networks.selectors import open_connections
from apps.networks.tariffs.checking import MIDNIGHT
from apps.networks.tariffs.errors import TariffNotFound
from apps.networks.tariffs.pricing import PLATFORM_RATES, Peak, Rates, WeightBand

PLATFORM_NAME = "Platform"


@dataclass(frozen=True, slots=True)
class AgreedTariff:
    """Rates with the name under which they are shown. `id` None: the platform's own."""

    id: UUID | None
    name: str
    rates: Rates


@dataclass(frozen=True, slots=True)
class FleetWithinReach:
    """A fleet that an organisation owns, or that carries for anybody."""

    id: UUID
    name: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class ConnectedFleet:
    """A fleet that an organisation is connected to, and the tariff between them."""

    connection_id: UUID
    fleet_id: UUID
    fleet_name: str
    tariff: AgreedTariff


def platform_tariff() -> AgreedTariff:
    """What holds where no tariff was agreed: the platform's rates, with the tax that is configured."""
    return AgreedTariff(None, PLATFORM_NAME, replace(PLATFORM_RATES, tax_basis_points=settings.TAX_BASIS_POINTS))


def agreed_tariff(tariff: Tariff | None) -> AgreedTariff:
    """A tariff as prices are made from it; None: the platform's."""
    return AgreedTariff(tariff.pk, tariff.name, rates_of(tariff)) if tariff else platform_tariff()


def rates_of(tariff: Tariff) -> Rates:
    """The rates that a row holds."""
    return Rates(
        currency=tariff.currency,
        base_cents=tariff.base_cents,
        per_km_cents=tariff.per_km_cents,
        weight_bands=tuple(WeightBand(band["up_to_g"], band["cents"]) for band in tariff.weight_bands),
        zone_cents={UUID(zone_id): cents for zone_id, cents in tariff.zone_cents.items()},
        peaks=tuple(_peak(peak) for peak in tariff.peaks),
        tax_basis_points=tariff.tax_basis_points,
    )


def tariffs_for(principal: Principal) -> QuerySet[Tariff]:
    """The tariffs that a principal's organisations made."""
    if principal.sees_all:
        return Tariff.objects.all()
    return Tariff.objects.filter(organisation_id__in=principal.organisation_ids)


def tariff_for(principal: Principal, tariff_id: UUID) -> Tariff:
    """One that the principal made, or that a connection of theirs names. Raises TariffNotFound for any other."""
    found = tariffs_for(principal).filter(pk=tariff_id).first()
    if found is None:
        asked = Connection.objects.filter(tariff_id=tariff_id, organisation_id__in=principal.organisation_ids)
        connection = asked.select_related("tariff").first()
        found = connection.tariff if connection else None
    if found is None:
        raise TariffNotFound
    return found


def connected_fleets(organisation_id: UUID) -> list[ConnectedFleet]:
    """The fleets that an organisation is connected to and may give work to now, the first to be asked first."""
    theirs = open_connections().filter(organisation_id=organisation_id)
    rows = theirs.select_related("tariff", "fleet").order_by("priority", "id")
    return [ConnectedFleet(row.pk, row.fleet_id, row.fleet.name, agreed_tariff(row.tariff)) for row in rows]


def fleets_within_reach(
    organisation_id: UUID, *, fleet_ids: Collection[UUID] | None = None, with_open: bool, limit: int
) -> list[FleetWithinReach]:
    """An organisation's own fleets, then the open ones by name; of those named, where some are. One query.

    Fleets stand above networks: they are reached through their owners.
    """
    is_own = Q(pk=organisation_id, fleets__isnull=False)
    owners = Organisation.objects.filter(is_own | Q(fleets__is_open=True) if with_open else is_own)
    if fleet_ids is not None:
        owners = owners.filter(fleets__pk__in=list(fleet_ids))
    rank = Case(When(pk=organisation_id, then=0), default=1, output_field=IntegerField())
    rows = owners.order_by(rank, "fleets__name", "fleets__pk").values_list("pk", "fleets__pk", "fleets__name")
    return [FleetWithinReach(key, name, is_own=owner == organisation_id) for owner, key, name in rows[:limit]]


def connection_carrying(*, organisation_id: UUID, fleet_id: UUID, given_at: datetime) -> Connection | None:
    """The connection over which a fleet carries what it was given at that time; None for an open fleet.

    One that was paused or ended since still holds for what was under way. Its tariff is at hand.
    """
    between = Connection.objects.filter(
        Q(is_live=True) | Q(ended_at__gte=given_at),
        organisation_id=organisation_id,
        fleet_id=fleet_id,
        accepted_at__lte=given_at,
    )
    return between.select_related("tariff").order_by("-accepted_at").first()


def _peak(peak: dict[str, Any]) -> Peak:
    ends = None if peak["to"] == MIDNIGHT else time.fromisoformat(peak["to"])
    return Peak(time.fromisoformat(peak["from"]), ends, frozenset(peak["days"]), peak["cents"])
