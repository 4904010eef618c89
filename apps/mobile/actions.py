"""Performs batches of couriers' actions: any order of arrival, any repetition, any gap end in the same final state.

- Each action runs in a transaction of its own, together with its `CourierAction` row. The unique index on courier and
  client id is the guard: whoever brings the same action again, later or at this moment from another process, gets the
  first result.
- Within a batch, actions are performed by `sequence`. Between batches they may arrive in another order:
  - A leg's step whose earlier steps have not arrived is refused with `retry` and is **not** kept, so that it can be
    applied when it comes again. The same holds for every refusal that an earlier action, or time, may turn around
    (`results.may_change`). The phone keeps such an action as long as an earlier one of its own is still unanswered, and
    shows the refusal to the courier when none is.
  - A leg's step that was made already, under whatever id, is applied and changes nothing (dispatch sees to that).
  - Duty (`start_shift`, `pause`, `resume`, `end_shift`) is not a way but a switch: the last action by the phone's own
    order decides. One that arrives after a later one is refused as `superseded`. "Later" means both by sequence and by
    device time, so a phone that starts counting anew is not held to the numbers of the one before.
- All other refusals are final and kept: a repetition is answered with them.
- `device_time` is kept as the phone said it and handed on as data. No deadline looks at it.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict, CoursierError, NotFound, Unavailable
from apps.core.known_queries import KnownQuery
from apps.core.plain_writes import insert_rows
from apps.mobile.action import Action
from apps.mobile.errors import InvalidAction, Superseded
from apps.mobile.kinds import perform, prove
from apps.mobile.models import CourierAction
from apps.mobile.results import Result, applied, refused, replayed
from apps.mobile.switches import DUTY_KINDS, has_switched_since
from apps.orders.errors import PinLocked, WrongPin

logger = logging.getLogger(__name__)
_first_result = KnownQuery(
    lambda courier_id, client_id: CourierAction.objects.filter(courier_id=courier_id, client_id=client_id).values_list(
        "result"
    )
)


class _RefusalError(Exception):
    """Carries a certain refusal out of the transaction: not a Conflict, since reading again would not change it."""

    def __init__(self, error: CoursierError) -> None:
        super().__init__(str(error))
        self.error = error


def perform_batch(*, courier_id: UUID, actions: Sequence[Action]) -> list[Result]:
    """Perform actions by their sequence. Returns their results in the order in which they were sent."""
    known = _first_results(courier_id, {action.id for action in actions})
    results: dict[int, Result] = {}
    for place in sorted(range(len(actions)), key=lambda place: actions[place].sequence):
        action = actions[place]
        if action.id in known:
            results[place] = replayed(known[action.id])
            continue
        results[place] = _perform_once(courier_id, action)
        if _is_kept(results[place]):
            known[action.id] = results[place]
    return [results[place] for place in range(len(actions))]


def _is_kept(result: Result) -> bool:
    error = result.get("error")
    return error is None or not (error["retry"] or error["code"] == InvalidAction.code)


def _first_results(courier_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Result]:
    """What is kept of these actions: one query for all. Most phones bring one."""
    ids = set(ids)
    if len(ids) == 1:
        (client_id,) = ids
        found = _first_result.first(courier_id, client_id)
        return {client_id: found[0]} if found else {}
    rows = CourierAction.objects.filter(courier_id=courier_id, client_id__in=list(ids))
    return dict(rows.values_list("client_id", "result"))


def _perform_once(courier_id: UUID, action: Action) -> Result:
    received_at = clock.now()
    try:
        prove(courier_id, action)
        return _apply(courier_id, action, received_at)
    except (WrongPin, PinLocked, NotFound) as error:
        return _refuse(courier_id, action, error, received_at)
    except _RefusalError as refusal:
        return _refuse(courier_id, action, refusal.error, received_at)
    except (Conflict, Unavailable) as error:
        return refused(action, error, received_at=received_at)
    except IntegrityError:
        return _came_second(courier_id, action, received_at)
    except Exception:  # one action that we fail at must not keep the courier's other actions on the phone
        logger.exception("The action %s (%s) of courier %s failed.", action.id, action.kind, courier_id)
        return refused(action, Unavailable("This could not be done now: try again."), received_at=received_at)


@atomic(rereads=3)
def _apply(courier_id: UUID, action: Action, received_at: datetime) -> Result:
    try:
        _check_not_superseded(courier_id, action)
        effect = perform(courier_id, action)
    except CoursierError as error:
        if type(error) is Conflict or isinstance(error, Unavailable):
            raise  # a lost race: read again
        raise _RefusalError(error) from error
    result = applied(action, effect, received_at=received_at)
    _keep(courier_id, action, result, received_at)
    return result


def _refuse(courier_id: UUID, action: Action, error: CoursierError, received_at: datetime) -> Result:
    result = refused(action, error, received_at=received_at)
    first = _first_results(courier_id, [action.id])
    if first:  # it was applied at this moment, from elsewhere
        return replayed(first[action.id])
    if _is_kept(result):
        try:
            _keep(courier_id, action, result, received_at)
        except IntegrityError:
            return _came_second(courier_id, action, received_at)
    return result


def _came_second(courier_id: UUID, action: Action, received_at: datetime) -> Result:
    """A unique index stopped it: the same action was performed elsewhere at this moment, or somebody was faster."""
    first = _first_results(courier_id, [action.id])
    return replayed(first[action.id]) if first else refused(action, Conflict(), received_at=received_at)


@atomic
def _keep(courier_id: UUID, action: Action, result: Result, received_at: datetime) -> None:
    kept = CourierAction(
        courier_id=courier_id,
        client_id=action.id,
        kind=action.kind,
        sequence=action.sequence,
        device_time=action.device_time,
        received_at=received_at,
        result=result,
    )
    insert_rows([kept])


def _check_not_superseded(courier_id: UUID, action: Action) -> None:
    if action.kind in DUTY_KINDS and has_switched_since(courier_id, action):
        raise Superseded
