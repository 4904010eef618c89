"""What phones are told of an action, and which refusals may turn out otherwise."""

from datetime import datetime, timedelta
from typing import NotRequired, TypedDict

from apps.core.errors import Conflict, CoursierError, Unavailable
from apps.couriers.errors import StillCarrying
from apps.couriers.lifecycle import IllegalDutyMove
from apps.dispatch.errors import CourierNotAvailable
from apps.mobile.action import Action
from apps.mobile.kinds import Effect, LegState
from apps.orders.errors import ScanRequired
from apps.orders.lifecycle import WITH_COURIER, IllegalMove, LegStatus

CLOCK_TOLERANCE = timedelta(minutes=5)
_MAY_CHANGE = (Unavailable, StillCarrying, IllegalDutyMove, CourierNotAvailable, ScanRequired)
_UNDER_WAY = WITH_COURIER - {LegStatus.RETURNING}


class Refusal(TypedDict):
    """Why an action was refused. `retry`: not kept; sent again after the phone's earlier actions, it may be applied."""

    code: str
    message: str
    retry: bool


class Result(TypedDict):
    """The answer to one action. `clock_offset_s`: the phone's time minus ours on arrival, clamped to five minutes.

    `is_paused`: it was a report that paused the courier.
    """

    id: str
    outcome: str
    clock_offset_s: float
    error: NotRequired[Refusal]
    state: NotRequired[LegState]
    is_paused: NotRequired[bool]


def applied(action: Action, effect: Effect, *, received_at: datetime) -> Result:
    """The action took effect, or found its effect there already."""
    return {**_result(action, "applied", received_at), **effect}


def refused(action: Action, error: CoursierError, *, received_at: datetime) -> Result:
    """The action changed nothing."""
    result = _result(action, "refused", received_at)
    result["error"] = Refusal(code=error.code, message=str(error), retry=may_change(error))
    state = error.state if isinstance(error.state, dict) else {}
    leg_id = action.leg_id or state.get("leg_id")  # an offer's refusal names its leg
    if leg_id and "status" in state:
        epoch = state.get("epoch", action.epoch)  # unless it says otherwise, the action's was the leg's
        result["state"] = LegState(leg_id=leg_id, status=state["status"], epoch=int(epoch or 0))
    return result


def replayed(first: Result) -> Result:
    """The first result of an action that came again."""
    return {**first, "outcome": "replayed"}


def may_change(error: CoursierError) -> bool:
    """Whether the same action might be applied later, once an earlier one has arrived or a part answers again.

    A leg's illegal move is such a case while the leg is under way: steps already made are never illegal, so the refused
    one lies ahead, and what is missing between may still be on the phone.
    """
    if isinstance(error, IllegalMove):
        return bool(error.state) and error.state["status"] in _UNDER_WAY
    return isinstance(error, _MAY_CHANGE) or type(error) is Conflict


def _result(action: Action, outcome: str, received_at: datetime) -> Result:
    offset_s, limit_s = (action.device_time - received_at).total_seconds(), CLOCK_TOLERANCE.total_seconds()
    return Result(id=str(action.id), outcome=outcome, clock_offset_s=max(-limit_s, min(limit_s, offset_s)))
