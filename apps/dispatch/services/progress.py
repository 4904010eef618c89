"""Progress of legs, reported by a fleet's system for its couriers: the steps that a phone would send, once each.

A report carries an id of the sender's, the device's time and the assignment's epoch. Sent again it is answered as the
first time. A refusal is not kept: it changed nothing, and the same report may be right once an earlier one has arrived.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic, on_commit
from apps.core.errors import Conflict, FieldError, Invalid, Unavailable
from apps.core.geo import Point
from apps.core.redis import RedisError
from apps.couriers.models import Courier
from apps.couriers.positions import Fix, forget_position, record_positions
from apps.couriers.services import moved
from apps.dispatch.errors import CourierNotNamed, ReportIdReused
from apps.dispatch.leg_state import leg_state
from apps.dispatch.lifecycle import ProgressAction
from apps.dispatch.models import Assignment, ProgressReport
from apps.dispatch.services.courier_work import Shown, courier_moves_leg
from apps.dispatch.services.proving import check_pin
from apps.orders.errors import StaleEpoch
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg

_STEPS = {
    ProgressAction.ARRIVE: LegStatus.AT_PICKUP,
    ProgressAction.PICK_UP: LegStatus.PICKED_UP,
    ProgressAction.ARRIVE_DROPOFF: LegStatus.AT_DROPOFF,
    ProgressAction.DELIVER: LegStatus.DELIVERED,
    ProgressAction.FAIL: LegStatus.FAILED,
}


@dataclass(frozen=True, slots=True)
class Report:
    """What a courier did, or where they were, as their fleet's system tells it. `id` is the sender's own."""

    id: UUID
    action: ProgressAction
    epoch: int
    device_time: datetime
    reason: str = ""
    pin: str = ""
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """Where the leg stood after the report, and whether that was read back rather than done."""

    state: dict[str, Any]
    is_replayed: bool = False


def report_progress(*, assignment: Assignment, report: Report) -> Reported:
    """Take a report for an assignment of the sender's. Repeated steps and repeated reports change nothing.

    Raises StaleEpoch when the leg changed hands since, or IllegalMove, each with the state; ReportIdReused, Invalid
    when a part is missing, CourierNotNamed for positions of a stand-in, WrongPin, PinLocked, PinRequired, Unavailable.
    """
    _check_complete(report)
    if report.action == ProgressAction.POSITION:
        return _note_position(assignment, report)
    if first := _first_answer(assignment, report):
        return first
    if report.action == ProgressAction.DELIVER and report.pin:
        check_pin(courier_id=assignment.courier_id, leg_id=assignment.leg_id, epoch=report.epoch, pin=report.pin)
    try:
        return _take_step(assignment, report)
    except IntegrityError:  # the same report came in at this moment, from elsewhere
        first = _first_answer(assignment, report)
        if first is None:
            raise Conflict from None
        return first


@atomic(rereads=3)
def _take_step(assignment: Assignment, report: Report) -> Reported:
    to, courier_id = _STEPS[report.action], assignment.courier_id
    leg = courier_moves_leg(
        courier_id=courier_id,
        leg_id=assignment.leg_id,
        epoch=report.epoch,
        to=to,
        reason=report.reason,
        device_time=report.device_time,
        shown=Shown(point=report.point, is_fleets=True),
    )
    if report.point and not assignment.courier.is_stand_in:
        moved(courier_id=courier_id, point=report.point)
    state = leg_state(leg)
    ProgressReport.objects.create(
        fleet_id=assignment.courier.fleet_id,
        client_id=report.id,
        assignment=assignment,
        action=report.action,
        device_time=report.device_time,
        received_at=clock.now(),
        state=state,
    )
    if to in (LegStatus.DELIVERED, LegStatus.FAILED):
        on_commit(lambda: _forget_when_idle(courier_id))
    return Reported(state)


def _first_answer(assignment: Assignment, report: Report) -> Reported | None:
    row = ProgressReport.objects.filter(fleet_id=assignment.courier.fleet_id, client_id=report.id).first()
    if row is None:
        return None
    if row.assignment_id != assignment.pk or row.action != report.action:
        raise ReportIdReused
    return Reported(row.state, is_replayed=True)


def _note_position(assignment: Assignment, report: Report) -> Reported:
    """Straight to Redis, no row a point; nobody is followed who does not have the leg."""
    leg = Leg.objects.get(pk=assignment.leg_id)
    if leg.courier_id != assignment.courier_id or leg.epoch != report.epoch or not assignment.is_live:
        raise StaleEpoch(state=leg_state(leg))
    if assignment.courier.is_stand_in:
        raise CourierNotNamed
    assert report.point is not None  # noqa: S101 - checked before
    try:
        record_positions(assignment.courier_id, [Fix(report.point, report.device_time)], at=clock.now())
    except RedisError as error:
        raise Unavailable("Positions cannot be kept now: send them again.") from error
    return Reported(leg_state(leg))


def _check_complete(report: Report) -> None:
    missing = []
    if report.action == ProgressAction.FAIL and not report.reason:
        missing.append("reason")
    if report.action == ProgressAction.POSITION and report.point is None:
        missing += ["lat", "lon"]
    if missing:
        raise Invalid(
            f"This action needs {' and '.join(missing)}.",
            fields=tuple(FieldError(name, "required", "This action needs it.") for name in missing),
        )


def _forget_when_idle(courier_id: UUID) -> None:
    if Courier.objects.filter(pk=courier_id, load_legs=0).exists():
        forget_position(courier_id)
