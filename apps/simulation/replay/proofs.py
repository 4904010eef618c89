"""Looks for the proofs that orders asked for. Pure: wishes and records in, findings out.

A delivered order, of one leg, has each of them exactly once, at the right stop, from the courier who made the step: the
PIN told right, a photo or signature whole, every parcel scanned. A courier who had a leg, lost it and got it again may
show the same at the pickup once a turn.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from apps.core.ids import parse_public_id
from apps.simulation.replay.checking import EventRecord
from apps.simulation.robots.line import Json

STEPS = {"pickup": "picked_up", "dropoff": "delivered"}
SCAN, PICTURE, PIN = "ParcelScannedAtStop", "ProofArrived", "RecipientPinRight"
READ = ("LegMoved", SCAN, PICTURE, PIN)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an order asks to be shown, by stop, and how many parcels it has."""

    kinds: Mapping[str, tuple[str, ...]]
    parcels: int

    @classmethod
    def by(cls, body: Json) -> "Asked":
        """By an order as it was sent."""
        kinds = {stop: tuple(body[stop].get("proof", ())) for stop in STEPS}
        return cls(kinds, len(body["parcels"]))


class WrongProof(StrEnum):
    """What must never happen to a proof."""

    LOST = "lost"
    DOUBLED = "there twice"
    STRAY = "at a stop where nobody asked for it"


@dataclass(frozen=True, slots=True)
class MisplacedProof:
    """One of these, of one order."""

    wrong: WrongProof
    order_id: str
    stop: str
    kind: str


@dataclass(frozen=True, slots=True)
class ProofFindings:
    """How many scans there were, how many PINs, photos and signatures, and what is wrong with them."""

    scans: int = 0
    proofs: int = 0
    violations: tuple[MisplacedProof, ...] = ()

    @property
    def lost(self) -> int:
        """Proofs that were asked for, and are not there though the order was delivered."""
        return sum(found.wrong == WrongProof.LOST for found in self.violations)

    @property
    def doubled(self) -> int:
        """Proofs that are there once too often, or where they do not belong."""
        return len(self.violations) - self.lost


def check_proofs(asked: Mapping[str, Asked], records: Iterable[EventRecord]) -> ProofFindings:
    """Check every order of `asked`, by its id, that was delivered; and that nothing was noted twice for any."""
    of_order: dict[str, list[EventRecord]] = defaultdict(list)
    for record in records:
        if record.name in READ:
            of_order[record.order_id].append(record)
    names = Counter(record.name for own in of_order.values() for record in own)
    violations = [
        found
        for order_id, wanted in asked.items()
        for found in _OrderProofs(of_order[order_id]).wrongs(order_id, wanted)
    ]
    return ProofFindings(names[SCAN], names[PICTURE] + names[PIN], tuple(violations))


class _OrderProofs:
    """What the log says of one order."""

    def __init__(self, records: Sequence[EventRecord]) -> None:
        self.moves = [record.payload for record in records if record.name == "LegMoved"]
        self.scans = [record for record in records if record.name == SCAN]
        self.pictures = [record for record in records if record.name == PICTURE]
        self.pins = sum(record.name == PIN for record in records)

    def wrongs(self, order_id: str, asked: Asked) -> list[MisplacedProof]:
        found = [*self._noted_twice(), *self._strays(asked)]
        if "delivered" in [move["after"] for move in self.moves]:
            for stop, kinds in asked.kinds.items():
                found += [(wrong, stop, kind) for kind in kinds for wrong in self._count(stop, kind, asked.parcels)]
        return [MisplacedProof(wrong, order_id, stop, kind) for wrong, stop, kind in dict.fromkeys(found)]

    def _noted_twice(self) -> list[tuple[WrongProof, str, str]]:
        again = Counter((p.payload["proof_id"], p.payload["stop"], p.payload["kind"]) for p in self.pictures)
        return [(WrongProof.DOUBLED, stop, kind) for (_, stop, kind), times in again.items() if times > 1]

    def _strays(self, asked: Asked) -> list[tuple[WrongProof, str, str]]:
        there = [(str(p.payload["stop"]), str(p.payload["kind"])) for p in self.pictures]
        there += [("dropoff", "pin")] * bool(self.pins)
        return [(WrongProof.STRAY, stop, kind) for stop, kind in there if kind not in asked.kinds[stop]]

    def _count(self, stop: str, kind: str, parcels: int) -> list[WrongProof]:
        courier = next((str(move["courier_id"]) for move in self.moves if move["after"] == STEPS[stop]), "")
        turns = 1
        if stop == "pickup":
            turns = sum(move["after"] == "assigned" and move["courier_id"] == courier for move in self.moves)
        times = self._times(stop, kind, courier)
        expected = parcels if kind == "barcode" else 1
        lost = [WrongProof.LOST] if len(times) < expected else []
        return lost + ([WrongProof.DOUBLED] if any(many > turns for many in times) else [])

    def _times(self, stop: str, kind: str, courier: str) -> list[int]:
        """How often a courier showed each thing of a kind at a stop: things that were never shown are left out."""
        if kind == "pin":
            return [self.pins] if self.pins else []
        if kind == "barcode":
            scans = [scan.payload for scan in self.scans if scan.payload["stop"] == stop]
            return list(Counter(scan["parcel_id"] for scan in scans if scan["courier_id"] == courier).values())
        own = [
            picture
            for picture in self.pictures
            if (picture.payload["stop"], picture.payload["kind"]) == (stop, kind) and _courier(picture.actor) == courier
        ]
        return [len(own)] if own else []


def _courier(actor: str) -> str:
    """Of an event that a courier brought about: `courier:cou_...`."""
    who, _, public = actor.partition(":")
    return str(parse_public_id("cou", public)) if who == "courier" else ""
