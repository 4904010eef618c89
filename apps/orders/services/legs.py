"""Move a leg, and its order with it, in one transaction, with one event."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from apps.core import clock
from apps.core.db import atomic
from apps.core.events import publish
from apps.orders.errors import LegNotFound
from apps.orders.events import LegMoved
from apps.orders.lifecycle import ORDER_ENDED, LegStatus, OrderStatus, order_status
from apps.orders.models import Leg

_STAMPED = {
    LegStatus.ASSIGNED: "assigned_at",
    LegStatus.PICKED_UP: "picked_up_at",
    LegStatus.DELIVERED: "delivered_at",
}


@dataclass(frozen=True, slots=True)
class LegMove:
    """Where a leg should go, and who has it afterwards. `at` is when it happened, None for now."""

    to: LegStatus
    courier_id: UUID | None
    reason: str = ""
    device_time: datetime | None = None
    at: datetime | None = None
    from_version: int | None = None  # set when the decision was taken on an older read, such as a plan


@atomic
def move_leg(*, leg_id: UUID, move: LegMove) -> Leg:
    """Make one move of the table. Raises LegNotFound, IllegalMove, or Conflict when somebody was faster."""
    leg = Leg.objects.select_related("order").filter(pk=leg_id).first()
    if leg is None:
        raise LegNotFound
    if move.from_version is not None:
        leg.version = move.from_version  # the swap then fails unless it is still that version
    before, at = leg.status, move.at or clock.now()
    changes: dict[str, Any] = {"status_since": at}
    if move.to in _STAMPED:
        changes[_STAMPED[move.to]] = at
    if move.to == LegStatus.OPEN:
        changes |= {"assigned_at": None, "unassigned_reason": ""}
    leg.move_to(move.to, courier_id=move.courier_id, **changes)
    order_status_before = str(leg.order.status)
    _order_follows(leg, at)
    publish(
        LegMoved(
            order_id=leg.order_id,
            organisation_id=leg.organisation_id,
            zone_id=leg.zone_id,
            leg_id=leg.pk,
            before=before,
            after=move.to.value,
            version=leg.version,
            epoch=leg.epoch,
            courier_id=leg.courier_id,
            reason=move.reason,
            device_time=move.device_time,
            order_status_before=order_status_before,
            order_status=str(leg.order.status),
        )
    )
    return leg


def _order_follows(leg: Leg, at: datetime) -> None:
    order, status = leg.order, order_status(LegStatus(leg.status))
    changes: dict[str, Any] = {}
    if status == OrderStatus.PICKED_UP:
        changes["picked_up_at"] = at
    if status in ORDER_ENDED:
        changes |= {"ended_at": at, "needs_attention": False}
    if status == OrderStatus.FAILED:
        changes |= {"needs_attention": True, "attention_reason": "failed"}
    if order.status != status or changes:
        order.follow(status, **changes)


def note_unassigned(reasons: dict[UUID, str], *, current: dict[UUID, str]) -> int:
    """Write why legs were left out of a plan, where the reason is new: one statement per reason.

    `current` is what is written now. Returns how many legs changed. The version stays: nothing was decided.
    """
    by_reason: dict[str, list[UUID]] = {}
    for leg_id, reason in reasons.items():
        if current.get(leg_id) != reason:
            by_reason.setdefault(reason, []).append(leg_id)
    return sum(_write_reason(leg_ids, reason) for reason, leg_ids in by_reason.items())


def _write_reason(leg_ids: Collection[UUID], reason: str) -> int:
    return Leg.objects.filter(pk__in=leg_ids, status=LegStatus.OPEN).update(unassigned_reason=reason)


def count_plan_attempt(leg_ids: Collection[UUID]) -> None:
    """These legs were in a plan that did not end: too often, and they are set aside for a person to look at."""
    Leg.objects.filter(pk__in=leg_ids).update(plan_attempts=F("plan_attempts") + 1)
