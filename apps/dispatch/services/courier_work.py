"""What a courier does with a leg they have: arrive, pick up, deliver, fail."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.core.db import atomic, on_commit
from apps.core.geo import Point
from apps.couriers.positions import note_stop
from apps.dispatch.leg_state import leg_state
from apps.dispatch.lifecycle import AssignmentEnd
from apps.dispatch.services.far_deliveries import flag_if_far
from apps.dispatch.services.hands import leg_in_hands
from apps.dispatch.services.leg_incidents import open_leg_incident
from apps.dispatch.services.proving import check_proven
from apps.dispatch.services.releasing import end_assignment
from apps.dispatch.services.tracks import HANDED_OVER, when_it_happened
from apps.orders.fail_reasons import read_reason
from apps.orders.lifecycle import HandedTo, IllegalMove, LegStatus, check_move
from apps.orders.models import IncidentKind, Leg, Stop
from apps.orders.services import LegMove, move_read_leg, name_proofs

_WAY = (LegStatus.ASSIGNED, LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)
_STOP_OF = {LegStatus.PICKED_UP: Stop.PICKUP, LegStatus.DELIVERED: Stop.DROPOFF}


@dataclass(frozen=True, slots=True)
class Shown:
    """What comes with a step: the proofs that it names, by the phone's ids, and what the courier says.

    `point` is where they were, None when the phone does not know. A report of a fleet with a dispatch of its own
    (`is_fleets`) needs no files and no scans: it keeps its own.
    """

    proofs: tuple[UUID, ...] = ()
    note: str = ""
    handed_to: HandedTo = HandedTo.RECIPIENT
    point: Point | None = None
    is_fleets: bool = False


NOTHING = Shown()


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
    shown: Shown = NOTHING,
) -> Leg:
    """Move a leg on, as the courier who has it. A step already made changes nothing, so phones may repeat themselves;
    the proofs that it names count all the same.

    `only_from` says where the leg must stand for a move that can be made at both ends, such as a failure.
    Raises LegNotFound, NotYourLeg, StaleEpoch when the leg changed hands since, IllegalMove, PinRequired,
    ProofRequired, ScanRequired, or WrongProof; most with the state.
    """
    leg = leg_in_hands(courier_id=courier_id, leg_id=leg_id, epoch=epoch)
    stop = _STOP_OF.get(to) or _here(leg)
    if _is_behind(to, LegStatus(leg.status)):
        name_proofs(leg=leg, stop=stop, courier_id=courier_id, client_ids=shown.proofs)
        return leg
    if only_from and leg.status != only_from:
        raise IllegalMove(f"A leg that is {leg.status} is not {only_from}.", state=leg_state(leg))
    check_move(LegStatus(leg.status), to)  # first: what comes too early may have its proof when its turn is there
    if to in _STOP_OF:
        check_proven(leg, stop, courier_id=courier_id, proofs=shown.proofs, is_fleets=shown.is_fleets)
    name_proofs(leg=leg, stop=stop, courier_id=courier_id, client_ids=shown.proofs)
    reason, note = _why(leg, to, reason, shown)
    handed_to = shown.handed_to.value if to == LegStatus.DELIVERED else ""
    move = LegMove(to, courier_id, reason=reason, device_time=device_time, note=note, handed_to=handed_to)
    moved = move_read_leg(leg, move)
    happened_at = when_it_happened(device_time)
    if to in HANDED_OVER:
        on_commit(lambda: note_stop(courier_id, at=happened_at))
    if to == LegStatus.DELIVERED:
        end_assignment(leg_id=leg_id, end=AssignmentEnd.DELIVERED)
        flag_if_far(moved, courier_id=courier_id, point=shown.point, happened_at=happened_at)
    elif to == LegStatus.FAILED:
        end_assignment(leg_id=leg_id, end=AssignmentEnd.FAILED)
        why = f"{reason}: {note}" if note else reason
        open_leg_incident(moved, courier_id=courier_id, kind=IncidentKind.FAILED, note=why)
    return moved


def _why(leg: Leg, to: LegStatus, reason: str, shown: Shown) -> tuple[str, str]:
    """Reason and note of a step. A failure has one of our codes, unless a fleet's own system tells of it."""
    if to != LegStatus.FAILED or shown.is_fleets:
        return reason, shown.note
    return read_reason(_here(leg), reason, shown.note)


def _here(leg: Leg) -> Stop:
    """The stop that a leg is at, or on the way to."""
    return Stop.PICKUP if leg.status in (LegStatus.ASSIGNED, LegStatus.AT_PICKUP) else Stop.DROPOFF


def _is_behind(wanted: LegStatus, current: LegStatus) -> bool:
    return wanted in _WAY and current in _WAY and _WAY.index(wanted) <= _WAY.index(current)
