"""Incidents of a leg with the courier who has it: for its merchant and the owner of the courier's fleet to see to."""

from uuid import UUID

from apps.couriers.models import Courier
from apps.orders.models import IncidentKind, Leg
from apps.orders.services import CourierIncident, open_courier_incident


def open_leg_incident(leg: Leg, *, courier_id: UUID, kind: IncidentKind, note: str) -> None:
    """Open one, unless the same is open already."""
    courier = Courier.objects.select_related("fleet").get(pk=courier_id)
    executor_id = courier.fleet.organisation_id
    open_courier_incident(
        CourierIncident(kind=kind, courier_id=courier_id, executor_id=executor_id, leg=leg, note=note)
    )
