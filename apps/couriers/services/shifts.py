"""Shifts to come: planned, moved, cancelled. Once one began it belongs to the courier."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict, FieldError, Invalid
from apps.core.events import publish
from apps.couriers.errors import (
    CourierInactive,
    CourierNotFound,
    ExternalIdTaken,
    ShiftBegan,
    ShiftNotFound,
    ShiftOverlaps,
)
from apps.couriers.events import ShiftCancelled, ShiftChanged, ShiftEvent, ShiftPlanned
from apps.couriers.models import Courier, Shift
from apps.zones.selectors import zone_in_service

LONGEST = timedelta(hours=16)
FURTHEST_AHEAD = timedelta(days=366)
Told = TypeVar("Told", bound=ShiftEvent)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShift:
    """When a courier is to be on duty, and in which zone."""

    courier_id: UUID
    zone_id: UUID
    starts_at: datetime
    ends_at: datetime
    external_id: str | None = None


@atomic(rereads=3)
def plan_shift(new: NewShift) -> Shift:
    """Plan a shift.

    Raises Invalid for impossible times, CourierNotFound, CourierInactive, ZoneNotFound, ShiftOverlaps, or
    ExternalIdTaken.
    """
    check_times(new.starts_at, new.ends_at)
    courier = _courier(new.courier_id)
    if not courier.is_active:
        raise CourierInactive
    zone_in_service(new.zone_id)
    _check_external_id(courier, new.external_id)
    _check_free(courier, new.starts_at, new.ends_at)
    courier.swap()
    shift = shift_from(new)
    try:
        shift.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict from error
    publish(told(ShiftPlanned, shift, courier))
    return shift


@atomic(rereads=3)
def change_shift(*, shift_id: UUID, changes: dict[str, Any]) -> Shift:
    """Change columns of a shift that has not begun. Raises what `plan_shift` raises, ShiftNotFound, or ShiftBegan."""
    shift = _shift(shift_id)
    changed = {name: value for name, value in changes.items() if getattr(shift, name) != value}
    if not changed:
        return shift
    check_not_begun(shift)
    starts_at, ends_at = changed.get("starts_at", shift.starts_at), changed.get("ends_at", shift.ends_at)
    check_times(starts_at, ends_at)
    courier = _courier(shift.courier_id)
    if "zone_id" in changed:
        zone_in_service(changed["zone_id"])
    if "external_id" in changed:
        _check_external_id(courier, changed["external_id"])
    _check_free(courier, starts_at, ends_at, but=shift_id)
    courier.swap()
    try:
        write_changes(shift, changed)
    except IntegrityError as error:
        raise Conflict from error
    publish(told(ShiftChanged, shift, courier))
    return shift


@atomic(rereads=3)
def cancel_shift(*, shift_id: UUID) -> None:
    """Take a shift that has not begun off the plan. Raises ShiftNotFound or ShiftBegan."""
    shift = _shift(shift_id)
    check_not_begun(shift)
    courier = _courier(shift.courier_id)
    courier.swap()  # who starts the shift at this moment reads again, and does not find it
    publish(told(ShiftCancelled, shift, courier))
    Shift.objects.filter(pk=shift_id).delete()


def check_times(starts_at: datetime, ends_at: datetime) -> None:
    """Raises Invalid unless a shift can be from then to then."""
    wrong = []
    if ends_at <= starts_at:
        wrong.append(FieldError("ends_at", "before_starts_at", "Later than it starts."))
    elif ends_at - starts_at > LONGEST:
        wrong.append(FieldError("ends_at", "too_long", "At most 16 hours."))
    if ends_at <= clock.now():
        wrong.append(FieldError("ends_at", "in_the_past", "Later than now."))
    if starts_at > clock.now() + FURTHEST_AHEAD:
        wrong.append(FieldError("starts_at", "too_far_ahead", "At most a year ahead."))
    if wrong:
        raise Invalid(fields=tuple(wrong))


def check_not_begun(shift: Shift) -> None:
    """Raises ShiftBegan when the courier started it, early perhaps, or its time has come."""
    if shift.started_at or shift.starts_at <= clock.now():
        raise ShiftBegan


def shift_from(new: NewShift) -> Shift:
    """The row, not written yet."""
    return Shift(
        courier_id=new.courier_id,
        zone_id=new.zone_id,
        external_id=new.external_id,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
    )


def write_changes(shift: Shift, changed: dict[str, Any]) -> None:
    """Write columns of a shift that has not begun. Raises Conflict when it did just now."""
    if Shift.objects.filter(pk=shift.pk, started_at=None).update(**changed) != 1:
        raise Conflict
    for name, value in changed.items():
        setattr(shift, name, value)


def told(event: type[Told], shift: Shift, courier: Courier) -> Told:
    """The event of a kind about a shift; the courier's fleet is at hand."""
    return event(
        organisation_id=courier.fleet.organisation_id,
        fleet_id=courier.fleet_id,
        courier_id=courier.pk,
        shift_id=shift.pk,
        zone_id=shift.zone_id,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
    )


def _courier(courier_id: UUID) -> Courier:
    courier = Courier.objects.select_related("fleet").filter(pk=courier_id).first()
    if courier is None:
        raise CourierNotFound
    return courier


def _shift(shift_id: UUID) -> Shift:
    shift = Shift.objects.filter(pk=shift_id).first()
    if shift is None:
        raise ShiftNotFound
    return shift


def _check_free(courier: Courier, starts_at: datetime, ends_at: datetime, *, but: UUID | None = None) -> None:
    """A shift that ended early is over: what was left of it is free."""
    others = Shift.objects.filter(courier_id=courier.pk, ended_at=None, starts_at__lt=ends_at, ends_at__gt=starts_at)
    if set(others.values_list("pk", flat=True)) - {but}:
        raise ShiftOverlaps


def _check_external_id(courier: Courier, external_id: str | None) -> None:
    mine = Shift.objects.filter(courier__fleet__organisation_id=courier.fleet.organisation_id, external_id=external_id)
    if external_id and mine.exists():
        raise ExternalIdTaken
