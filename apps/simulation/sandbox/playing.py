"""Plays the scripts of test orders: whatever is due is done, once, whoever asks and however late."""

import logging
from datetime import timedelta
from uuid import UUID

from apps.core import clock
from apps.core.errors import Conflict, CoursierError
from apps.core.events import acting_as
from apps.couriers.models import Courier
from apps.dispatch.lifecycle import AssignedBy, OfferStatus
from apps.dispatch.models import Offer
from apps.dispatch.services import assign_leg, check_pin, courier_moves_leg, decline_offer, make_offer, unassign_leg
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from apps.orders.pins import pin_of
from apps.orders.sandbox import Scenario
from apps.orders.services import LegMove, move_leg, raise_attention
from apps.simulation.sandbox.at_hubs import FORGOTTEN_AFTER, scan_in_what_was_brought
from apps.simulation.sandbox.robots import Robots, robots
from apps.simulation.sandbox.scripts import SCRIPTS, Act, Step

logger = logging.getLogger(__name__)
OVER = (LegStatus.DELIVERED, LegStatus.RETURNED, LegStatus.CANCELLED)
PLAYED = 1_000  # the step of a leg whose script is over: it is looked at no more
MOVES: dict[Act, LegStatus] = {
    Act.ARRIVE: LegStatus.AT_PICKUP,
    Act.PICK_UP: LegStatus.PICKED_UP,
    Act.ARRIVE_AT_DOOR: LegStatus.AT_DROPOFF,
    Act.DELIVER: LegStatus.DELIVERED,
    Act.FAIL: LegStatus.FAILED,
}
BACK: dict[Act, LegStatus] = {Act.RETURN: LegStatus.RETURNING, Act.BRING_BACK: LegStatus.RETURNED}


def play_due_steps(*, limit: int = 200) -> int:
    """Take the next step of every test order whose time has come. Returns how many steps were taken."""
    scan_in_what_was_brought()
    at = clock.now()
    live = Leg.objects.filter(is_test=True, placed_at__gt=at - FORGOTTEN_AFTER, robot_step__lt=PLAYED)
    playing = live.exclude(status__in=(*OVER, LegStatus.WAITING)).select_related("order").order_by("placed_at")
    taken, them = 0, None
    for leg in list(playing[:limit]):
        script, began_at = _script_of(leg), leg.ready_at if leg.pickup_hub_id else leg.placed_at
        while leg.robot_step < len(script) and at - began_at >= timedelta(seconds=script[leg.robot_step].after_s):
            them = them or robots()
            if not _take(leg, script, them):
                break
            taken += 1
            leg = Leg.objects.select_related("order").get(pk=leg.pk)  # noqa: PLW2901 - as it is after the step
    return taken


def _script_of(leg: Leg) -> tuple[Step, ...]:
    """What was asked for happens at the recipient's door; to a hub everything goes well."""
    return SCRIPTS[Scenario.DELIVERED if leg.dropoff_hub_id else Scenario(leg.order.scenario or Scenario.DELIVERED)]


def _take(leg: Leg, script: tuple[Step, ...], them: Robots) -> bool:
    """One step. False when another process was faster, or the merchant was."""
    act, after_it = script[leg.robot_step].act, leg.robot_step + 1
    try:
        with acting_as("robot"):
            _do(leg, act, them)
    except Conflict:
        return False
    except CoursierError as error:
        logger.warning("Test order %s: cannot %s (%s): the step is left out.", leg.order_id, act.value, error)
    step = after_it if after_it < len(script) else PLAYED
    return bool(Leg.objects.filter(pk=leg.pk, robot_step=leg.robot_step).update(robot_step=step))


def _do(leg: Leg, act: Act, them: Robots) -> None:
    """A step that was taken already, by a process that died before it said so, changes nothing."""
    status = LegStatus(leg.status)
    match act:
        case Act.OFFER_TO_FIRST if status == LegStatus.OPEN:
            make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=them.first.pk)
        case Act.FIRST_DECLINES:
            for offer_id in _live_offers(leg.pk, them.first):
                decline_offer(offer_id=offer_id, courier_id=them.first.pk, reason="too far")
        case Act.FIRST_TAKES if status == LegStatus.OPEN:
            assign_leg(leg_id=leg.pk, courier_id=them.first.pk, by=AssignedBy.PLANNER)
        case Act.SECOND_TAKES if status == LegStatus.OPEN:
            assign_leg(leg_id=leg.pk, courier_id=them.second.pk, by=AssignedBy.PLANNER)
        case Act.FIRST_GIVES_BACK if status == LegStatus.ASSIGNED:
            unassign_leg(leg_id=leg.pk, reason="courier had a puncture")
        case Act.GIVE_UP:
            raise_attention(order_id=leg.order_id, reason="nobody_accepted")
        case _ if act in MOVES and leg.courier_id:
            _move(leg, leg.courier_id, act)
        case _ if act in BACK and status != BACK[act]:
            move_leg(leg_id=leg.pk, move=LegMove(BACK[act], leg.courier_id))


def _move(leg: Leg, courier_id: UUID, act: Act) -> None:
    if act == Act.DELIVER:  # its recipient tells the PIN
        check_pin(courier_id=courier_id, leg_id=leg.pk, epoch=leg.epoch, pin=pin_of(leg.order_id))
    reason = "recipient_absent" if act == Act.FAIL else ""
    courier_moves_leg(courier_id=courier_id, leg_id=leg.pk, epoch=leg.epoch, to=MOVES[act], reason=reason)


def _live_offers(leg_id: UUID, robot: Courier) -> list[UUID]:
    live = Offer.objects.filter(leg_id=leg_id, courier=robot, status=OfferStatus.LIVE)
    return list(live.values_list("pk", flat=True))
