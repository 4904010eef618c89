"""What a courier may ask for: everything that is kept of where they were and how they signed in, or to be forgotten."""

from typing import Any
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic, on_commit
from apps.core.events import publish
from apps.core.ids import public_id
from apps.couriers.errors import CourierNotFound, StillCarrying
from apps.couriers.events import CourierErased
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Device, PositionTrack, Shift, SignInCode
from apps.couriers.positions import forget_position

FORGOTTEN = "Erased courier"
_NO_PHONE = "x"  # no number of E.164 begins with it


def exported_courier(*, courier_id: UUID) -> dict[str, Any]:
    """What is kept of a courier here, ready for JSON: who they are, shifts, devices, tracks. Raises CourierNotFound."""
    courier = _courier(courier_id)
    tracks = PositionTrack.objects.filter(courier_id=courier_id).order_by("started_at")
    return {
        "courier": {
            "id": public_id("cou", courier.pk),
            "name": courier.name,
            "phone": courier.phone,
            "external_id": courier.external_id,
            "skills": courier.skills,
            "status": courier.status,
            "last_place": [courier.last_lat, courier.last_lon],
            "created_at": courier.created_at,
        },
        "shifts": list(
            Shift.objects.filter(courier_id=courier_id)
            .order_by("starts_at")
            .values("starts_at", "ends_at", "started_at", "ended_at", "legs_done")
        ),
        "devices": list(
            Device.objects.filter(courier_id=courier_id)
            .order_by("created_at")
            .values("label", "device_id", "created_at", "revoked_at")
        ),
        "tracks": [
            {"started_at": track.started_at, "ended_at": track.ended_at, "points": track.points}
            for track in tracks.iterator(chunk_size=500)
        ],
    }


@atomic(rereads=3)
def erase_courier(*, courier_id: UUID) -> Courier:
    """Forget who a courier was and where: name, phone, devices, tracks. Shifts and what the books need stay.

    Doing it again changes nothing. Raises CourierNotFound, or StillCarrying on duty or with something to deliver.
    """
    courier = _courier(courier_id)
    if courier.erased_at:
        return courier
    if courier.load_legs or courier.status != CourierStatus.OFF_DUTY:
        raise StillCarrying("This courier is on duty: end the shift first.")
    PositionTrack.objects.filter(courier_id=courier_id).delete()
    Device.objects.filter(courier_id=courier_id).delete()
    SignInCode.objects.filter(phone=courier.phone).delete()
    courier.swap(
        name=FORGOTTEN,
        phone=f"{_NO_PHONE}{courier.pk.hex[-12:]}",
        external_id=None,
        skills=[],
        is_active=False,
        last_lat=None,
        last_lon=None,
        silent_since=None,
        positions_suspicious_since=None,
        positions_suspected_at=None,
        erased_at=clock.now(),
    )
    publish(
        CourierErased(organisation_id=courier.fleet.organisation_id, fleet_id=courier.fleet_id, courier_id=courier.pk)
    )
    on_commit(lambda: forget_position(courier_id))
    return courier


def _courier(courier_id: UUID) -> Courier:
    found = Courier.objects.select_related("fleet").filter(pk=courier_id).first()
    if found is None:
        raise CourierNotFound
    return found
