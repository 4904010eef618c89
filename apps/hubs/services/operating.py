"""Open a hub, and change its particulars."""

from dataclasses import dataclass, field
from typing import Any, TypedDict
from uuid import UUID

from apps.accounts.selectors import organisation
from apps.core.db import atomic
from apps.core.events import publish
from apps.core.geo import Point
from apps.hubs.errors import NotAHubOperator
from apps.hubs.events import HubChanged, HubOpened
from apps.hubs.models import Hub
from apps.orders.errors import HubNotFound
from apps.zones.selectors import zone_for


@dataclass(frozen=True, slots=True)
class NewHub:
    """A hub to be. `opening_hours` as the model has them."""

    organisation_id: UUID
    name: str
    address: str
    lat: float
    lon: float
    phone: str = ""
    instructions: str = ""
    opening_hours: dict[str, Any] = field(default_factory=dict)
    is_active: bool = True
    is_open_to_others: bool = False


class HubChanges(TypedDict, total=False):
    """What may be changed. The place goes as a whole: an address with its position."""

    name: str
    address: str
    lat: float
    lon: float
    phone: str
    instructions: str
    opening_hours: dict[str, Any]
    is_active: bool
    is_open_to_others: bool


@atomic
def open_hub(new: NewHub) -> Hub:
    """Write a hub, in the zone that covers it. Raises NotAHubOperator, or OutOfZone."""
    if not organisation(new.organisation_id).is_hub_operator:
        raise NotAHubOperator
    hub = Hub(
        organisation_id=new.organisation_id,
        name=new.name,
        address=new.address,
        lat=new.lat,
        lon=new.lon,
        phone=new.phone,
        instructions=new.instructions,
        opening_hours=new.opening_hours,
        is_active=new.is_active,
        is_open_to_others=new.is_open_to_others,
        zone_id=_zone_of(Point(new.lat, new.lon)),
    )
    hub.save(force_insert=True)
    publish(HubOpened(hub_id=hub.pk, organisation_id=hub.organisation_id, zone_id=hub.zone_id, name=hub.name))
    return hub


@atomic(rereads=3)
def change_hub(*, hub_id: UUID, changes: HubChanges) -> Hub:
    """Change a hub. Orders under way keep the place that they were placed with. Raises HubNotFound, or OutOfZone."""
    hub = Hub.objects.filter(pk=hub_id).first()
    if hub is None:
        raise HubNotFound
    if not changes:
        return hub
    new: dict[str, Any] = {**changes}
    if "lat" in changes or "lon" in changes:
        new["zone_id"] = _zone_of(Point(changes.get("lat", hub.lat), changes.get("lon", hub.lon)))
    hub.swap(**new)
    publish(
        HubChanged(
            hub_id=hub.pk,
            organisation_id=hub.organisation_id,
            zone_id=hub.zone_id,
            is_active=hub.is_active,
            is_open_to_others=hub.is_open_to_others,
        )
    )
    return hub


def _zone_of(point: Point) -> UUID:
    return zone_for(pickup=point, dropoff=point).pk
