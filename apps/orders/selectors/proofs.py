"""The proofs of an order: what shows that its parcels changed hands.

That a courier said so on the phone, or that the system of a fleet with a dispatch of its own reported it, at which time
of the platform's clock and of theirs; that the recipient told the PIN; which parcels were scanned at a stop; and the
photos and signatures that were made there. A robot of the sandbox says so as a courier does.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import TextChoices

from apps.core.models import Event
from apps.orders.events import LegMoved, RecipientPinRight
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Parcel, PinCheck, ProofAsked, ProofFile, Stop, StopScan

_STOPS = {LegStatus.PICKED_UP.value: "pickup", LegStatus.DELIVERED.value: "dropoff"}
_TELLING = (LegMoved.__name__, RecipientPinRight.__name__)


class ProofKind(TextChoices):
    """What the proof is."""

    COURIER_CONFIRMED = "courier_confirmed"
    FLEET_REPORTED = "fleet_reported"
    PIN = "pin"  # the recipient told it
    BARCODE = "barcode"  # a parcel was scanned
    PHOTO = "photo"
    SIGNATURE = "signature"


_KIND_BY_ACTOR = {  # a move that somebody else made for them proves nothing
    "courier": ProofKind.COURIER_CONFIRMED,
    "robot": ProofKind.COURIER_CONFIRMED,
    "key": ProofKind.FLEET_REPORTED,
}


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof at one stop. `device_time` is the phone's or the fleet's own; `signed_by` None: nobody signed.

    `parcel_id` is of a scan, `note` and `handed_to` of what a courier confirmed. A photo or signature has an `id`, and
    `is_complete` once its file is there: before, the phone has it, and may bring it later; `is_missed` once a person
    was told that it has not come. `epoch` and `courier_id` say in whose hands the leg was; None of a PIN.
    """

    leg_id: UUID
    stop: str
    kind: ProofKind
    at: datetime
    device_time: datetime | None
    signed_by: str | None = None
    parcel_id: UUID | None = None
    note: str = ""
    handed_to: str | None = None
    id: UUID | None = None
    is_complete: bool = False
    is_missed: bool = False
    epoch: int | None = None
    courier_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class UntoldFile:
    """A photo or a signature that an action named, and of which the phone has not yet said what it is."""

    leg_id: UUID
    stop: str
    epoch: int
    is_missed: bool


@dataclass(frozen=True, slots=True)
class ProofsOfOrder:
    """What there is, oldest first, and what was only named."""

    told: list[Proof]
    untold: list[UntoldFile]


def proofs_of(order_id: UUID) -> list[Proof]:
    """The proofs of an order, oldest first: three queries."""
    return proofs_told_or_named(order_id).told


def proofs_told_or_named(order_id: UUID) -> ProofsOfOrder:
    """The proofs of an order, and what couriers have named that nobody knows yet: three queries."""
    events = Event.objects.filter(order_id=order_id, name__in=_TELLING).order_by("id")
    told = [proof for row in events if (proof := _proof(row))]
    scans = StopScan.objects.filter(leg__order_id=order_id).order_by("pk")
    told += [_of_scan(scan) for scan in scans]
    files = list(ProofFile.objects.filter(order_id=order_id).order_by("pk"))
    told += [_of_file(file) for file in files if file.kind]
    return ProofsOfOrder(
        told=sorted(told, key=lambda proof: proof.at),
        untold=[
            UntoldFile(file.leg_id, file.stop, file.epoch, is_missed=file.missed_at is not None)
            for file in files
            if not file.kind
        ],
    )


def _proof(row: Event) -> Proof | None:
    leg_id = UUID(row.payload["leg_id"])
    if row.name == RecipientPinRight.__name__:
        return Proof(leg_id, "dropoff", ProofKind.PIN, row.occurred_at, device_time=None)
    stop, kind = _STOPS.get(row.payload["after"]), _KIND_BY_ACTOR.get(row.actor.partition(":")[0])
    if stop is None or kind is None:
        return None
    return Proof(
        leg_id,
        stop,
        kind,
        row.occurred_at,
        _moment(row.payload.get("device_time")),
        note=row.payload.get("note", ""),
        handed_to=row.payload.get("handed_to") or None,
        epoch=row.payload.get("epoch"),
        courier_id=UUID(courier_id) if (courier_id := row.payload.get("courier_id")) else None,
    )


def _of_scan(scan: StopScan) -> Proof:
    return Proof(
        scan.leg_id,
        scan.stop,
        ProofKind.BARCODE,
        scan.scanned_at,
        scan.device_time,
        parcel_id=scan.parcel_id,
        epoch=scan.epoch,
        courier_id=scan.courier_id,
    )


def _of_file(file: ProofFile) -> Proof:
    return Proof(
        file.leg_id,
        file.stop,
        ProofKind(file.kind),
        file.completed_at or file.told_at or file.created_at,
        file.device_time,
        signed_by=file.signed_by or None,
        id=file.pk,
        is_complete=file.is_complete,
        is_missed=file.missed_at is not None,
        epoch=file.epoch,
        courier_id=file.courier_id,
    )


@dataclass(frozen=True, slots=True)
class GivenAtStops:
    """What the platform has of some legs that couriers have now: which proofs, and which parcels were scanned."""

    files: frozenset[tuple[UUID, str, str]]  # leg, stop, kind
    scans: frozenset[tuple[UUID, str, UUID]]  # leg, stop, parcel
    pins: frozenset[UUID]  # orders

    def kinds(self, leg: Leg, stop: Stop, parcels: Collection[Parcel]) -> list[ProofAsked]:
        """The kinds of proof that are there for a stop."""
        found = {ProofAsked(kind) for leg_id, at, kind in self.files if (leg_id, at) == (leg.pk, stop)}
        if all(self.is_scanned(leg, stop, parcel) for parcel in parcels):
            found.add(ProofAsked.BARCODE)
        if stop == Stop.DROPOFF and leg.dropoff_hub_id is None and leg.order_id in self.pins:
            found.add(ProofAsked.PIN)
        return sorted(found)

    def is_scanned(self, leg: Leg, stop: Stop, parcel: Parcel) -> bool:
        """Whether a parcel was scanned at a stop."""
        return (leg.pk, str(stop), parcel.pk) in self.scans


def given_at_stops(legs: Collection[Leg]) -> GivenAtStops:
    """What there is of these legs, in the hands in which they are now: three queries, however many."""
    epochs = {leg.pk: leg.epoch for leg in legs}
    files = ProofFile.objects.filter(leg_id__in=list(epochs), completed_at__isnull=False)
    scans = StopScan.objects.filter(leg_id__in=list(epochs))
    right = PinCheck.objects.filter(order_id__in=[leg.order_id for leg in legs], right_at__isnull=False)
    return GivenAtStops(
        frozenset(
            (leg_id, stop, kind)
            for leg_id, epoch, stop, kind in files.values_list("leg_id", "epoch", "stop", "kind")
            if epochs[leg_id] == epoch
        ),
        frozenset(
            (leg_id, stop, parcel_id)
            for leg_id, epoch, stop, parcel_id in scans.values_list("leg_id", "epoch", "stop", "parcel_id")
            if epochs[leg_id] == epoch
        ),
        frozenset(right.values_list("order_id", flat=True)),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
