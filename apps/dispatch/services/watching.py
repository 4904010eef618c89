"""What nobody attends to: legs that wait too long, deliveries that are late, couriers who fell silent."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from apps.core import clock
from apps.core.errors import Conflict
from apps.core.redis import RedisError
from apps.couriers.lifecycle import CourierStatus, FleetMode
from apps.couriers.models import Courier
from apps.couriers.positions import last_seen, mark_seen
from apps.dispatch.lifecycle import AssignmentEnd
from apps.dispatch.services.assigning import unassign_leg
from apps.dispatch.services.taking_back import held_by
from apps.orders.lifecycle import WAITING, WITH_COURIER
from apps.orders.models import Leg
from apps.orders.services import raise_attention

logger = logging.getLogger(__name__)
WAITED_TOO_LONG = timedelta(minutes=10)  # after it was ready, with nobody on it
SLOT_NOTICE = timedelta(minutes=30)  # before the end of a slot, with nobody on it: until then it may well be in a tour
TOO_LATE = timedelta(minutes=15)  # after it was due, with somebody on it
SILENT_AFTER = timedelta(minutes=10)
SILENT_AFTER_WALL_S = 45.0  # with a fast clock: a restart of the stack is not silence


def flag_unattended(*, limit: int = 500) -> int:
    """Flag orders whose leg waits or is late for too long, each once. Returns how many were flagged."""
    at = clock.now()
    ready_for_long = Q(drop_from__isnull=True, ready_at__lt=at - WAITED_TOO_LONG)
    slot_ends_soon = Q(drop_from__isnull=False, due_at__lt=at + SLOT_NOTICE)
    waiting = Q(status__in=WAITING) & (ready_for_long | slot_ends_soon)
    late = Q(status__in=WITH_COURIER, due_at__lt=at - TOO_LATE)
    overdue = Leg.objects.filter(waiting | late, is_test=False, order__needs_attention=False)
    flagged = 0
    for order_id, status, reason in list(overdue.values_list("order_id", "status", "unassigned_reason")[:limit]):
        flagged += raise_attention(order_id=order_id, reason=(reason or "waiting") if status in WAITING else "late")
    return flagged


def reopen_legs_of_silent_couriers() -> int:
    """Take back what silent couriers have not picked up. Returns how many legs reopened.

    What they carry is flagged for a person to look at, and so is what a dispatcher pinned to them.
    """
    at = clock.now()
    at_work = Courier.objects.filter(load_legs__gt=0, zone__isnull=False)  # robots of the sandbox are in none
    # a fleet with a dispatch of its own looks after its couriers, who carry none of our phones
    ours = at_work.exclude(status=CourierStatus.OFF_DUTY).exclude(fleet__mode=FleetMode.EXTERNAL)
    working = list(ours.values_list("pk", flat=True))
    try:
        seen = last_seen(working)
        mark_seen([key for key in working if key not in seen], at=at)  # after a flush: count from now
    except RedisError as error:
        logger.warning("Nobody is called silent while Redis is away: %s", error)
        return 0
    patience_s = max(SILENT_AFTER.total_seconds(), SILENT_AFTER_WALL_S * clock.speed())
    silent = [key for key, moment in seen.items() if at.timestamp() - moment > patience_s]
    return sum(_take_from(courier_id) for courier_id in silent)


def _take_from(courier_id: UUID) -> int:
    reopened, held = 0, held_by(courier_id)
    for leg in held.kept:
        raise_attention(order_id=leg.order_id, reason="courier_silent")
    for leg in held.for_others:
        try:
            unassign_leg(leg_id=leg.pk, reason="courier silent", end=AssignmentEnd.SILENT)
            reopened += 1
        except Conflict as error:
            logger.info("The courier was not silent after all: %s", error)
    return reopened
