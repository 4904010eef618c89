"""Give a leg to a courier, or take it back: the leg, its order, the courier's load and the event in one transaction.

Two writers cannot both win: the leg's row is swapped on its version, the courier's on theirs, and "one live assignment
per leg" is a unique index besides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic, on_commit
from apps.core.money import Money
from apps.core.plain_writes import insert_rows
from apps.couriers.errors import CourierNotFound
from apps.couriers.lifecycle import CourierStatus, FleetMode
from apps.couriers.models import Courier
from apps.couriers.positions import tell_couriers
from apps.couriers.selectors import courier_on_shift
from apps.dispatch.eligibility import check_connected
from apps.dispatch.errors import CourierNotAvailable
from apps.dispatch.lifecycle import AssignedBy, AssignmentEnd
from apps.dispatch.models import Assignment
from apps.dispatch.services.hand_ons_over import give_elsewhere
from apps.dispatch.services.payouts import courier_payout
from apps.dispatch.services.releasing import end_assignment, withdraw_offer
from apps.dispatch.services.route_places import GAP
from apps.orders.errors import LegNotFound
from apps.orders.lifecycle import LegStatus
from apps.orders.models import HandOn, Leg
from apps.orders.selectors.hand_ons import live_hand_on, live_hand_ons
from apps.orders.selectors.legs import leg_with_order
from apps.orders.services import LegMove, clear_attention, move_read_leg


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """What the planner knows about an assignment: its place in the route, the expected times, and why.

    `leg_version` is the version the plan was made on: the assignment fails if the leg changed since. `payout` is what
    an offer promised; None: it is worked out now.
    """

    leg_version: int
    pickup_place: int
    dropoff_place: int
    expected_pickup_at: datetime | None = None
    expected_dropoff_at: datetime | None = None
    why: dict[str, Any] = field(default_factory=dict)
    payout: Money | None = None


@dataclass(frozen=True, slots=True)
class PlannedLeg:
    """A leg that a plan gives to a courier."""

    leg_id: UUID
    courier_id: UUID
    planned: PlannedPart


@atomic(rereads=2)
def assign_leg(*, leg_id: UUID, courier_id: UUID, by: AssignedBy, planned: PlannedPart | None = None) -> Assignment:
    """Give a leg to a courier. By hand it is also taken from another courier who has not picked it up yet.

    Raises LegNotFound, CourierNotFound, CourierNotAvailable, IllegalMove, FleetNotConnected unless it is by hand, or
    Conflict when somebody was faster.
    """
    leg = leg_with_order(leg_id)
    if by == AssignedBy.DISPATCHER and _take_back(leg, courier_id):
        leg = leg_with_order(leg_id)
    assignment = _give(leg, courier_on_shift(courier_id), live_hand_on(leg_id), by=by, planned=planned)
    insert_rows([assignment])
    return assignment


@atomic
def assign_planned_legs(given: Sequence[PlannedLeg]) -> list[Assignment]:
    """Give legs to couriers as a plan has them: all, or none. Four statements a leg, and four for all.

    Raises what `assign_leg` raises, for the first that cannot be given.
    """
    legs = Leg.objects.select_related("order").in_bulk([each.leg_id for each in given])
    couriers = Courier.objects.select_related("fleet", "shift").in_bulk([each.courier_id for each in given])
    hand_ons = live_hand_ons(legs)
    assignments = []
    for each in given:
        leg, courier = legs.get(each.leg_id), couriers.get(each.courier_id)
        if leg is None:
            raise LegNotFound
        if courier is None:
            raise CourierNotFound
        hand_on = hand_ons.get(leg.pk)
        assignments.append(_give(leg, courier, hand_on, by=AssignedBy.PLANNER, planned=each.planned))
    insert_rows(assignments)
    return assignments


def _give(
    leg: Leg, courier: Courier, hand_on: HandOn | None, *, by: AssignedBy, planned: PlannedPart | None
) -> Assignment:
    """All but the row of the assignment, of rows that were read in this transaction; they are changed."""
    _reserve(courier, planned, by)
    from_version = planned.leg_version if planned else None
    move_read_leg(leg, LegMove(LegStatus.ASSIGNED, courier.pk, reason=by.value, from_version=from_version))
    if by == AssignedBy.DISPATCHER:
        give_elsewhere(leg, hand_on, courier.fleet_id)
    else:
        check_connected(leg, courier.fleet, hand_on)
    payout = _promised(leg, courier, hand_on, planned)
    if leg.order.needs_attention:
        clear_attention(order_id=leg.order_id)
    courier_id = courier.pk
    on_commit(lambda: tell_couriers([courier_id]))
    return Assignment(
        leg=leg,
        courier=courier,
        fleet_id=courier.fleet_id,
        epoch=leg.epoch,
        assigned_by=by,
        why=planned.why if planned else {},
        pickup_place=planned.pickup_place if planned else courier.route_end - GAP,
        dropoff_place=planned.dropoff_place if planned else courier.route_end,
        expected_pickup_at=planned.expected_pickup_at if planned else None,
        expected_dropoff_at=planned.expected_dropoff_at if planned else None,
        payout_cents=payout.amount if payout else None,
        currency=payout.currency if payout else leg.order.currency,
        assigned_at=clock.now(),
    )


def _take_back(leg: Leg, courier_id: UUID) -> bool:
    """Before an assignment by hand: a live offer is withdrawn, another courier's assignment ended. Whether so."""
    if leg.courier_id == courier_id:
        raise CourierNotAvailable("This courier has the leg already.")
    if leg.status == LegStatus.OFFERED:
        withdraw_offer(leg_id=leg.pk, reason="assigned by hand")
        return True
    if leg.courier_id:
        unassign_leg(leg_id=leg.pk, reason="reassigned by hand")
        return True
    return False


def _promised(leg: Leg, courier: Courier, hand_on: HandOn | None, planned: PlannedPart | None) -> Money | None:
    """What the courier is promised for the leg, kept so that their earnings never change afterwards.

    None for couriers of a fleet with a dispatch of its own: what they are paid is between them and it.
    """
    if planned and planned.payout:
        return planned.payout
    return None if courier.fleet.mode == FleetMode.EXTERNAL else courier_payout(leg, courier.fleet_id, hand_on)


def _reserve(courier: Courier, planned: PlannedPart | None, by: AssignedBy) -> None:
    """Take room for one more leg with the courier, and places at the end of the route.

    Past the end of their shift, or while they are not heard from, no plan gives them more; a dispatcher may, who can
    ask them, and so does an offer that they were made in time.
    """
    if courier.status == CourierStatus.OFF_DUTY or not courier.is_active:
        raise CourierNotAvailable(f"{courier.name} is not on duty.")
    if by == AssignedBy.PLANNER and courier.is_past_shift:
        raise CourierNotAvailable(f"The shift of {courier.name} is over.")
    if by == AssignedBy.PLANNER and courier.silent_since:
        raise CourierNotAvailable(f"{courier.name} is not heard from.")
    if courier.load_legs >= courier.max_legs:
        raise CourierNotAvailable(f"{courier.name} has {courier.load_legs} legs already, which is the most they take.")
    route_end = max(courier.route_end, planned.dropoff_place) if planned else courier.route_end + 2 * GAP
    courier.swap(load_legs=courier.load_legs + 1, route_end=route_end)


@atomic(rereads=3)
def unassign_leg(*, leg_id: UUID, reason: str, end: AssignmentEnd = AssignmentEnd.UNASSIGNED) -> Leg:
    """Take a leg back from its courier, who has not picked it up yet. Raises LegNotFound or IllegalMove."""
    leg = leg_with_order(leg_id)
    courier_id = leg.courier_id
    moved = move_read_leg(leg, LegMove(LegStatus.OPEN, None, reason=reason))
    end_assignment(leg_id=leg_id, end=end)
    if courier_id:
        on_commit(lambda: tell_couriers([courier_id]))
    return moved
