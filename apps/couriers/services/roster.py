"""The people of a fleet: added, changed, put out of service and back into it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.events import publish
from apps.couriers.errors import CourierNotFound, ExternalIdTaken, FleetNotFound, PhoneTaken, StillCarrying
from apps.couriers.events import CourierActivated, CourierAdded, CourierChanged, CourierDeactivated, DevicesRevoked
from apps.couriers.lifecycle import CourierStatus, Language
from apps.couriers.models import Courier, Device, Fleet
from apps.couriers.services.duty import end_shift
from apps.couriers.services.vehicles import take_vehicle

USUAL_LEGS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCourier:
    """Somebody who is to carry for a fleet. The phone, in E.164, is what they sign in with."""

    fleet_id: UUID
    vehicle_id: UUID
    name: str
    phone: str
    skills: tuple[str, ...] = ()
    max_legs: int = USUAL_LEGS
    external_id: str | None = None
    email: str = ""
    language: str = Language.FRENCH.value


@atomic(rereads=2)
def add_courier(new: NewCourier) -> Courier:
    """Add a courier to a fleet: they can sign in at once.

    Raises FleetNotFound, VehicleNotFound, VehicleRetired, PhoneTaken or ExternalIdTaken.
    """
    fleet = Fleet.objects.filter(pk=new.fleet_id).first()
    if fleet is None:
        raise FleetNotFound
    _check_phone(new.phone)
    _check_external_id(fleet.organisation_id, new.external_id)
    take_vehicle(vehicle_id=new.vehicle_id, fleet_id=fleet.pk)
    courier = courier_from(new)
    try:
        courier.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict from error  # another request took the phone or the external_id: the next read finds it
    publish(courier_added(fleet.organisation_id, courier))
    return courier


@atomic(rereads=3)
def change_courier(*, courier_id: UUID, changes: dict[str, Any]) -> Courier:
    """Change columns of a courier. With another phone they sign in anew: their devices are revoked.

    Raises CourierNotFound, VehicleNotFound, VehicleRetired, PhoneTaken or ExternalIdTaken.
    """
    courier = _courier(courier_id)
    changed = {name: value for name, value in changes.items() if getattr(courier, name) != value}
    if not changed:
        return courier
    if "phone" in changed and courier.is_active:
        _check_phone(changed["phone"])
    if "external_id" in changed:
        _check_external_id(courier.fleet.organisation_id, changed["external_id"])
    if "vehicle_id" in changed:
        take_vehicle(vehicle_id=changed["vehicle_id"], fleet_id=courier.fleet_id)
    try:
        courier.swap(**changed)
    except IntegrityError as error:
        raise Conflict from error
    if "phone" in changed:
        _revoke(courier)
    publish(courier_changed(courier.fleet.organisation_id, courier, changed))
    return courier


@atomic(rereads=3)
def deactivate_courier(*, courier_id: UUID) -> Courier:
    """Put a courier out of service: devices end now, so does duty. Doing it again changes nothing.

    Their shifts to come stay, and count for nothing until they are active again. What they have must have been given
    back before, which is dispatch's to do. Raises CourierNotFound, or StillCarrying.
    """
    courier = _courier(courier_id)
    if not courier.is_active:
        return courier
    if courier.load_legs:
        raise StillCarrying
    if courier.status != CourierStatus.OFF_DUTY:
        courier = end_shift(courier_id=courier_id)
    courier.swap(is_active=False)
    _revoke(courier)
    publish(
        CourierDeactivated(
            organisation_id=courier.fleet.organisation_id,
            fleet_id=courier.fleet_id,
            courier_id=courier.pk,
            external_id=courier.external_id,
        )
    )
    return courier


@atomic(rereads=3)
def activate_courier(*, courier_id: UUID) -> Courier:
    """Put a courier back into service; they sign in again. Doing it again changes nothing.

    Raises CourierNotFound, VehicleRetired, or PhoneTaken when somebody else has the phone by now.
    """
    courier = _courier(courier_id)
    if courier.erased_at:
        raise CourierNotFound
    if courier.is_active:
        return courier
    _check_phone(courier.phone)
    take_vehicle(vehicle_id=courier.vehicle_id, fleet_id=courier.fleet_id)
    try:
        courier.swap(is_active=True)
    except IntegrityError as error:
        raise Conflict from error
    publish(
        CourierActivated(
            organisation_id=courier.fleet.organisation_id,
            fleet_id=courier.fleet_id,
            courier_id=courier.pk,
            external_id=courier.external_id,
        )
    )
    return courier


@atomic
def revoke_devices(*, courier_id: UUID) -> int:
    """Sign all of a courier's devices out: each is refused from its next request on. Returns how many.

    Raises CourierNotFound.
    """
    return _revoke(_courier(courier_id))


def courier_from(new: NewCourier) -> Courier:
    """The row, not written yet."""
    return Courier(
        fleet_id=new.fleet_id,
        vehicle_id=new.vehicle_id,
        external_id=new.external_id,
        name=new.name,
        phone=new.phone,
        email=new.email,
        language=new.language,
        skills=list(new.skills),
        max_legs=new.max_legs,
    )


def courier_added(organisation_id: UUID, courier: Courier) -> CourierAdded:
    """The event of it."""
    return CourierAdded(
        organisation_id=organisation_id,
        fleet_id=courier.fleet_id,
        courier_id=courier.pk,
        external_id=courier.external_id,
    )


def courier_changed(organisation_id: UUID, courier: Courier, changed: dict[str, Any]) -> CourierChanged:
    """The event of it."""
    return CourierChanged(
        organisation_id=organisation_id,
        fleet_id=courier.fleet_id,
        courier_id=courier.pk,
        external_id=courier.external_id,
        fields=tuple(sorted(changed)),
    )


def _courier(courier_id: UUID) -> Courier:
    courier = Courier.objects.select_related("fleet").filter(pk=courier_id).first()
    if courier is None:
        raise CourierNotFound
    return courier


def _revoke(courier: Courier) -> int:
    revoked = Device.objects.filter(courier_id=courier.pk, revoked_at=None).update(revoked_at=clock.now())
    if revoked:
        publish(
            DevicesRevoked(
                organisation_id=courier.fleet.organisation_id,
                fleet_id=courier.fleet_id,
                courier_id=courier.pk,
                devices=revoked,
            )
        )
    return revoked


def _check_phone(phone: str) -> None:
    if Courier.objects.filter(phone=phone, is_active=True).exists():
        raise PhoneTaken


def _check_external_id(organisation_id: UUID, external_id: str | None) -> None:
    mine = Courier.objects.filter(fleet__organisation_id=organisation_id, external_id=external_id)
    if external_id and mine.exists():
        raise ExternalIdTaken
