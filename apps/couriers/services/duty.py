"""Duty: a courier starts and ends shifts, pauses and resumes; each pause leaves a row, for the hours worked.

Each change is a compare-and-swap on the courier's row, so an assignment made at the same moment either sees the change
or makes it read again. Asking for what already is changes nothing: phones repeat themselves.
"""

from datetime import datetime, timedelta
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic, on_commit
from apps.core.events import publish
from apps.core.geo import Point
from apps.couriers.errors import CourierNotFound, NoShift, StillCarrying
from apps.couriers.events import DutyChanged
from apps.couriers.lifecycle import CourierStatus, FleetMode, IllegalDutyMove
from apps.couriers.models import Break, Courier, Shift
from apps.couriers.positions import forget_position, tell_couriers
from apps.zones.selectors import active_zones

EARLIEST_START = timedelta(minutes=30)  # before the planned start
OPENED_FOR = timedelta(hours=4)  # a shift that a freelance courier opens without a plan


@atomic(rereads=3)
def start_shift(*, courier_id: UUID, at: Point) -> Courier:
    """Come on duty at a place; a paused courier comes back from the pause, and one whose shift is over goes on into the
    next.

    The shift is the planned one of now, from half an hour before its start. Couriers of a fleet that offers work need
    no plan: a shift of four hours is opened for them in the zone where they are. Raises CourierNotFound or NoShift.
    """
    courier = _courier(courier_id)
    moment = clock.now()
    if courier.status != CourierStatus.OFF_DUTY:
        go_on(courier, at=moment)
        return _to(courier, CourierStatus.ON_DUTY)
    shift = _planned_shift(courier, moment) or _opened_shift(courier, at, moment)
    if shift.started_at is None:
        shift.started_at = moment
        Shift.objects.filter(pk=shift.pk).update(started_at=moment)
    courier.move_to(CourierStatus.ON_DUTY, zone_id=shift.zone_id, shift_id=shift.pk, last_lat=at.lat, last_lon=at.lon)
    _tell(courier, before=CourierStatus.OFF_DUTY, zone_id=shift.zone_id)
    return courier


@atomic(rereads=3)
def end_shift(*, courier_id: UUID) -> Courier:
    """Go off duty; the position is forgotten. Raises CourierNotFound, or StillCarrying while work is left."""
    courier = _courier(courier_id)
    if courier.status != CourierStatus.OFF_DUTY:
        go_off_duty(courier, at=clock.now())
    return courier


def go_off_duty(courier: Courier, *, at: datetime) -> None:
    """End the shift of a courier on duty, whose fleet is at hand, and the break they are in. Raises StillCarrying."""
    if courier.load_legs:
        raise StillCarrying
    before, zone_id, shift_id = CourierStatus(courier.status), courier.zone_id, courier.shift_id
    courier.move_to(
        CourierStatus.OFF_DUTY, zone_id=None, shift_id=None, last_lat=None, last_lon=None, silent_since=None
    )
    _end_break(courier, at)
    if shift_id:
        Shift.objects.filter(pk=shift_id, ended_at=None).update(ended_at=at)
    courier_id = courier.pk
    on_commit(lambda: forget_position(courier_id))
    _tell(courier, before=before, zone_id=zone_id)


def go_on(courier: Courier, *, at: datetime) -> bool:
    """Into the next shift, for a courier on duty, with fleet and shift at hand, whose own is over by the plan. False
    when there is none now, or it is elsewhere and they have something in hand here."""
    over = courier.shift
    if over is None or not courier.is_past_shift:
        return False
    planned = Shift.objects.filter(courier_id=courier.pk, started_at=None, ended_at=None)
    following = planned.filter(starts_at__lte=at, ends_at__gt=at).order_by("starts_at").first()
    if following is None or (courier.load_legs and following.zone_id != courier.zone_id):
        return False
    courier.swap(shift_id=following.pk, zone_id=following.zone_id)
    Shift.objects.filter(pk=over.pk, ended_at=None).update(ended_at=at)
    Shift.objects.filter(pk=following.pk).update(started_at=at)
    if courier.status == CourierStatus.PAUSED:  # a break is one shift's
        _end_break(courier, at)
        Break.objects.create(courier=courier, shift_id=following.pk, started_at=at)
    courier_id = courier.pk
    on_commit(lambda: tell_couriers([courier_id]))
    _tell(courier, before=CourierStatus(courier.status), zone_id=following.zone_id)
    return True


@atomic(rereads=3)
def pause(*, courier_id: UUID) -> Courier:
    """Get nothing new until resuming. Raises CourierNotFound, or IllegalDutyMove off duty."""
    return _to(_courier(courier_id), CourierStatus.PAUSED)


@atomic(rereads=3)
def resume(*, courier_id: UUID) -> Courier:
    """Come back from a pause. Raises CourierNotFound, or IllegalDutyMove off duty."""
    courier = _courier(courier_id)
    if courier.status == CourierStatus.OFF_DUTY:
        raise IllegalDutyMove("A courier who is off_duty starts a shift instead.")
    return _to(courier, CourierStatus.ON_DUTY)


def moved(*, courier_id: UUID, point: Point) -> None:
    """Keep where a courier on duty acted: dispatch uses it while there is no live position.

    No swap: it decides nothing, and must not make an assignment at the same moment read again.
    """
    on_duty = Courier.objects.filter(pk=courier_id).exclude(status=CourierStatus.OFF_DUTY)
    on_duty.update(last_lat=point.lat, last_lon=point.lon)


def _courier(courier_id: UUID) -> Courier:
    courier = Courier.objects.select_related("fleet", "shift").filter(pk=courier_id).first()
    if courier is None:
        raise CourierNotFound
    return courier


def _to(courier: Courier, wanted: CourierStatus) -> Courier:
    """Between on duty and paused."""
    before = CourierStatus(courier.status)
    if before != wanted:
        courier.move_to(wanted)
        if wanted == CourierStatus.PAUSED:
            Break.objects.create(courier=courier, shift_id=courier.shift_id, started_at=clock.now())
        else:
            _end_break(courier, clock.now())
        _tell(courier, before=before, zone_id=courier.zone_id)
    return courier


def _end_break(courier: Courier, at: datetime) -> None:
    """Close the break that the courier is in, if they are in one; none ends before it began."""
    open_ones = Break.objects.filter(courier_id=courier.pk, ended_at=None)
    for begun in open_ones:
        open_ones.filter(pk=begun.pk).update(ended_at=max(at, begun.started_at))


def _planned_shift(courier: Courier, moment: datetime) -> Shift | None:
    planned = Shift.objects.filter(
        courier_id=courier.pk, ended_at=None, starts_at__lte=moment + EARLIEST_START, ends_at__gt=moment
    )
    return planned.order_by("starts_at").first()


def _opened_shift(courier: Courier, at: Point, moment: datetime) -> Shift:
    if courier.fleet.mode != FleetMode.OFFERED:
        raise NoShift
    here = next((zone for zone in active_zones() if zone.covers(at)), None)
    if here is None:
        raise NoShift("No zone covers the place where you are.")
    return Shift.objects.create(
        courier=courier,
        zone=here,
        starts_at=moment,
        ends_at=moment + OPENED_FOR,
        started_at=moment,
        is_planned=False,
    )


def _tell(courier: Courier, *, before: CourierStatus, zone_id: UUID | None) -> None:
    publish(
        DutyChanged(
            courier_id=courier.pk,
            organisation_id=courier.fleet.organisation_id,
            zone_id=zone_id,
            before=before.value,
            after=CourierStatus(courier.status).value,
        )
    )
