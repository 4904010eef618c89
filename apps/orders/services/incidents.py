"""Open and resolve incidents. While one is open its order is flagged; the last one resolved takes the flag down."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.events import publish
from apps.orders.errors import IncidentNotFound, IncidentResolvedAlready
from apps.orders.events import IncidentOpened, IncidentResolved
from apps.orders.models import Incident, IncidentKind, Leg, Order, Parcel, ProofFile
from apps.orders.services.attention import clear_attention, raise_attention


@atomic(rereads=3)
def open_incident(*, kind: IncidentKind, parcel: Parcel, hub_id: UUID, note: str = "") -> Incident:
    """Open an incident of a hub, and flag its order. One that is open already for the parcel is answered as it is.

    The order's row is swapped by the flag, or here: two who open the same at once are one after the other.
    """
    known = Incident.objects.filter(parcel_id=parcel.pk, kind=kind, is_open=True).first()
    if known:
        return known
    order = Order.objects.get(pk=parcel.order_id)
    order.swap()
    if Incident.objects.filter(parcel_id=parcel.pk, kind=kind, is_open=True).exists():
        raise Conflict  # it was opened between the two reads
    incident = Incident(
        kind=kind,
        organisation_id=order.organisation_id,
        is_test=order.is_test,
        order=order,
        parcel=parcel,
        hub_id=hub_id,
        note=note,
    )
    _write(incident, zone_id=order.zone_id)
    raise_attention(order_id=order.pk, reason=kind.value)
    return incident


@dataclass(frozen=True, slots=True)
class CourierIncident:
    """What went wrong on the street: with which leg, None where it is about the courier alone."""

    kind: IncidentKind
    courier_id: UUID
    executor_id: UUID  # who owns the courier's fleet
    leg: Leg | None = None
    zone_id: UUID | None = None  # where the courier is on duty, where there is no leg
    note: str = ""


@atomic(rereads=3)
def open_courier_incident(new: CourierIncident) -> Incident:
    """Open an incident of the street, and flag its order, though it has ended. What is open already stays as it is."""
    leg = new.leg
    of_order = Order.objects.get(pk=leg.order_id) if leg else None
    if of_order:
        of_order.swap()  # two who open the same at once are one after the other
    same = {"courier_id": new.courier_id, "leg_id": leg.pk if leg else None, "kind": new.kind, "is_open": True}
    known = Incident.objects.filter(**same).first()
    if known:
        return known
    incident = Incident(
        **same,
        organisation_id=of_order.organisation_id if of_order else None,
        is_test=of_order.is_test if of_order else False,
        order=of_order,
        executor_id=new.executor_id,
        note=new.note,
    )
    _write(incident, zone_id=leg.zone_id if leg else new.zone_id)
    if leg:
        raise_attention(order_id=leg.order_id, reason=new.kind.value, though_ended=True)
    return incident


def open_proof_incident(file: ProofFile, *, kind: IncidentKind, note: str) -> Incident:
    """Open an incident about a photo or a signature, with whose leg it is. Reads leg, courier and fleet of the file."""
    new = CourierIncident(
        kind=kind,
        courier_id=file.courier_id,
        executor_id=file.courier.fleet.organisation_id,
        leg=file.leg,
        note=note,
    )
    return open_courier_incident(new)


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
    if order is None:
        publish(IncidentResolved(**_of(incident, zone_id=None), resolution=resolution))
        return incident
    order.swap()  # two that are resolved at once, each of which would take the other for the last one open
    publish(IncidentResolved(**_of(incident, zone_id=order.zone_id), resolution=resolution))
    if order.attention_reason in IncidentKind.values:  # a flag for another reason is not ours to take down
        clear_attention(order_id=order.pk)
    return incident


def close_incidents(*, parcel_id: UUID, kinds: tuple[IncidentKind, ...], resolution: str) -> None:
    """Close what is open of some kinds for a parcel: it has turned up."""
    found = Incident.objects.filter(parcel_id=parcel_id, kind__in=kinds, is_open=True)
    for incident_id in list(found.values_list("pk", flat=True)):
        resolve_incident(incident_id=incident_id, resolution=resolution)


def close_courier_incidents(*, leg_id: UUID, kind: IncidentKind, resolution: str) -> None:
    """Close what is open of a kind for a leg: what was missing has come."""
    found = Incident.objects.filter(leg_id=leg_id, kind=kind, is_open=True)
    for incident_id in list(found.values_list("pk", flat=True)):
        resolve_incident(incident_id=incident_id, resolution=resolution)


def _write(incident: Incident, *, zone_id: UUID | None) -> None:
    incident.save(force_insert=True)
    publish(IncidentOpened(**_of(incident, zone_id=zone_id), note=incident.note))


def _of(incident: Incident, *, zone_id: UUID | None) -> dict[str, Any]:
    """What both events tell. Of an incident without an order, the fleet's owner is whose it is."""
    return {
        "order_id": incident.order_id,
        "organisation_id": incident.organisation_id or incident.executor_id,
        "zone_id": zone_id,
        "incident_id": incident.pk,
        "kind": str(incident.kind),
        "parcel_id": incident.parcel_id,
        "hub_id": incident.hub_id,
        "leg_id": incident.leg_id,
        "courier_id": incident.courier_id,
        "executor_id": incident.executor_id,
    }
