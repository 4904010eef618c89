"""Couriers of a fleet with a dispatch of its own: known to us, named on the way, or not named at all.

A leg needs a courier who has it: they carry its epoch and its load. Where the fleet names nobody, one stand-in per
fleet does; whoever it is, duty is the fleet's affair, so being sent is coming on duty.
"""

from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import IntegrityError

from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.events import publish
from apps.core.vehicle_kind import VehicleKind
from apps.couriers.errors import CourierNotFound, PhoneTaken
from apps.couriers.events import DutyChanged
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Fleet, Vehicle
from apps.couriers.usual_vehicles import USUAL

MOST_LEGS = 30_000  # of a stand-in, who is a whole fleet
_NO_PHONE = "ext-"  # and the end of the fleet's key: nobody can be called there, or sign in


@dataclass(frozen=True, slots=True)
class NamedCourier:
    """Somebody whom a fleet sends, as it names them; the phone tells them apart."""

    name: str
    phone: str
    vehicle: VehicleKind


@atomic
def send_courier(*, fleet: Fleet, zone_id: UUID, courier: UUID | NamedCourier | None) -> Courier:
    """The courier whom an external fleet sends, on duty: one of its own by id, one that it names, or its stand-in.

    Raises CourierNotFound, PhoneTaken, or Conflict when the same courier was made at this moment.
    """
    if courier is None:
        return _stand_in(fleet)
    if isinstance(courier, NamedCourier):
        return _on_duty(_named(fleet, courier), fleet, zone_id)
    known = Courier.objects.filter(pk=courier, fleet_id=fleet.pk).first()
    if known is None:
        raise CourierNotFound
    return _on_duty(known, fleet, zone_id)


def _stand_in(fleet: Fleet) -> Courier:
    found = Courier.objects.filter(fleet_id=fleet.pk, is_stand_in=True).first()
    if found is not None:
        return found
    return _made(
        fleet,
        VehicleKind.VAN,
        name=fleet.name,
        phone=f"{_NO_PHONE}{fleet.pk.hex[-12:]}",
        status=CourierStatus.ON_DUTY,
        is_stand_in=True,
        max_legs=MOST_LEGS,
    )


def _named(fleet: Fleet, named: NamedCourier) -> Courier:
    """Whoever of the fleet has the number. A number that nobody active has is free, but for who left this fleet."""
    with_phone = Courier.objects.filter(phone=named.phone)
    found = with_phone.filter(is_active=True).first()
    if found is None:
        left = with_phone.filter(fleet_id=fleet.pk).first()
        return left or _made(fleet, named.vehicle, name=named.name, phone=named.phone)
    if found.fleet_id != fleet.pk:
        raise PhoneTaken
    return found


def _made(fleet: Fleet, kind: VehicleKind, **values: object) -> Courier:
    try:
        vehicle = Vehicle.objects.create(fleet=fleet, kind=kind, **asdict(USUAL[kind]))
        return Courier.objects.create(fleet=fleet, vehicle=vehicle, **values)
    except IntegrityError as error:
        raise Conflict("This courier was made at the same moment: read again.") from error


def _on_duty(courier: Courier, fleet: Fleet, zone_id: UUID) -> Courier:
    if courier.status != CourierStatus.OFF_DUTY or not courier.is_active:
        return courier
    courier.move_to(CourierStatus.ON_DUTY, zone_id=zone_id)
    publish(
        DutyChanged(
            courier_id=courier.pk,
            organisation_id=fleet.organisation_id,
            zone_id=zone_id,
            before=CourierStatus.OFF_DUTY.value,
            after=CourierStatus.ON_DUTY.value,
        )
    )
    return courier
