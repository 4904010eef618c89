"""Parcels that a courier brought to a hub, as they say, and that nobody there has scanned."""

from datetime import timedelta
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.hubs.selectors import overdue_first_legs
from apps.orders.models import Incident, IncidentKind, Order, Parcel
from apps.orders.services import open_incident

MISSING_AFTER = timedelta(minutes=30)  # from the courier's "delivered" on


def flag_missing_parcels() -> int:
    """Open an incident for each parcel that was not scanned in within 30 minutes, once. Returns how many were opened.

    Once a parcel: a person who resolved it knows more than the scans do.
    """
    brought = overdue_first_legs(before=clock.now() - MISSING_AFTER)
    missing = Parcel.objects.filter(order_id__in=brought, reached_hub_at__isnull=True)
    keys = set(missing.values_list("pk", flat=True)) if brought else set()
    if not keys:
        return 0
    flagged = Incident.objects.filter(parcel_id__in=list(keys), kind=IncidentKind.MISSING_PARCEL)
    return sum(_flag(key) for key in sorted(keys - set(flagged.values_list("parcel_id", flat=True))))


@atomic(rereads=3)
def _flag(parcel_id: UUID) -> bool:
    """False when it was scanned, or flagged, at this moment."""
    order = Order.objects.get(parcels=parcel_id)
    order.swap()  # a scan swaps it too: either it comes after this, or its parcel is read below
    parcel = Parcel.objects.get(pk=parcel_id)
    known = Incident.objects.filter(parcel_id=parcel_id, kind=IncidentKind.MISSING_PARCEL)
    if parcel.reached_hub_at or parcel.via_hub_id is None or known.exists():
        return False
    open_incident(kind=IncidentKind.MISSING_PARCEL, parcel=parcel, hub_id=parcel.via_hub_id)
    return True
