"""What each kind of action does: one table, one small function each. They call services and decide nothing."""

from collections.abc import Callable
from typing import NotRequired, TypedDict
from uuid import UUID

from apps.core.errors import FieldError
from apps.core.ids import parse_public_id, public_id
from apps.couriers import services as couriers
from apps.dispatch import services as dispatch
from apps.mobile.action import Action
from apps.mobile.errors import InvalidAction
from apps.mobile.switches import REPORT, has_switched_since
from apps.orders.lifecycle import HandedTo, LegStatus
from apps.orders.models import BY_COURIERS, PAUSING, Leg, Stop
from apps.orders.services import NewStopScan


class LegState(TypedDict):
    """Where a leg stands, as phones are told."""

    leg_id: str
    status: str
    epoch: int


class Effect(TypedDict):
    """What an action did: where its leg stands now, if it has one; and whether it paused the courier."""

    state: NotRequired[LegState]
    is_paused: NotRequired[bool]


Handler = Callable[[UUID, Action], Effect | None]
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


def _accept_offer(courier_id: UUID, action: Action) -> Effect:
    return _on(dispatch.accept_offer(offer_id=_offer_id(action), courier_id=courier_id))


def _decline_offer(courier_id: UUID, action: Action) -> None:
    dispatch.decline_offer(offer_id=_offer_id(action), courier_id=courier_id, reason=action.reason)


def _arrive(courier_id: UUID, action: Action) -> Effect:
    if action.stop not in _ARRIVED:
        raise _lacks("stop")
    return _move(courier_id, action, _ARRIVED[action.stop])


def _pick_up(courier_id: UUID, action: Action) -> Effect:
    return _move(courier_id, action, LegStatus.PICKED_UP)


def _deliver(courier_id: UUID, action: Action) -> Effect:
    return _move(courier_id, action, LegStatus.DELIVERED)


def _fail(courier_id: UUID, action: Action) -> Effect:
    if not action.reason:
        raise _lacks("reason")
    if action.stop is None:
        return _move(courier_id, action, LegStatus.FAILED)
    if action.stop not in _ARRIVED:
        raise _lacks("stop")
    return _move(courier_id, action, LegStatus.FAILED, only_from=_ARRIVED[action.stop])


def _scan(courier_id: UUID, action: Action) -> Effect:
    if action.stop not in Stop.values:
        raise _lacks("stop")
    if not action.barcode and action.parcel_id is None:
        raise _lacks("barcode")
    leg_id, epoch = _of_leg(action)
    scan = NewStopScan(
        stop=Stop(action.stop),
        device_time=action.device_time,
        parcel_id=parse_public_id("par", action.parcel_id) if action.parcel_id is not None else None,
        barcode=action.barcode,
    )
    return _on(dispatch.courier_scans(courier_id=courier_id, leg_id=leg_id, epoch=epoch, scan=scan))


def _move(courier_id: UUID, action: Action, to: LegStatus, *, only_from: LegStatus | None = None) -> Effect:
    leg_id, epoch = _of_leg(action)
    leg = dispatch.courier_moves_leg(
        courier_id=courier_id,
        leg_id=leg_id,
        epoch=epoch,
        to=to,
        only_from=only_from,
        reason=action.reason,
        device_time=action.device_time,
        shown=dispatch.Shown(proofs=action.proofs, note=action.note, handed_to=_handed_to(action), point=action.point),
    )
    return _on(leg)


def _on(leg: Leg) -> Effect:
    return Effect(state=LegState(leg_id=public_id("leg", leg.pk), status=leg.status, epoch=leg.epoch))


def _of_leg(action: Action) -> tuple[UUID, int]:
    """The leg that the action is about, and its epoch."""
    if action.leg_id is None or action.epoch is None:
        raise _lacks("leg_id", "epoch")
    return parse_public_id("leg", action.leg_id), action.epoch


def _handed_to(action: Action) -> HandedTo:
    try:
        return HandedTo(action.handed_to)
    except ValueError:
        raise InvalidAction(f"Nobody is called {action.handed_to!r} in `handed_to`.") from None


def _report(courier_id: UUID, action: Action) -> Effect:
    """One that comes after a later change of duty leaves duty alone: who has resumed since, has resumed."""
    kind = next((kind for kind in BY_COURIERS if kind == action.incident), None)
    if kind is None:
        raise InvalidAction(f"There is no incident {action.incident!r}.")
    stops_work = kind in PAUSING and not has_switched_since(courier_id, action)
    report = dispatch.CourierReport(
        kind=kind,
        note=action.note,
        leg_id=parse_public_id("leg", action.leg_id) if action.leg_id is not None else None,
        stops_work=stops_work,
    )
    leg = dispatch.courier_reports(courier_id=courier_id, report=report)
    effect = _on(leg) if leg else Effect()
    return {**effect, "is_paused": True} if stops_work else effect


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
    "scan": _scan,
    REPORT: _report,
}


def perform(courier_id: UUID, action: Action) -> Effect:
    """Do what the action says. Raises what the services raise."""
    handler = HANDLERS.get(action.kind)
    if handler is None:
        raise InvalidAction(f"There is no kind of action {action.kind!r}.")
    if action.point:
        couriers.moved(courier_id=courier_id, point=action.point)
    return handler(courier_id, action) or Effect()
