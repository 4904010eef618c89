"""Which parcel was scanned: by its id, or by a barcode, which is unique only among the live parcels of one merchant."""

from uuid import UUID

from django.db.models import Q

from apps.hubs.errors import AmbiguousBarcode, UnknownParcel
from apps.hubs.models import Hub
from apps.orders.lifecycle import OrderStatus
from apps.orders.models import Parcel

_NOT_MOVED_YET = (OrderStatus.PLACED, OrderStatus.ASSIGNED)


def parcel_scanned(hub: Hub, *, parcel_id: UUID | None, barcode: str, is_test: bool) -> Parcel:
    """The parcel: among those that pass the hub or lie there; else among those that may have come here by mistake.

    What no courier has had yet cannot be here: it is not told to strangers who try barcodes.
    Raises UnknownParcel, or AmbiguousBarcode.
    """
    named = Parcel.objects.filter(is_test=is_test, **({"pk": parcel_id} if parcel_id else {"barcode": barcode}))
    here = list(named.filter(Q(via_hub_id=hub.pk) | Q(hub_id=hub.pk)).order_by("-pk")[:20])
    live = [parcel for parcel in here if parcel.is_live]
    if len(live) > 1:
        raise AmbiguousBarcode
    if here:
        return (live or here)[0]
    elsewhere = list(named.filter(is_live=True).select_related("order")[:2])
    if len(elsewhere) != 1 or elsewhere[0].order.status in _NOT_MOVED_YET:
        raise UnknownParcel
    return elsewhere[0]
