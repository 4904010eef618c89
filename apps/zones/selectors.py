"""Reads of zones."""

from collections.abc import Sequence
from uuid import UUID

from apps.core.errors import FieldError
from apps.core.geo import Point
from apps.core.short_memory import ShortMemory
from apps.zones.errors import OutOfZone, ZoneNotFound
from apps.zones.models import Zone

known_zones: ShortMemory[str, tuple[Zone, ...]] = ShortMemory(most=1)
_IN_SERVICE = "in service"


def active_zones() -> Sequence[Zone]:
    """All zones in service, by name; at most a second old, and shared: nobody changes them."""
    return known_zones.recall(_IN_SERVICE) or known_zones.remember(
        _IN_SERVICE, tuple(Zone.objects.filter(is_active=True).order_by("name"))
    )


def zone_at(point: Point) -> Zone:
    """The zone that serves a place: of several, the first by name, as for an order. Raises ZoneNotFound."""
    found = next((candidate for candidate in active_zones() if candidate.covers(point)), None)
    if found is None:
        raise ZoneNotFound("No zone serves this place.")
    return found


def zone_in_service(zone_id: UUID) -> Zone:
    """One zone, if it is in service. Raises ZoneNotFound."""
    found = zone(zone_id)
    if not found.is_active:
        raise ZoneNotFound
    return found


def known_zone(zone_id: UUID) -> Zone:
    """One zone, in service or not, at most a second old; nobody changes it. Raises ZoneNotFound."""
    return next((known for known in active_zones() if known.pk == zone_id), None) or zone(zone_id)


def zone(zone_id: UUID) -> Zone:
    """One zone. Raises ZoneNotFound."""
    found = Zone.objects.filter(pk=zone_id).first()
    if found is None:
        raise ZoneNotFound
    return found


def zone_for(*, pickup: Point, dropoff: Point) -> Zone:
    """The zone that plans an order: the one where it is picked up, if somebody delivers at its other end.

    Raises OutOfZone and names the end that lies outside.
    """
    return zone_among(active_zones(), pickup=pickup, dropoff=dropoff)


def zone_among(zones: Sequence[Zone], *, pickup: Point, dropoff: Point) -> Zone:
    """The same among zones at hand: for whoever asks for many orders."""
    home = next((candidate for candidate in zones if candidate.covers(pickup)), None)
    outside = []
    if home is None:
        outside.append(FieldError("pickup", "address_out_of_zone", "No zone covers this pickup."))
    if not any(candidate.covers(dropoff) for candidate in zones):
        outside.append(FieldError("dropoff", "address_out_of_zone", "No zone covers this dropoff."))
    if home is None or outside:
        raise OutOfZone(fields=tuple(outside))
    return home
