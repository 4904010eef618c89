"""Robots at the door of a hub: they scan in what a robot courier of a test order has brought there."""

from datetime import datetime, timedelta
from uuid import UUID

from apps.core import clock
from apps.core.ids import new_id
from apps.hubs.models import Direction, Hub
from apps.hubs.services import NewScan, scan_batch
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Parcel

SCANNED_AFTER = timedelta(seconds=20)
FORGOTTEN_AFTER = timedelta(days=1)  # of a test order: what has not ended by then never will


def scan_in_what_was_brought(*, limit: int = 200) -> int:
    """Scan in the parcels of test orders that were brought to their hub a while ago. Returns how many orders."""
    at = clock.now()
    waiting = Leg.objects.filter(is_test=True, status=LegStatus.WAITING, placed_at__gt=at - FORGOTTEN_AFTER)
    hub_of = dict(waiting.order_by("-placed_at").values_list("order_id", "pickup_hub_id")[:limit])
    brought = Leg.objects.filter(
        order_id__in=list(hub_of), status=LegStatus.DELIVERED, delivered_at__lte=at - SCANNED_AFTER
    )
    orders = list(brought.values_list("order_id", flat=True)) if hub_of else []
    for order_id in orders:
        parcels = Parcel.objects.filter(order_id=order_id, reached_hub_at__isnull=True).values_list("pk", flat=True)
        hub = Hub.objects.get(pk=str(hub_of[order_id]))
        scan_batch(hub, [_scan(parcel_id, at) for parcel_id in parcels], is_test=True)
    return len(orders)


def _scan(parcel_id: UUID, at: datetime) -> NewScan:
    return NewScan(id=new_id(), direction=Direction.IN, device_time=at, parcel_id=parcel_id, by="robot")
