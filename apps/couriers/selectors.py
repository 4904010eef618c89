"""Reads of couriers: who a device stands for, and networks as their owner sees them.

Tenancy lives here: whoever asks gets only what is of their own fleets, and a stranger's id is not found.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from apps.accounts.principals import Principal
from apps.accounts.selectors import organisation
from apps.accounts.services import hash_secret
from apps.core import clock
from apps.core.days import span_of
from apps.core.geo import Point
from apps.core.known_queries import KnownQuery, KnownRows
from apps.core.redis import RedisError
from apps.couriers.errors import CourierNotFound, FleetNotFound, InvalidDevice, ShiftNotFound, VehicleNotFound
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Device, Fleet, Shift, Vehicle
from apps.couriers.positions import last_seen, positions_now

DEVICE_VALID_FOR = timedelta(days=30)  # then the phone signs in again
SUSPICIOUS_FOR = timedelta(days=1)  # after the last time that positions looked wrong


@dataclass(frozen=True, slots=True)
class CourierPrincipal:
    """The courier behind a device, as they were when the request came in.

    `on_shift_since` is when the shift that they are on began, None off duty and for whom no shift is kept.
    """

    courier_id: UUID
    fleet_id: UUID
    organisation_id: UUID
    device_id: UUID
    status: CourierStatus
    zone_id: UUID | None
    load_legs: int = 0
    on_shift_since: datetime | None = None
    is_authenticated: bool = field(default=True)

    @property
    def is_off_duty(self) -> bool:
        """Whether nobody may follow them."""
        return self.status == CourierStatus.OFF_DUTY


def _live_device(token_hash: str) -> "QuerySet[Device, tuple[Any, ...]]":
    return Device.objects.filter(token_hash=token_hash, revoked_at=None, courier__is_active=True).values_list(
        "created_at",
        "courier_id",
        "courier__fleet_id",
        "courier__fleet__organisation_id",
        "pk",
        "courier__status",
        "courier__zone_id",
        "courier__load_legs",
        "courier__shift__started_at",
    )


_live_devices = KnownQuery(_live_device)
_couriers = KnownRows(lambda key: Courier.objects.filter(pk=key))
_on_shift = KnownRows(lambda key: Courier.objects.select_related("shift__zone", "vehicle", "fleet").filter(pk=key))


def principal_of_device(token: str) -> CourierPrincipal:
    """Who a device's token stands for: one look-up by an indexed hash, made for every request.

    Nothing is remembered: a phone reports every ten seconds, so a memory of a second would save no look-up and let a
    stolen phone go on for that long. Raises InvalidDevice when it is unknown, revoked or older than 30 days, or its
    courier is no longer active.
    """
    found = _live_devices.first(hash_secret(token))
    if found is None or found[0] <= clock.now() - DEVICE_VALID_FOR:
        raise InvalidDevice
    _, courier_id, fleet_id, organisation_id, device_id, status, *duty = found
    return CourierPrincipal(courier_id, fleet_id, organisation_id, device_id, CourierStatus(status), *duty)


def courier_of_id(courier_id: UUID) -> Courier:
    """A courier by itself. Raises CourierNotFound."""
    found = _couriers.first(courier_id)
    if found is None:
        raise CourierNotFound
    return found


def courier_on_shift(courier_id: UUID) -> Courier:
    """A courier with their shift and its zone, vehicle and fleet at hand. Raises CourierNotFound."""
    found = _on_shift.first(courier_id)
    if found is None:
        raise CourierNotFound
    return found


def currency_of(courier_id: UUID) -> str:
    """The one that the owner of a courier's fleet reckons in. Raises CourierNotFound."""
    found = Courier.objects.filter(pk=courier_id).values_list("fleet__organisation__currency", flat=True).first()
    if found is None:
        raise CourierNotFound
    return found


def couriers_of_fleets(fleet_ids: list[UUID], *, among: list[UUID]) -> frozenset[UUID]:
    """Which of some couriers ride for these fleets. No query for none."""
    if not among or not fleet_ids:
        return frozenset()
    return frozenset(Courier.objects.filter(pk__in=among, fleet_id__in=fleet_ids).values_list("pk", flat=True))


def fleets_for(principal: Principal) -> QuerySet[Fleet]:
    """The fleets that a principal's organisations own."""
    if principal.sees_all:
        return Fleet.objects.all()
    return Fleet.objects.filter(organisation_id__in=principal.organisation_ids)


def fleet_for(principal: Principal, fleet_id: UUID) -> Fleet:
    """One of those fleets. Raises FleetNotFound for anybody else's."""
    found = fleets_for(principal).filter(pk=fleet_id).first()
    if found is None:
        raise FleetNotFound
    return found


def vehicles_for(principal: Principal) -> QuerySet[Vehicle]:
    """The vehicles of those fleets. The fleets are read first: few, and then an index finds the rest without a join."""
    return Vehicle.objects.filter(fleet_id__in=_fleet_ids(principal))


def vehicle_for(principal: Principal, vehicle_id: UUID) -> Vehicle:
    """One of those vehicles. Raises VehicleNotFound."""
    found = vehicles_for(principal).filter(pk=vehicle_id).first()
    if found is None:
        raise VehicleNotFound("There is no such vehicle of yours.")
    return found


def couriers_for(principal: Principal) -> QuerySet[Courier]:
    """The couriers of those fleets, active or not."""
    return Courier.objects.filter(fleet_id__in=_fleet_ids(principal))


def courier_for(principal: Principal, courier_id: UUID) -> Courier:
    """One of those couriers. Raises CourierNotFound."""
    found = couriers_for(principal).filter(pk=courier_id).first()
    if found is None:
        raise CourierNotFound
    return found


def shifts_for(principal: Principal) -> QuerySet[Shift]:
    """The shifts of those couriers, with the courier at hand."""
    return Shift.objects.filter(courier__fleet_id__in=_fleet_ids(principal)).select_related("courier")


def shift_for(principal: Principal, shift_id: UUID) -> Shift:
    """One of those shifts. Raises ShiftNotFound."""
    found = shifts_for(principal).filter(pk=shift_id).first()
    if found is None:
        raise ShiftNotFound
    return found


def on_the_day(shifts: QuerySet[Shift], principal: Principal, day: date) -> QuerySet[Shift]:
    """Those of the shifts that touch a day, from midnight to midnight where the principal's organisation is."""
    begin, end = span_of(day, ZoneInfo(organisation(principal.organisation_id).time_zone))
    return shifts.filter(starts_at__lt=end, ends_at__gt=begin)


@dataclass(frozen=True, slots=True)
class LivePosition:
    """Where a courier is, and when their phone last said so."""

    point: Point
    seen_at: datetime


def live_positions(couriers: Iterable[Courier]) -> dict[UUID, LivePosition]:
    """Where those of the couriers are who are on duty: nobody is followed in a pause or off duty.

    Empty when Redis is away.
    """
    on_duty = [courier.pk for courier in couriers if courier.status == CourierStatus.ON_DUTY]
    points = positions_now(on_duty)
    try:
        seen = last_seen(list(points))
    except RedisError:
        return {}
    return {
        key: LivePosition(point, datetime.fromtimestamp(seen[key], UTC)) for key, point in points.items() if key in seen
    }


def suspicious_since(courier: Courier) -> datetime | None:
    """Since when a courier's positions look wrong, None a day after they did for the last time."""
    told_at = courier.positions_suspected_at
    is_over = told_at is None or told_at < clock.now() - SUSPICIOUS_FOR
    return None if is_over else courier.positions_suspicious_since


def _fleet_ids(principal: Principal) -> list[UUID]:
    return list(fleets_for(principal).values_list("pk", flat=True))
