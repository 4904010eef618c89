"""Fleets: made, renamed, opened to any merchant, or closed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from apps.core.db import atomic
from apps.core.errors import FieldError, Invalid
from apps.core.events import publish
from apps.couriers.errors import FleetNotFound
from apps.couriers.events import FleetAdded, FleetChanged
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Fleet
from apps.zones.selectors import active_zones


@atomic
def create_fleet(
    *,
    organisation_id: UUID,
    name: str,
    mode: FleetMode | str = FleetMode.ASSIGNED,
    is_open: bool = False,
    accepts_invitations: bool = False,
    zone_ids: Sequence[UUID] = (),
) -> Fleet:
    """Make a network of couriers for an organisation. Raises Invalid for zones that are not in service."""
    fleet = Fleet.objects.create(
        organisation_id=organisation_id,
        name=name,
        mode=mode,
        is_open=is_open,
        accepts_invitations=accepts_invitations,
        zone_ids=_served(zone_ids),
    )
    publish(FleetAdded(organisation_id=organisation_id, fleet_id=fleet.pk, mode=str(fleet.mode), is_open=is_open))
    return fleet


@atomic
def change_fleet(*, fleet_id: UUID, changes: dict[str, Any]) -> Fleet:
    """Change the columns `name`, `mode`, `is_open`, `accepts_invitations`, `zone_ids`; the last word counts.

    Legs that are offered or assigned already stay where they are. Raises FleetNotFound, and Invalid for zones that are
    not in service.
    """
    fleet = Fleet.objects.filter(pk=fleet_id).first()
    if fleet is None:
        raise FleetNotFound
    if "zone_ids" in changes:
        changes = {**changes, "zone_ids": _served(changes["zone_ids"])}
    changed = {name: value for name, value in changes.items() if getattr(fleet, name) != value}
    if not changed:
        return fleet
    Fleet.objects.filter(pk=fleet_id).update(**changed)
    for name, value in changed.items():
        setattr(fleet, name, value)
    publish(
        FleetChanged(
            organisation_id=fleet.organisation_id, fleet_id=fleet_id, mode=str(fleet.mode), is_open=fleet.is_open
        )
    )
    return fleet


def _served(zone_ids: Sequence[UUID]) -> list[str]:
    """The zones that a fleet names, as they are kept: each once, in their order."""
    known = {zone.pk for zone in active_zones()} if zone_ids else set()
    unknown = tuple(
        FieldError(f"zone_ids[{index}]", "unknown_zone", "There is no such zone.")
        for index, zone_id in enumerate(zone_ids)
        if zone_id not in known
    )
    if unknown:
        raise Invalid(fields=unknown)
    return [str(zone_id) for zone_id in dict.fromkeys(zone_ids)]
