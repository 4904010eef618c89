"""Note where a parcel is, as the scans of hubs tell."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.core.db import atomic
from apps.orders.models import Parcel
from apps.orders.services.legs import open_next_leg


@dataclass(frozen=True, slots=True)
class ParcelPlace:
    """Where a parcel is: `hub_id` None for in no hub. `reached_at`: when it first came into the hub of its order."""

    hub_id: UUID | None
    since: datetime | None
    reached_at: datetime | None


@atomic
def put_parcel(parcel: Parcel, place: ParcelPlace) -> bool:
    """Write where a parcel is; the next leg opens if it was the last that was awaited. Whether one opened.

    Who calls has swapped the row of its order, so that scans of one order come one after the other.
    """
    Parcel.objects.filter(pk=parcel.pk).update(
        hub_id=place.hub_id, hub_since=place.since, reached_hub_at=place.reached_at
    )
    parcel.hub_id, parcel.hub_since, parcel.reached_hub_at = place.hub_id, place.since, place.reached_at
    return place.reached_at is not None and open_next_leg(order_id=parcel.order_id)
