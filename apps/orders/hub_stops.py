"""Where a hub is, as orders need to know it.

Hubs are an app above this one: it tells, when it starts, how they are found, and orders ask without knowing it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.core.geo import Point
from apps.orders.errors import HubNotFound


@dataclass(frozen=True, slots=True)
class HubStop:
    """A hub on the way of an order: which one, in whose zone, where."""

    hub_id: UUID
    zone_id: UUID
    point: Point
    details: dict[str, Any]  # address, lat, lon, contact_name, phone, instructions: as a courier needs it


Finder = Callable[[UUID, UUID], HubStop]
_finders: list[Finder] = []


def hubs_are_found_by(finder: Finder) -> None:
    """Name the function that finds a hub for an organisation: `finder(hub_id, organisation_id)`."""
    _finders[:] = [finder]


def hub_stop(hub_id: UUID, *, organisation_id: UUID) -> HubStop:
    """A hub that an organisation's orders may pass. Raises HubNotFound, or HubInactive."""
    if not _finders:
        raise HubNotFound
    return _finders[0](hub_id, organisation_id)
