"""What both sides agree on: which tariff a connection may name, and how it looks while nothing else is proposed."""

from typing import Any
from uuid import UUID

from apps.networks.errors import TariffNotOffered
from apps.networks.models import Tariff

NO_PROPOSAL: dict[str, Any] = {
    "proposed_by_id": None,
    "proposed_rights": [],
    "proposed_tariff_id": None,
    "proposed_at": None,
}


def check_tariff(tariff_id: UUID | None, *, executor_id: UUID) -> None:
    """Raises TariffNotOffered unless the fleet's owner has that tariff; None is no tariff, and passes."""
    if tariff_id is None:
        return
    if not Tariff.objects.filter(pk=tariff_id, organisation_id=executor_id, retired_at=None).exists():
        raise TariffNotOffered
