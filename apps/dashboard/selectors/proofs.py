"""What was asked to be shown at the stops of an order, what is there, and what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from apps.accounts.principals import Principal
from apps.core.ids import public_id
from apps.dashboard import words
from apps.dispatch.proof_access import ProofAccess, proof_access
from apps.orders.lifecycle import ENDED
from apps.orders.models import FILES, Leg, Order, Parcel, ProofAsked, Stop
from apps.orders.selectors.proofs import Proof, ProofKind, ProofsOfOrder, UntoldFile, proofs_told_or_named

_FILES = frozenset({ProofKind.PHOTO, ProofKind.SIGNATURE})
AT_ONCE = timedelta(minutes=5)  # a picture that took longer came from a phone without a network


class ProofState(StrEnum):
    """How it stands with something that shows, or should show, that parcels changed hands."""

    GIVEN = "given"
    ASKED = "asked"  # the courier is not there yet
    AWAITED = "awaited"  # a phone has it
    MISSING = "missing"
    ELSEWHERE = "elsewhere"  # a fleet with a dispatch of its own keeps it


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo or signature to look at. `arrived_at` is None when it came as soon as it was made."""

    id: str
    what: str
    made_at: datetime
    arrived_at: datetime | None
    signed_by: str


@dataclass(frozen=True, slots=True)
class ProofLine:
    """What is said in words. `at` is None where nothing has happened."""

    state: ProofState
    what: str
    at: datetime | None = None
    details: str = ""


@dataclass(frozen=True, slots=True)
class StopProofs:
    """The proofs of one stop of the order, as `StopView.kind` calls it."""

    kind: str
    pictures: list[Picture]
    lines: list[ProofLine]


def proofs_at_stops(
    principal: Principal, order: Order, legs: Sequence[Leg], parcels: Sequence[Parcel], *, names_people: bool
) -> list[StopProofs]:
    """The stops at which anything was asked for or given: five queries at most, however much that is.

    Whoever sees the order reads which proofs there are, as in its history. Pictures and what a courier wrote are for
    those who see the proof itself; names and notes only while `names_people`.
    """
    found = proofs_told_or_named(order.pk)
    access = proof_access(principal, order, [leg.pk for leg in legs])
    first, last = legs[0], legs[-1]
    stops = [("Pickup", [(first, Stop.PICKUP)]), ("Dropoff", [(last, Stop.DROPOFF)])]
    if first is not last:
        stops.insert(1, ("Hub", [(first, Stop.DROPOFF), (last, Stop.PICKUP)]))
    shown = []
    for kind, ends in stops:
        there = [_AtStop(leg, stop, found, parcels, access, names_people=names_people) for leg, stop in ends]
        pictures = [picture for each in there for picture in each.pictures()]
        lines = [line for each in there for line in each.lines()]
        if pictures or lines:
            shown.append(StopProofs(kind, pictures, lines))
    return shown


class _AtStop:
    """One end of one leg."""

    def __init__(
        self,
        leg: Leg,
        stop: Stop,
        found: ProofsOfOrder,
        parcels: Sequence[Parcel],
        access: ProofAccess,
        *,
        names_people: bool,
    ) -> None:
        self._leg, self._stop, self._access, self._names_people = leg, stop, access, names_people
        self._parcels = {parcel.pk: parcel for parcel in parcels}
        self._told = [proof for proof in found.told if self._is_here(proof)]
        self._untold = [file for file in found.untold if self._is_here(file)]

    def pictures(self) -> Iterator[Picture]:
        """The photos and signatures that may be looked at, oldest first."""
        for proof in self._told:
            if proof.id and proof.is_complete and self._covers(proof):
                made_at = proof.device_time or proof.at
                yield Picture(
                    id=public_id("prf", proof.id),
                    what=words.PROOFS[proof.kind],
                    made_at=made_at,
                    arrived_at=proof.at if proof.at - made_at > AT_ONCE else None,
                    signed_by=(proof.signed_by or "") if self._names_people else "",
                )

    def lines(self) -> Iterator[ProofLine]:
        """Everything else: what happened, oldest first, then what is lacking."""
        for proof in self._told:
            if line := self._line(proof):
                yield line
        for kind in sorted(self._leg.proof_asked(self._stop) - self._given()):
            if line := self._lacking(ProofAsked(kind)):
                yield line

    def _line(self, proof: Proof) -> ProofLine | None:
        at = proof.device_time or proof.at
        if proof.kind == ProofKind.PIN:
            return ProofLine(ProofState.GIVEN, "PIN given", at)
        if proof.kind == ProofKind.BARCODE:
            parcel = self._parcels.get(proof.parcel_id) if proof.parcel_id else None
            return ProofLine(ProofState.GIVEN, f"{parcel or 'Parcel'} scanned", at, parcel.barcode if parcel else "")
        if proof.kind in _FILES:
            return self._line_of_file(proof)
        handed_to = words.handed_to(proof.handed_to) if self._covers(proof) and not self._is_at_hub() else ""
        note = proof.note if self._covers(proof) and self._names_people else ""
        if handed_to or note:
            return ProofLine(ProofState.GIVEN, handed_to or "Note of the courier", at, note)
        return None

    def _line_of_file(self, proof: Proof) -> ProofLine | None:
        what = words.PROOFS[proof.kind]
        if proof.is_complete:
            return None if self._covers(proof) else ProofLine(ProofState.GIVEN, what, proof.device_time or proof.at)
        return ProofLine(*_on_the_phone(is_missed=proof.is_missed, what=what), at=proof.device_time)

    def _given(self) -> set[str]:
        """The kinds that are there, or on a phone: of the courier who has the leg now, or had it last."""
        now = [proof for proof in self._told if proof.epoch == self._leg.epoch]
        given = {str(proof.kind) for proof in now if proof.kind in _FILES}
        if self._parcels.keys() <= {proof.parcel_id for proof in now if proof.kind == ProofKind.BARCODE}:
            given.add(ProofAsked.BARCODE)
        if any(proof.kind == ProofKind.PIN for proof in self._told):
            given.add(ProofAsked.PIN)
        return given

    def _lacking(self, kind: ProofAsked) -> ProofLine | None:
        what = words.PROOFS[kind]
        coming = [file for file in self._untold if file.epoch == self._leg.epoch]
        if kind in FILES and coming:  # nobody knows yet which of them it is
            return ProofLine(*_on_the_phone(is_missed=all(file.is_missed for file in coming), what=what))
        if not self._is_done():
            return None if self._leg.status in ENDED else ProofLine(ProofState.ASKED, f"{what}: asked for")
        if kind != ProofAsked.PIN and any(proof.kind == ProofKind.FLEET_REPORTED for proof in self._told):
            return ProofLine(ProofState.ELSEWHERE, f"{what}: kept by the fleet")
        return ProofLine(ProofState.MISSING, f"{what}: missing")

    def _is_done(self) -> bool:
        return (self._leg.picked_up_at if self._stop == Stop.PICKUP else self._leg.delivered_at) is not None

    def _is_at_hub(self) -> bool:
        hub_id = self._leg.pickup_hub_id if self._stop == Stop.PICKUP else self._leg.dropoff_hub_id
        return hub_id is not None

    def _is_here(self, found: Proof | UntoldFile) -> bool:
        return (found.leg_id, found.stop) == (self._leg.pk, self._stop.value)

    def _covers(self, proof: Proof) -> bool:
        return self._access.covers(leg_id=proof.leg_id, epoch=proof.epoch, courier_id=proof.courier_id)


def _on_the_phone(*, is_missed: bool, what: str) -> tuple[ProofState, str]:
    if is_missed:
        return ProofState.MISSING, f"{what}: has not arrived"
    return ProofState.AWAITED, f"{what}: still on the phone"
