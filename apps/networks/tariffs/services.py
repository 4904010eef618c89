"""Writes of tariffs: make one, put one in the place of another."""

from typing import Any
from uuid import UUID

from apps.accounts.selectors import organisation
from apps.core import clock
from apps.core.db import atomic
from apps.core.events import publish
from apps.core.ids import public_id
from apps.networks.models import Tariff
from apps.networks.tariffs.checking import NewPeak, NewTariff, check_tariff
from apps.networks.tariffs.errors import NotAFleetOwner, TariffNotFound, TariffRetired
from apps.networks.tariffs.events import TariffCreated, TariffReplaced

__all__ = ["NewPeak", "NewTariff", "create_tariff", "replace_tariff"]


@atomic
def create_tariff(new: NewTariff) -> Tariff:
    """Make a tariff, in the currency of its organisation. Raises NotAFleetOwner, or Invalid, naming the fields."""
    tariff = _written(new)
    publish(TariffCreated(organisation_id=new.organisation_id, tariff_id=tariff.pk))
    return tariff


@atomic
def replace_tariff(*, tariff_id: UUID, new: NewTariff) -> Tariff:
    """Put a new tariff in the place of one of the same organisation, which is retired. Returns the new one.

    What was charged stays true, and so does what was agreed: connections keep the old one until both sides agree.
    Raises NotAFleetOwner, Invalid, TariffNotFound, or TariffRetired, whose state names the one that took its place.
    """
    old = Tariff.objects.filter(pk=tariff_id, organisation_id=new.organisation_id).first()
    if old is None:
        raise TariffNotFound
    tariff = _written(new)
    changes = {"retired_at": clock.now(), "replaced_by_id": tariff.pk}
    if Tariff.objects.filter(pk=old.pk, retired_at=None).update(**changes) != 1:
        raise TariffRetired(state={"replaced_by": public_id("tar", old.replaced_by_id) if old.replaced_by_id else None})
    publish(
        TariffCreated(organisation_id=new.organisation_id, tariff_id=tariff.pk),
        TariffReplaced(organisation_id=new.organisation_id, tariff_id=old.pk, replaced_by_id=tariff.pk),
    )
    return tariff


def _written(new: NewTariff) -> Tariff:
    owner = organisation(new.organisation_id)
    if not owner.is_fleet_owner:
        raise NotAFleetOwner
    check_tariff(new)
    return Tariff.objects.create(
        organisation_id=owner.pk,
        name=new.name,
        currency=owner.currency,
        base_cents=new.base_cents,
        per_km_cents=new.per_km_cents,
        weight_bands=[{"up_to_g": up_to_g, "cents": cents} for up_to_g, cents in new.weight_bands],
        zone_cents={str(zone_id): cents for zone_id, cents in new.zones},
        peaks=[_row(peak) for peak in new.peaks],
        tax_basis_points=new.tax_basis_points,
    )


def _row(peak: NewPeak) -> dict[str, Any]:
    return {"from": peak.begins, "to": peak.ends, "days": sorted(peak.days), "cents": peak.cents}
