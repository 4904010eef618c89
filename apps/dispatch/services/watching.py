"""What nobody attends to: legs that wait too long, deliveries that are late, couriers who fell silent."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from apps.core import clock
from apps.core.errors import Conflict
from apps.couriers.services import note_silence
from apps.dispatch.engine import UnassignedReason
from apps.dispatch.lifecycle import AssignmentEnd
from apps.dispatch.models import Assignment
from apps.dispatch.services.assigning import unassign_leg
from apps.dispatch.services.planning import PLANNED
from apps.dispatch.services.taking_back import held_by
from apps.orders.lifecycle import WAITING, WITH_COURIER
from apps.orders.models import Leg
from apps.orders.services import raise_attention

logger = logging.getLogger(__name__)
WAITED_TOO_LONG = timedelta(minutes=10)  # after it was ready, with nobody on it
SLOT_NOTICE = timedelta(minutes=30)  # before the end of a slot, with nobody on it: until then it may well be in a tour
TOO_LATE = timedelta(minutes=15)  # after it was due, with somebody on it
WAITS = "waiting"  # nobody has taken it for too long, and the planner has named no other reason
MAY_PASS = frozenset(
    {
        WAITS,
        UnassignedReason.NO_COURIER_FREE,
        UnassignedReason.WAITING_FOR_A_BETTER_COURIER,
        UnassignedReason.BEYOND_PLAN_SIZE,
    }
)
"""Reasons that another plan may change,"""
CALL_SOMEBODY_IN = (UnassignedReason.NO_COURIER_ON_SHIFT, UnassignedReason.SHIFT_ENDS_TOO_SOON)
"""and what they may turn into, at the end of a day, that no plan changes."""


def flag_unattended(*, limit: int = 500) -> int:
    """Flag orders whose leg waits or is late for too long, each once. Returns how many were flagged.

    One that was flagged while it waited for a courier is flagged again when there is none to come.
    """
    at = clock.now()
    ready_for_long = Q(drop_from__isnull=True, ready_at__lt=at - WAITED_TOO_LONG)
    slot_ends_soon = Q(drop_from__isnull=False, due_at__lt=at + SLOT_NOTICE)
    waiting = Q(status__in=WAITING) & (ready_for_long | slot_ends_soon)
    late = Q(status__in=WITH_COURIER, due_at__lt=at - TOO_LATE)
    unflagged = (waiting | late) & Q(order__needs_attention=False)
    waits_in_vain = Q(unassigned_reason__in=CALL_SOMEBODY_IN, order__attention_reason__in=MAY_PASS)
    overdue = Leg.objects.filter(unflagged | (waiting & waits_in_vain), is_test=False)
    flagged = 0
    for order_id, status, reason in list(overdue.values_list("order_id", "status", "unassigned_reason")[:limit]):
        flagged += raise_attention(order_id=order_id, reason=_why_it_waits(reason) if status in WAITING else "late")
    return flagged


def _why_it_waits(last_word: str) -> str:
    """The planner's reason. That a leg is in the plan is none: what is too late is not yet given to anybody."""
    return WAITS if last_word in ("", PLANNED) else last_word


def reopen_legs_of_silent_couriers() -> int:
    """Take back what silent couriers have not picked up. Returns how many legs reopened.

    What they carry is flagged for a person to look at, and so is what a dispatcher pinned to them. That they are silent
    is told to their fleet, and they are given nothing new until they are heard again.
    """
    silent = note_silence()
    having = Assignment.objects.filter(courier_id__in=silent, is_live=True) if silent else Assignment.objects.none()
    return sum(_take_from(courier_id) for courier_id in set(having.values_list("courier_id", flat=True)))


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
