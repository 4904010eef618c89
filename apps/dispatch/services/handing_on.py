"""A fleet that was asked for a leg gives it to a fleet of somebody else, as its connection allows; or takes it back.

One step only, and once for a fleet: who owes what to whom stays plain. What was handed on is no longer the fleet's, but
its owner goes on to answer for it to the merchant, and owes the other fleet for it.
"""

from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import FieldError, Invalid
from apps.couriers.models import Fleet
from apps.dispatch.eligibility import may_begin
from apps.dispatch.errors import (
    FleetNotConnected,
    FleetNotEligible,
    HandedOnAlready,
    HandOnNotAllowed,
    HandOnNotFound,
    HandOnOver,
    LegTaken,
)
from apps.dispatch.executors import Executor
from apps.dispatch.leg_state import leg_state
from apps.dispatch.models import FleetRefusal
from apps.dispatch.networks import Networks
from apps.dispatch.rights import rights_over
from apps.dispatch.services.assigning import unassign_leg
from apps.dispatch.services.hand_ons_over import end_if_over
from apps.dispatch.services.pinning import set_pin
from apps.dispatch.services.releasing import withdraw_offer
from apps.dispatch.services.within_reach import fleets_concerned, leg_in_reach
from apps.networks.lifecycle import Right
from apps.networks.selectors import is_connected
from apps.orders.lifecycle import HandOnEnd, IllegalMove, LegStatus
from apps.orders.models import HandOn, Leg
from apps.orders.selectors.hand_ons import live_hand_on
from apps.orders.services import LegMove, end_hand_on, move_leg, write_hand_on

WHY, WHY_BACK = "handed on", "taken back"


@atomic(rereads=3)
def hand_on_leg(*, executor: Executor, leg_id: UUID, fleet_id: UUID, from_fleet_id: UUID | None = None) -> HandOn:
    """Give a leg that one of the executor's fleets has, is offered, or is asked for to a fleet of somebody else.

    `from_fleet_id` says which of them, where several are asked. A courier who has it loses it, an offer is withdrawn,
    and only the other fleet is asked from now on. Raises LegNotFound, HandedOnAlready, LegTaken with the state,
    HandOnNotAllowed, Invalid, FleetNotConnected, FleetNotEligible, or IllegalMove once the parcels are on board.
    """
    end_if_over(leg_id)
    leg, may_carry = leg_in_reach(executor, leg_id)
    if live_hand_on(leg.pk):
        raise HandedOnAlready(state=leg_state(leg))
    concerned = fleets_concerned(executor, leg, may_carry)
    if not concerned:
        raise LegTaken(state=leg_state(leg))
    giver = executor.fleets[_giver(executor, leg, concerned, from_fleet_id)]
    taker = Fleet.objects.filter(pk=fleet_id).first()
    if taker is None or not _are_connected(leg, giver, taker):
        raise FleetNotConnected
    _check_eligible(leg, taker)
    _reopen(leg, WHY)
    _unpin(leg.pk)
    hand_on = HandOn(
        leg=leg,
        from_fleet=giver,
        to_fleet=taker,
        executor_id=giver.organisation_id,
        to_executor_id=taker.organisation_id,
        handed_on_at=clock.now(),
    )
    return write_hand_on(hand_on)


@atomic(rereads=3)
def take_back_leg(*, executor: Executor, leg_id: UUID) -> HandOn:
    """Take back what the executor handed on: its fleet is asked again. Taking it back again changes nothing.

    Raises HandOnNotFound, HandOnOver with how it ended, or IllegalMove once the parcels are on board.
    """
    made = HandOn.objects.filter(leg_id=leg_id, executor_id__in=list(executor.organisation_ids))
    theirs = made.filter(leg__order__is_test=executor.is_test).select_related("leg__order", "leg__courier")
    hand_on = theirs.order_by("-id").first()
    if hand_on is None:
        raise HandOnNotFound
    if hand_on.end == HandOnEnd.TAKEN_BACK:
        return hand_on
    if not hand_on.is_live:
        raise HandOnOver(state={"end": hand_on.end})
    _reopen(hand_on.leg, WHY_BACK)
    if not end_hand_on(hand_on, hand_on.leg, end=HandOnEnd.TAKEN_BACK):
        raise HandOnOver(state={"end": HandOnEnd.DONE.value})
    _unpin(leg_id)
    return hand_on


def _giver(executor: Executor, leg: Leg, concerned: frozenset[UUID], named: UUID | None) -> UUID:
    """Which fleet hands it on: the one that is named, or the only one that may."""
    if named is not None and named not in concerned:
        raise FleetNotEligible("This fleet of yours neither has the leg nor is asked for it.")
    candidates = concerned if named is None else frozenset({named})
    allowed = sorted(key for key in candidates if Right.HAND_ON in rights_over(leg, executor.fleets[key]))
    if not allowed:
        raise HandOnNotAllowed
    if len(allowed) > 1:
        message = "Several of your fleets are asked for it: say which one hands it on."
        raise Invalid(fields=(FieldError("from_fleet", "required", message),))
    return allowed[0]


def _are_connected(leg: Leg, giver: Fleet, taker: Fleet) -> bool:
    """Both links at this moment: a paused one keeps its rights, and gives nothing new."""
    is_own = giver.organisation_id == leg.organisation_id
    if not is_own and not is_connected(leg.organisation_id, giver.pk):
        return False
    return is_connected(giver.organisation_id, taker.pk)


def _check_eligible(leg: Leg, taker: Fleet) -> None:
    if leg.is_test:
        raise FleetNotEligible("Test orders are carried by the sandbox's robots.")
    if taker.organisation_id == leg.organisation_id:
        raise FleetNotEligible("This fleet is the merchant's own.")
    if FleetRefusal.objects.filter(order_id=leg.order_id, fleet_id=taker.pk).exists():
        raise FleetNotEligible("This fleet has refused the order.")
    if HandOn.objects.filter(leg=leg, to_fleet=taker).exists():
        raise FleetNotEligible("This leg was handed on to this fleet before.")
    if not may_begin(leg, taker.pk, Networks.in_zone(leg.zone_id, [leg]), at=clock.now()):
        raise FleetNotEligible("Nobody of this fleet is on duty there.")


def _reopen(leg: Leg, why: str) -> None:
    """Whatever the leg is to the fleet it leaves, its version moves on. Raises IllegalMove once it is on board."""
    if leg.courier_id is not None:
        unassign_leg(leg_id=leg.pk, reason=why)
    elif leg.status == LegStatus.OFFERED:
        withdraw_offer(leg_id=leg.pk, reason=why)
        move_leg(leg_id=leg.pk, move=LegMove(LegStatus.OPEN, None, reason=why))
    elif leg.status == LegStatus.OPEN:
        leg.swap(unassigned_reason="")
    else:
        raise IllegalMove(f"A leg that is {leg.status} is nobody's to give.", state={"status": leg.status})


def _unpin(leg_id: UUID) -> None:
    """A pin of who had it would keep it from the other's couriers."""
    set_pin(leg_id=leg_id, is_pinned=False)
