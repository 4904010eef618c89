"""What each kind of action does: one table, one small function each. They call services and decide nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from apps.core.errors import FieldError
from apps.core.geo import Point
from apps.core.ids import parse_public_id, public_id
from apps.couriers import services as couriers
from apps.dispatch import services as dispatch
from apps.mobile.errors import InvalidAction
from apps.orders.lifecycle import LegStatus


@dataclass(frozen=True, slots=True)
class Action:
    """What a courier did, as the phone tells it; which of the later fields are there depends on the kind.

    `id` is the phone's, the same whenever it sends the action again; `sequence` rises from each action to the next.
    """

    id: UUID
    kind: str
    sequence: int
    device_time: datetime
    leg_id: str | None = None
    epoch: int | None = None
    stop: str | None = None
    offer_id: str | None = None
    reason: str = ""
    pin: str = ""
    point: Point | None = None


class LegState(TypedDict):
    """Where a leg stands, as phones are told."""

    leg_id: str
    status: str
    epoch: int


Handler = Callable[[UUID, Action], LegState | None]
_ARRIVED = {"pickup": LegStatus.AT_PICKUP, "dropoff": LegStatus.AT_DROPOFF}


def _start_shift(courier_id: UUID, action: Action) -> None:
    if action.point is None:
        raise _lacks("lat", "lon")
    couriers.start_shift(courier_id=courier_id, at=action.point)


def _end_shift(courier_id: UUID, action: Action) -> None:  # noqa: ARG001 - all handlers are called alike
    couriers.end_shift(courier_id=courier_id)


def _pause(courier_id: UUID, action: Action) -> None:  # noqa: ARG001
    couriers.pause(courier_id=courier_id)


def _resume(courier_id: UUID, action: Action) -> None:  # noqa: ARG001
    couriers.resume(courier_id=courier_id)


def _accept_offer(courier_id: UUID, action: Action) -> LegState:
    leg = dispatch.accept_offer(offer_id=_offer_id(action), courier_id=courier_id)
    return LegState(leg_id=public_id("leg", leg.pk), status=leg.status, epoch=leg.epoch)


def _decline_offer(courier_id: UUID, action: Action) -> None:
    dispatch.decline_offer(offer_id=_offer_id(action), courier_id=courier_id, reason=action.reason)


def _arrive(courier_id: UUID, action: Action) -> LegState:
    if action.stop not in _ARRIVED:
        raise _lacks("stop")
    return _move(courier_id, action, _ARRIVED[action.stop])


def _pick_up(courier_id: UUID, action: Action) -> LegState:
    return _move(courier_id, action, LegStatus.PICKED_UP)


def _deliver(courier_id: UUID, action: Action) -> LegState:
    return _move(courier_id, action, LegStatus.DELIVERED)


def _fail(courier_id: UUID, action: Action) -> LegState:
    if not action.reason:
        raise _lacks("reason")
    if action.stop is None:
        return _move(courier_id, action, LegStatus.FAILED)
    if action.stop not in _ARRIVED:
        raise _lacks("stop")
    return _move(courier_id, action, LegStatus.FAILED, only_from=_ARRIVED[action.stop])


def _move(courier_id: UUID, action: Action, to: LegStatus, *, only_from: LegStatus | None = None) -> LegState:
    if action.leg_id is None or action.epoch is None:
        raise _lacks("leg_id", "epoch")
    leg = dispatch.courier_moves_leg(
        courier_id=courier_id,
        leg_id=parse_public_id("leg", action.leg_id),
        epoch=action.epoch,
        to=to,
        only_from=only_from,
        reason=action.reason,
        device_time=action.device_time,
    )
    return LegState(leg_id=public_id("leg", leg.pk), status=leg.status, epoch=leg.epoch)


def _offer_id(action: Action) -> UUID:
    if action.offer_id is None:
        raise _lacks("offer_id")
    return parse_public_id("off", action.offer_id)


def _lacks(*names: str) -> InvalidAction:
    fields = tuple(FieldError(name, "required", "This kind of action needs it.") for name in names)
    return InvalidAction(f"This kind of action needs {' and '.join(names)}.", fields=fields)


def prove(courier_id: UUID, action: Action) -> None:
    """Try the PIN that a delivery comes with, before the delivery and apart from it: a wrong one is counted.

    Raises WrongPin or PinLocked. What else is wrong with the action, the delivery says.
    """
    if action.kind != "deliver" or not action.pin or action.leg_id is None or action.epoch is None:
        return
    leg_id = parse_public_id("leg", action.leg_id)
    dispatch.check_pin(courier_id=courier_id, leg_id=leg_id, epoch=action.epoch, pin=action.pin)


DUTY_KINDS = frozenset({"start_shift", "end_shift", "pause", "resume"})
HANDLERS: dict[str, Handler] = {
    "start_shift": _start_shift,
    "end_shift": _end_shift,
    "pause": _pause,
    "resume": _resume,
    "accept_offer": _accept_offer,
    "decline_offer": _decline_offer,
    "arrive": _arrive,
    "pick_up": _pick_up,
    "deliver": _deliver,
    "fail": _fail,
}


def perform(courier_id: UUID, action: Action) -> LegState | None:
    """Do what the action says. Returns where its leg stands now, if it has one. Raises what the services raise."""
    handler = HANDLERS.get(action.kind)
    if handler is None:
        raise InvalidAction(f"There is no kind of action {action.kind!r}.")
    if action.point:
        couriers.moved(courier_id=courier_id, point=action.point)
    return handler(courier_id, action)
