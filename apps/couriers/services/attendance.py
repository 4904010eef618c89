"""Shifts whose courier does not come, and those that nobody ends: found by the sweep, told to the fleet once each. And
shifts that follow each other: who is still on duty goes on into the next.

Only of fleets whose couriers carry our phones: one with a dispatch of its own knows where its people are.
"""

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.events import publish
from apps.core.redis import RedisError
from apps.couriers.events import ShiftEvent, ShiftForgotten, ShiftLate, ShiftMissed
from apps.couriers.lifecycle import CourierStatus, FleetMode
from apps.couriers.models import Break, Courier, Shift
from apps.couriers.positions import last_seen
from apps.couriers.services.duty import go_off_duty, go_on
from apps.couriers.services.shifts import LONGEST, told

logger = logging.getLogger(__name__)
LATE_AFTER = timedelta(minutes=10)  # of a shift that its courier has not started
LOOKED_BACK = timedelta(days=1)  # what ended before is old news: nobody is told after workers stood still for longer
FORGOTTEN_AFTER = timedelta(hours=6)  # past its planned end, with nothing in hand


def flag_late_shifts(*, limit: int = 500) -> int:
    """Tell fleets of shifts that began ten minutes ago without their courier. Returns of how many.

    Who is still on duty, in the shift before, is not late yet: they have come, and have something to finish.
    """
    at = clock.now()
    begun = _nobody_came(at).filter(starts_at__lte=at - LATE_AFTER, ends_at__gt=at, late_at=None)
    due = begun.filter(courier__status=CourierStatus.OFF_DUTY).order_by("starts_at")
    return sum(_flag(shift, "late_at", ShiftLate) for shift in list(due[:limit]))


def flag_missed_shifts(*, limit: int = 500) -> int:
    """Tell fleets of shifts that are over and that nobody started. Returns of how many."""
    over = _nobody_came(clock.now()).filter(ends_at__lte=clock.now(), missed_at=None)
    return sum(_flag(shift, "missed_at", ShiftMissed) for shift in list(over.order_by("starts_at")[:limit]))


def begin_following_shifts(*, limit: int = 500) -> int:
    """Let couriers whose shift is over by the plan, and who are still on duty, go on into one that has begun. Returns
    how many did."""
    at = clock.now()
    past = Courier.objects.filter(shift__ends_at__lte=at, is_active=True).exclude(status=CourierStatus.OFF_DUTY)
    waiting = Shift.objects.filter(
        courier_id__in=list(past.values_list("pk", flat=True)),
        starts_at__lte=at,
        ends_at__gt=at,
        started_at=None,
        ended_at=None,
    )
    followed = 0
    for courier_id in sorted(set(waiting.values_list("courier_id", flat=True)))[:limit]:
        try:
            followed += _begin_following(courier_id)
        except Conflict as error:
            logger.info("A courier did something else meanwhile: %s", error)
    return followed


def end_forgotten_shifts(*, limit: int = 500) -> int:
    """End shifts still open six hours after their planned end, of couriers with nothing in hand. Returns how many.

    They end at the planned end or at the last sign of life, whichever is later: nobody is paid for a phone in a drawer.
    """
    long_over = Courier.objects.filter(shift__ends_at__lte=clock.now() - FORGOTTEN_AFTER, load_legs=0)
    open_ones = long_over.exclude(status=CourierStatus.OFF_DUTY).exclude(fleet__mode=FleetMode.EXTERNAL)
    courier_ids = list(open_ones.order_by("pk").values_list("pk", flat=True)[:limit])
    try:
        seen = last_seen(courier_ids)
    except RedisError as error:
        logger.warning("No shift is called forgotten while Redis is away: %s", error)
        return 0
    ended = 0
    for courier_id in courier_ids:
        try:
            ended += _end_forgotten(courier_id, seen.get(courier_id))
        except Conflict as error:
            logger.info("The shift was not forgotten after all: %s", error)
    return ended


def _nobody_came(at: datetime) -> QuerySet[Shift]:
    """Shifts of active couriers, begun by the plan, recently, and by nobody."""
    recent = Shift.objects.filter(
        starts_at__gt=at - LOOKED_BACK - LONGEST,
        starts_at__lte=at,
        ends_at__gt=at - LOOKED_BACK,
        started_at=None,
        ended_at=None,
    )
    ours = recent.filter(courier__is_active=True).exclude(courier__fleet__mode=FleetMode.EXTERNAL)
    return ours.select_related("courier__fleet")


@atomic
def _flag(shift: Shift, column: str, event: type[ShiftEvent]) -> bool:
    """Once: whoever comes second, or while the courier starts the shift, finds nothing to write."""
    if not Shift.objects.filter(pk=shift.pk, started_at=None, **{column: None}).update(**{column: clock.now()}):
        return False
    publish(told(event, shift, shift.courier))
    return True


@atomic(rereads=3)
def _begin_following(courier_id: UUID) -> bool:
    """Look again at the row that decides."""
    courier = Courier.objects.select_related("fleet", "shift").get(pk=courier_id)
    return courier.status != CourierStatus.OFF_DUTY and go_on(courier, at=clock.now())


@atomic(rereads=3)
def _end_forgotten(courier_id: UUID, seen: float | None) -> bool:
    """Look again at the row that decides: they may have ended it, or have got something to do."""
    courier = Courier.objects.select_related("fleet", "shift").get(pk=courier_id)
    shift, at = courier.shift, clock.now()
    if shift is None or courier.load_legs or courier.status == CourierStatus.OFF_DUTY:
        return False
    if shift.ends_at > at - FORGOTTEN_AFTER:
        return False
    signs = [datetime.fromtimestamp(seen, UTC)] if seen else []
    for began, ended in Break.objects.filter(shift_id=shift.pk).values_list("started_at", "ended_at"):
        signs += [began, ended or began]  # written down, also where Redis forgot
    ended_at = min(at, max([shift.ends_at, *signs]))
    go_off_duty(courier, at=ended_at)
    publish(
        ShiftForgotten(
            organisation_id=courier.fleet.organisation_id,
            fleet_id=courier.fleet_id,
            courier_id=courier.pk,
            shift_id=shift.pk,
            zone_id=shift.zone_id,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            ended_at=ended_at,
        )
    )
    return True
