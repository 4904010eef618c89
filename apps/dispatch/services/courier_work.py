"""What a courier does with a leg they have: arrive, pick up, deliver, fail."""

from datetime import datetime
from uuid import UUID

from apps.core.db import atomic
from apps.dispatch.errors import NotYourLeg
from apps.dispatch.leg_state import leg_state
from apps.dispatch.lifecycle import AssignmentEnd
from apps.dispatch.models import Assignment
from apps.dispatch.services.proving import check_proven
from apps.dispatch.services.releasing import end_assignment
from apps.orders.errors import LegNotFound, StaleEpoch
from apps.orders.lifecycle import IllegalMove, LegStatus, check_move
from apps.orders.models import Leg
from apps.orders.services import LegMove, move_leg

_WAY = (LegStatus.ASSIGNED, LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)


@atomic(rereads=3)
def courier_moves_leg(
    *,
    courier_id: UUID,
    leg_id: UUID,
    epoch: int,
    to: LegStatus,
    only_from: LegStatus | None = None,
    reason: str = "",
    device_time: datetime | None = None,
) -> Leg:
    """Move a leg on, as the courier who has it. A step already made changes nothing, so phones may repeat themselves.

    `only_from` says where the leg must stand for a move that can be made at both ends, such as a failure.
    Raises LegNotFound, NotYourLeg, StaleEpoch when the leg changed hands since, PinRequired, or IllegalMove; each with
    the state.
    """
    leg = Leg.objects.select_related("order").filter(pk=leg_id).first()
    if leg is None:
        raise LegNotFound
    _check_hands(leg, courier_id, epoch)
    if _is_behind(to, LegStatus(leg.status)):
        return leg
    if only_from and leg.status != only_from:
        raise IllegalMove(f"A leg that is {leg.status} is not {only_from}.", state=leg_state(leg))
    if to == LegStatus.DELIVERED:
        check_move(LegStatus(leg.status), to)  # too early comes before what must be shown: it may be sent again
        check_proven(leg)
    moved = move_leg(leg_id=leg_id, move=LegMove(to, courier_id, reason=reason, device_time=device_time))
    if to == LegStatus.DELIVERED:
        end_assignment(leg_id=leg_id, end=AssignmentEnd.DELIVERED)
    elif to == LegStatus.FAILED:
        end_assignment(leg_id=leg_id, end=AssignmentEnd.FAILED)
    return moved


def _check_hands(leg: Leg, courier_id: UUID, epoch: int) -> None:
    if leg.courier_id == courier_id and leg.epoch == epoch:
        return
    if Assignment.objects.filter(leg=leg, courier_id=courier_id).exists():
        raise StaleEpoch(state=leg_state(leg))
    raise NotYourLeg


def _is_behind(wanted: LegStatus, current: LegStatus) -> bool:
    return wanted in _WAY and current in _WAY and _WAY.index(wanted) <= _WAY.index(current)
