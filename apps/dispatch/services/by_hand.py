"""Dispatch by hand, as an executor: give, move, take back, pin, refuse. Never what another executor has.

What the caller saw may be over by now, so each of these reads and checks again inside its transaction; whoever lost is
told how the leg stands.
"""

from uuid import UUID

from apps.core.db import atomic
from apps.couriers.errors import CourierNotFound
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Courier
from apps.couriers.services import NamedCourier, send_courier
from apps.dispatch.eligibility import check_connected
from apps.dispatch.errors import (
    AssignmentNotFound,
    AssignmentOver,
    FleetNotConnected,
    FleetNotEligible,
    FleetNotExternal,
    LegTaken,
    NotYourLeg,
    RefusalNotAllowed,
)
from apps.dispatch.executors import Executor
from apps.dispatch.leg_state import leg_state
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment
from apps.dispatch.services.assigning import assign_leg, unassign_leg
from apps.dispatch.services.hand_ons_over import end_if_over
from apps.dispatch.services.pinning import set_pin
from apps.dispatch.services.refusing import may_refuse, refuse_leg
from apps.dispatch.services.within_reach import (
    carriers_of,
    fleets_concerned,
    fleets_offered,
    has_refused,
    leave_to_others,
    leg_in_reach,
)
from apps.orders.errors import StaleEpoch
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from apps.orders.selectors.hand_ons import live_hand_on


@atomic(rereads=3)
def give_by_hand(*, executor: Executor, leg_id: UUID, courier_id: UUID) -> Assignment:
    """Give a leg that nobody has to a courier of the executor's; an offer of it to the executor is withdrawn.

    Raises LegNotFound, CourierNotFound, FleetNotEligible, CourierNotAvailable, or LegTaken with the state.
    """
    end_if_over(leg_id)
    leg, carriers = leg_in_reach(executor, leg_id)
    asked = fleets_offered(executor, leg)
    if leg.status != LegStatus.OPEN and not asked:
        raise LegTaken(state=leg_state(leg))
    courier = _own_courier(executor, courier_id)
    if courier.fleet_id not in carriers | asked:
        raise FleetNotEligible
    _check_still_possible(executor, courier, leg)
    _send(executor, courier, leg)
    return assign_leg(leg_id=leg.pk, courier_id=courier.pk, by=AssignedBy.DISPATCHER)


@atomic(rereads=3)
def move_by_hand(
    *, executor: Executor, assignment_id: UUID, courier: UUID | NamedCourier, epoch: int | None = None
) -> Assignment:
    """Give a leg that one of the executor's couriers has to another of them, in one step.

    Naming somebody new is for fleets with a dispatch of their own. Raises AssignmentNotFound, AssignmentOver or
    StaleEpoch with the state, CourierNotFound, PhoneTaken, FleetNotExternal, FleetNotEligible, CourierNotAvailable, or
    IllegalMove once the parcels are on board.
    """
    held = _held(executor, assignment_id, epoch)
    fleet = executor.fleets[held.courier.fleet_id]
    if isinstance(courier, NamedCourier):
        if fleet.mode != FleetMode.EXTERNAL:
            raise FleetNotExternal
        chosen = send_courier(fleet=fleet, zone_id=held.leg.zone_id, courier=courier)
    else:
        chosen = _own_courier(executor, courier)
        if chosen.fleet_id != fleet.pk and chosen.fleet_id not in carriers_of(executor, held.leg):
            raise FleetNotEligible  # within a fleet it is finished, whatever became of the connection
        _send(executor, chosen, held.leg)
    return assign_leg(leg_id=held.leg_id, courier_id=chosen.pk, by=AssignedBy.DISPATCHER)


@atomic(rereads=3)
def take_back_by_hand(*, executor: Executor, assignment_id: UUID, reason: str, epoch: int | None = None) -> Assignment:
    """Take a leg back from the executor's courier: it is open again, for whoever may carry it.

    Raises AssignmentNotFound, AssignmentOver or StaleEpoch with the state, or IllegalMove once the parcels are on
    board.
    """
    held = _held(executor, assignment_id, epoch)
    leg = unassign_leg(leg_id=held.leg_id, reason=reason)
    leave_to_others(executor, leg)
    return Assignment.objects.get(pk=assignment_id)


@atomic(rereads=3)
def pin_by_hand(*, executor: Executor, leg_id: UUID, is_pinned: bool) -> Leg:
    """Pin a leg that the executor has, or an open one of its own organisation's orders; or take the pin off.

    Others' open legs are not the executor's to keep from everybody. Raises LegNotFound, NotYourLeg, or IllegalMove.
    """
    leg, _ = leg_in_reach(executor, leg_id)
    has_it = leg.courier is not None and executor.owns(leg.courier.fleet_id)
    is_own = leg.courier is None and leg.organisation_id in executor.organisation_ids
    if not has_it and not is_own:
        raise NotYourLeg
    return set_pin(leg_id=leg.pk, is_pinned=is_pinned)


@atomic(rereads=3)
def refuse_by_hand(*, executor: Executor, leg_id: UUID, reason: str) -> Leg:
    """Refuse an order that one of the executor's fleets has, is offered, or might be given.

    For those of them that may: by their connection, or because they are the merchant's own. Refusing again changes
    nothing. Raises LegNotFound, LegTaken with the state when somebody else has it, RefusalNotAllowed, or IllegalMove
    once the parcels are on board.
    """
    leg, may_carry = leg_in_reach(executor, leg_id)
    fleets = fleets_concerned(executor, leg, may_carry)
    if not fleets and leg.status == LegStatus.OPEN and has_refused(executor, leg):
        return leg
    if not fleets:
        raise LegTaken(state=leg_state(leg))
    allowed = [fleet_id for fleet_id in fleets if may_refuse(leg, executor.fleets[fleet_id])]
    if not allowed:
        raise RefusalNotAllowed
    for fleet_id in allowed:
        refuse_leg(leg_id=leg.pk, fleet_id=fleet_id, reason=reason)
    leave_to_others(executor, leg)
    return Leg.objects.get(pk=leg.pk)


def _check_still_possible(executor: Executor, courier: Courier, leg: Leg) -> None:
    """An offer of before a pause gives nothing after it; and test orders are carried by the sandbox's robots alone."""
    if leg.is_test:
        raise FleetNotEligible("Test orders are carried by the sandbox's robots.")
    try:
        check_connected(leg, executor.fleets[courier.fleet_id], live_hand_on(leg.pk))
    except FleetNotConnected as error:
        raise FleetNotEligible from error


def _held(executor: Executor, assignment_id: UUID, epoch: int | None) -> Assignment:
    own = Assignment.objects.filter(fleet_id__in=list(executor.fleets), leg__order__is_test=executor.is_test)
    held = own.select_related("leg__order", "courier").filter(pk=assignment_id).first()
    if held is None:
        raise AssignmentNotFound
    if not held.is_live:
        raise AssignmentOver(state={"end": held.end})
    if epoch is not None and epoch != held.leg.epoch:
        raise StaleEpoch(state=leg_state(held.leg))
    return held


def _own_courier(executor: Executor, courier_id: UUID) -> Courier:
    courier = Courier.objects.filter(pk=courier_id, fleet_id__in=list(executor.fleets)).first()
    if courier is None:
        raise CourierNotFound
    return courier


def _send(executor: Executor, courier: Courier, leg: Leg) -> None:
    """Duty of an external fleet's couriers is its own affair: who is given a leg comes on duty with it."""
    fleet = executor.fleets[courier.fleet_id]
    if fleet.mode == FleetMode.EXTERNAL:
        send_courier(fleet=fleet, zone_id=leg.zone_id, courier=courier.pk)
