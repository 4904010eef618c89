"""Open and resolve incidents. While one is open its order is flagged; the last one resolved takes the flag down."""

from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.events import publish
from apps.orders.errors import IncidentNotFound, IncidentResolvedAlready
from apps.orders.events import IncidentOpened, IncidentResolved
from apps.orders.models import Incident, IncidentKind, Order, Parcel
from apps.orders.services.attention import clear_attention, raise_attention


@atomic(rereads=3)
def open_incident(*, kind: IncidentKind, parcel: Parcel, hub_id: UUID, note: str = "") -> Incident:
    """Open an incident, and flag its order. One that is open already for the parcel is answered as it is.

    The order's row is swapped by the flag, or here: two who open the same at once are one after the other.
    """
    known = Incident.objects.filter(parcel_id=parcel.pk, kind=kind, is_open=True).first()
    if known:
        return known
    order = Order.objects.get(pk=parcel.order_id)
    order.swap()
    if Incident.objects.filter(parcel_id=parcel.pk, kind=kind, is_open=True).exists():
        raise Conflict  # it was opened between the two reads
    incident = Incident.objects.create(
        kind=kind,
        organisation_id=order.organisation_id,
        is_test=order.is_test,
        order=order,
        parcel=parcel,
        hub_id=hub_id,
        note=note,
    )
    publish(
        IncidentOpened(
            order_id=order.pk,
            organisation_id=order.organisation_id,
            zone_id=order.zone_id,
            incident_id=incident.pk,
            parcel_id=parcel.pk,
            hub_id=hub_id,
            kind=kind.value,
        )
    )
    raise_attention(order_id=order.pk, reason=kind.value)
    return incident


@atomic(rereads=3)
def resolve_incident(*, incident_id: UUID, resolution: str = "") -> Incident:
    """Close an incident. Raises IncidentNotFound, or IncidentResolvedAlready."""
    incident = Incident.objects.select_related("order").filter(pk=incident_id).first()
    if incident is None:
        raise IncidentNotFound
    at = clock.now()
    still_open = Incident.objects.filter(pk=incident_id, is_open=True)
    if still_open.update(is_open=False, resolved_at=at, resolution=resolution) != 1:
        raise IncidentResolvedAlready
    incident.is_open, incident.resolved_at, incident.resolution = False, at, resolution
    order = incident.order
    order.swap()  # two that are resolved at once, each of which would take the other for the last one open
    publish(
        IncidentResolved(
            order_id=order.pk,
            organisation_id=order.organisation_id,
            zone_id=order.zone_id,
            incident_id=incident.pk,
            parcel_id=incident.parcel_id,
            hub_id=incident.hub_id,
            kind=incident.kind,
            resolution=resolution,
        )
    )
    if order.attention_reason in IncidentKind.values:  # a flag for another reason is not ours to take down
        clear_attention(order_id=order.pk)
    return incident


def close_incidents(*, parcel_id: UUID, kinds: tuple[IncidentKind, ...], resolution: str) -> None:
    """Close what is open of some kinds for a parcel: it has turned up."""
    found = Incident.objects.filter(parcel_id=parcel_id, kind__in=kinds, is_open=True)
    for incident_id in list(found.values_list("pk", flat=True)):
        resolve_incident(incident_id=incident_id, resolution=resolution)
