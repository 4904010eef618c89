"""Parcels that couriers scan at their stops."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.core.db import atomic
from apps.core.events import publish
from apps.orders.errors import WrongParcel
from apps.orders.events import ParcelScannedAtStop
from apps.orders.models import Leg, Parcel, Stop, StopScan


@dataclass(frozen=True, slots=True)
class NewStopScan:
    """What was scanned where: the parcel by its id, or by what is written on it."""

    stop: Stop
    device_time: datetime
    parcel_id: UUID | None = None
    barcode: str = ""


@atomic
def note_scan(*, leg: Leg, courier_id: UUID, scan: NewStopScan) -> None:
    """Note that a parcel of the leg's order was in the courier's hands. Raises WrongParcel.

    Scanned again, it was there when the phone scanned it first, whichever scan arrives first; nothing else changes. Who
    calls has seen that the courier has the leg.
    """
    which = {"pk": scan.parcel_id} if scan.parcel_id else {"barcode": scan.barcode}
    parcel = Parcel.objects.filter(order_id=leg.order_id, **which).first()
    if parcel is None:
        raise WrongParcel
    where = {"leg": leg, "epoch": leg.epoch, "stop": scan.stop, "parcel": parcel}
    known = StopScan.objects.filter(**where)
    if known.exists():
        known.filter(device_time__gt=scan.device_time).update(device_time=scan.device_time)
        return
    StopScan.objects.create(**where, courier_id=courier_id, device_time=scan.device_time)
    publish(
        ParcelScannedAtStop(
            order_id=leg.order_id,
            organisation_id=leg.organisation_id,
            zone_id=leg.zone_id,
            leg_id=leg.pk,
            parcel_id=parcel.pk,
            courier_id=courier_id,
            stop=scan.stop.value,
            device_time=scan.device_time,
        )
    )


def all_scanned(leg: Leg, stop: Stop) -> bool:
    """Whether every parcel of its order was scanned at one of its ends, by the courier who has it now."""
    scanned = StopScan.objects.filter(leg_id=leg.pk, epoch=leg.epoch, stop=stop).count()
    return scanned >= Parcel.objects.filter(order_id=leg.order_id).count()
