"""Fleets: made, renamed, opened to any merchant, or closed."""

from typing import Any
from uuid import UUID

from apps.core.db import atomic
from apps.core.events import publish
from apps.couriers.errors import FleetNotFound
from apps.couriers.events import FleetAdded, FleetChanged
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Fleet


@atomic
def create_fleet(
    *,
    organisation_id: UUID,
    name: str,
    mode: FleetMode | str = FleetMode.ASSIGNED,
    is_open: bool = False,
    accepts_invitations: bool = False,
) -> Fleet:
    """Make a network of couriers for an organisation."""
    fleet = Fleet.objects.create(
        organisation_id=organisation_id,
        name=name,
        mode=mode,
        is_open=is_open,
        accepts_invitations=accepts_invitations,
    )
    publish(FleetAdded(organisation_id=organisation_id, fleet_id=fleet.pk, mode=str(fleet.mode), is_open=is_open))
    return fleet


@atomic
def change_fleet(*, fleet_id: UUID, changes: dict[str, Any]) -> Fleet:
    """Change the columns `name`, `mode`, `is_open`, `accepts_invitations`; the last word counts. Raises FleetNotFound.

    Legs that are offered or assigned already stay where they are.
    """
    fleet = Fleet.objects.filter(pk=fleet_id).first()
    if fleet is None:
        raise FleetNotFound
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
