"""Move a leg, and its order with it, in one transaction, with one event."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import F

from apps.core import clock
from apps.core.db import atomic
from apps.core.events import publish
from apps.orders.events import LegMoved
from apps.orders.lifecycle import COLLECTED, ORDER_ENDED, LegStatus, order_status
from apps.orders.models import Incident, IncidentKind, Leg, Order, Parcel
from apps.orders.selectors.legs import leg_with_order
from apps.orders.services.incidents import close_courier_incidents

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
    note: str = ""  # the courier's
    handed_to: str = ""  # as `HandedTo`, of a delivery


@atomic
def move_leg(*, leg_id: UUID, move: LegMove) -> Leg:
    """Make one move of the table. Raises LegNotFound, IllegalMove, or Conflict when somebody was faster.

    What follows for the other legs of its order is done here too: see `_others_follow`.
    """
    return move_read_leg(leg_with_order(leg_id), move)


@atomic
def move_read_leg(leg: Leg, move: LegMove) -> Leg:
    """The same for a leg that was read in this transaction with its order; it is changed. Reading it is dear."""
    if move.from_version is not None:
        leg.version = move.from_version  # the swap then fails unless it is still that version
    before, at = leg.status, move.at or clock.now()
    changes: dict[str, Any] = {"status_since": at}
    if move.to in _STAMPED:
        changes[_STAMPED[move.to]] = at
    if move.to == LegStatus.OPEN:
        changes |= {"assigned_at": None, "unassigned_reason": ""}
    if before == LegStatus.WAITING and move.to == LegStatus.OPEN:
        changes["ready_at"] = at
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
            hub_id=leg.dropoff_hub_id,
            order_status_before=order_status_before,
            order_status=str(leg.order.status),
            note=move.note,
            handed_to=move.handed_to,
        )
    )
    if leg.is_part:
        _others_follow(leg, at)
    if leg.status == LegStatus.RETURNED:
        close_courier_incidents(leg_id=leg.pk, kind=IncidentKind.FAILED, resolution="It was brought back.")
    return leg


def open_next_leg(*, order_id: UUID) -> bool:
    """Open the leg that waits in a hub, once the order is there: every parcel was scanned in, and a courier had them.

    The courier may still be at the hub's door, or their phone may tell later: their leg is theirs to end. Whether the
    parcels are in now is not asked: one that was scanned out by mistake was there. False when nothing opened. Who calls
    holds the order's row: two scans that each saw the other's parcel missing would both leave it closed.
    """
    legs = list(Leg.objects.filter(order_id=order_id).order_by("sequence"))
    for before, waiting in pairwise(legs):
        if waiting.status != LegStatus.WAITING or before.status not in COLLECTED:
            continue
        if Parcel.objects.filter(order_id=order_id, reached_hub_at__isnull=True).exists():
            return False
        move_leg(leg_id=waiting.pk, move=LegMove(LegStatus.OPEN, None, reason="every parcel is in the hub"))
        return True
    return False


def _others_follow(leg: Leg, at: datetime) -> None:
    """What a leg's move means for the rest of an order through a hub.

    Brought away from the first pickup: the next leg may open, if the scans came before the phone. Gone on from the hub:
    the parcels are no longer in it, scanned out or not. Back or cancelled: what would have followed does not happen.
    """
    if leg.status in COLLECTED and leg.dropoff_hub_id:
        open_next_leg(order_id=leg.order_id)
    if leg.status == LegStatus.PICKED_UP and leg.pickup_hub_id:
        inside = Parcel.objects.filter(order_id=leg.order_id, hub_id=leg.pickup_hub_id)
        inside.update(hub_id=None, hub_since=at)
    if leg.status in (LegStatus.RETURNED, LegStatus.CANCELLED):
        later = Leg.objects.filter(order_id=leg.order_id, sequence__gt=leg.sequence, status=LegStatus.WAITING)
        for leg_id in list(later.values_list("pk", flat=True)):
            move_leg(leg_id=leg_id, move=LegMove(LegStatus.CANCELLED, None, reason="the leg before it ended", at=at))


def _order_follows(leg: Leg, at: datetime) -> None:
    order, status = leg.order, order_status(_statuses(leg))
    changes: dict[str, Any] = {}
    if leg.status == LegStatus.PICKED_UP and leg.pickup_hub_id is None:
        changes["picked_up_at"] = at
    if status in ORDER_ENDED:
        changes |= {"ended_at": at, **_flag_at_the_end(order)}
        Parcel.objects.filter(order_id=order.pk).update(is_live=False)
    if leg.status == LegStatus.FAILED:
        changes |= {"needs_attention": True, "attention_reason": "failed"}
    if order.status != status or changes or leg.is_part:
        order.follow(status, **changes)


def _flag_at_the_end(order: Order) -> dict[str, Any]:
    """Down, unless an incident is open: that is still to be seen to, as when it is reported after the end."""
    if order.needs_attention:
        still_open = Incident.objects.filter(order_id=order.pk, is_open=True).order_by("-pk")
        if kind := still_open.values_list("kind", flat=True).first():
            return {"needs_attention": True, "attention_reason": kind}
    return {"needs_attention": False}


def _statuses(leg: Leg) -> list[LegStatus]:
    """Those of all legs of its order, as they are carried.

    The order's row was read before: it is swapped whatever comes of this, so that two legs which move at once cannot
    each overlook the other.
    """
    if not leg.is_part:
        return [LegStatus(leg.status)]
    statuses = Leg.objects.filter(order_id=leg.order_id).order_by("sequence").values_list("status", flat=True)
    return [LegStatus(status) for status in statuses]


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
