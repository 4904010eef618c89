"""Take in photos and signatures, piece by piece, from phones whose network comes and goes.

What the phone says of a proof and what it sends may come before or after the action that names it, more than once,
and to different processes. The row is swapped by whoever brings the next piece, so each piece counts once. The last
piece is noted only together with the finished picture: a process that dies in between leaves all as it was before.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.events import publish
from apps.orders import proof_storage
from apps.orders.errors import (
    NotAnImage,
    ProofDiffers,
    ProofNotFound,
    TooManyBytes,
    TooManyProofs,
    WrongHash,
    WrongOffset,
)
from apps.orders.events import ProofArrived
from apps.orders.lifecycle import COLLECTED, LegStatus
from apps.orders.models import FILES, IncidentKind, Leg, ProofAsked, ProofFile, Stop
from apps.orders.proof_images import as_jpeg
from apps.orders.services.incidents import close_courier_incidents, open_proof_incident

LARGEST_BYTES = 8 * 1024 * 1024
MOST_PER_STOP = 20  # told by one courier: more is no proof, it is an album
MOST_COMPARED = 100  # photos that are one: after so many nobody needs to be told of another


@dataclass(frozen=True, slots=True)
class NewProof:
    """What a phone says of a photo or a signature. `sha256` is of the file as it will be sent, in hexadecimal."""

    stop: Stop
    epoch: int
    kind: ProofAsked
    device_time: datetime
    size_bytes: int
    sha256: str
    content_type: str
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The proof, and whether the phone told of it for the first time."""

    file: ProofFile
    is_new: bool


@atomic(rereads=3)
def tell_proof(*, courier_id: UUID, client_id: UUID, leg: Leg, new: NewProof) -> Told:
    """Note what a phone says of a proof. Raises ProofDiffers when it is known as another one, or TooManyProofs.

    Who calls has seen that the courier has or had the leg.
    """
    says = asdict(new)
    known = ProofFile.objects.filter(courier_id=courier_id, client_id=client_id).first()
    if known is None:
        _check_not_too_many(courier_id, leg, new.stop)
        try:
            file = ProofFile.objects.create(
                courier_id=courier_id,
                client_id=client_id,
                order_id=leg.order_id,
                leg=leg,
                told_at=clock.now(),
                **says,
            )
        except IntegrityError as error:
            raise Conflict from error  # it was told or named elsewhere at this moment: read again
        return Told(file, is_new=True)
    if known.told_at is not None:
        if known.leg_id != leg.pk or any(getattr(known, name) != value for name, value in says.items()):
            raise ProofDiffers
        return Told(known, is_new=False)
    if (known.leg_id, known.epoch, known.stop) != (leg.pk, new.epoch, new.stop):
        raise ProofDiffers  # an action has named it for another stop
    known.swap(told_at=clock.now(), **says)
    _miss_what_was_not_made(known, leg)
    return Told(known, is_new=True)


def _miss_what_was_not_made(file: ProofFile, leg: Leg) -> None:
    """A step was let through for proofs that nobody knew yet: one that is told now may not be what was asked for."""
    stop = Stop(file.stop)
    is_done = leg.status == LegStatus.DELIVERED if stop == Stop.DROPOFF else leg.status in COLLECTED
    named = ProofFile.objects.filter(leg=leg, epoch=file.epoch, stop=stop, named_at__isnull=False)
    kinds = list(named.values_list("kind", flat=True))
    lacking = (FILES & leg.proof_asked(stop)) - frozenset(kinds)
    if not is_done or len(lacking) <= kinds.count(""):
        return
    note = f"No {' or '.join(sorted(lacking))} was made at the {stop.value}."
    open_proof_incident(file, kind=IncidentKind.PROOF_MISSING, note=note)


def told_proof(*, courier_id: UUID, client_id: UUID) -> ProofFile:
    """A proof of which a courier's phone has told. Raises ProofNotFound."""
    found = ProofFile.objects.filter(courier_id=courier_id, client_id=client_id, told_at__isnull=False).first()
    if found is None:
        raise ProofNotFound
    return found


def take_piece(*, courier_id: UUID, client_id: UUID, offset: int, content: bytes) -> ProofFile:
    """Take the next piece of a proof; the last one completes it. A complete one stays as it is, whatever comes again.

    Raises ProofNotFound, WrongOffset with how far it is, TooManyBytes, Unavailable; and with the last piece WrongHash
    or NotAnImage: then it begins anew.
    """
    file = told_proof(courier_id=courier_id, client_id=client_id)
    if file.is_complete:
        return file
    _check_fits(file, offset, content)
    if offset + len(content) == file.size_bytes:
        return _finish(file, offset, content)
    name = proof_storage.keep_piece(file.pk, offset, content)
    try:
        return _note_piece(file.pk, offset, content, name)
    except Conflict:
        proof_storage.forget([name])  # somebody brought the same piece at this moment
        raise


@atomic(rereads=5)
def _note_piece(proof_id: UUID, offset: int, content: bytes, name: str) -> ProofFile:
    file = ProofFile.objects.get(pk=proof_id)
    _check_fits(file, offset, content)
    return file.swap(received_bytes=offset + len(content), pieces=[*file.pieces, name])


def _finish(file: ProofFile, offset: int, last: bytes) -> ProofFile:
    """Put the pieces together, look at them, and keep the picture."""
    original = proof_storage.bytes_of(file.pieces) + last
    try:
        if hashlib.sha256(original).hexdigest() != file.sha256:
            raise WrongHash(state={"received_bytes": 0})
        picture = as_jpeg(original)
    except (WrongHash, NotAnImage):
        if _begins_anew(file.pk, offset):
            proof_storage.forget(file.pieces)
        raise
    name = proof_storage.keep_file(file.pk, picture)
    try:
        done = _complete(file.pk, offset, name, len(picture))
    except Conflict:
        proof_storage.forget([name])  # the same last piece was brought to another process, which was faster
        return told_proof(courier_id=file.courier_id, client_id=file.client_id)
    proof_storage.forget(file.pieces)
    proof_storage.forget_pieces(file.pk)  # and what others stored and could not note
    return done


@atomic(rereads=5)
def _begins_anew(proof_id: UUID, offset: int) -> bool:
    """Forget what has come. False when somebody else did, or went on."""
    file = ProofFile.objects.get(pk=proof_id)
    if file.is_complete or file.received_bytes != offset:
        return False
    file.swap(received_bytes=0, pieces=[])
    return True


@atomic(rereads=5)
def _complete(proof_id: UUID, offset: int, name: str, stored_bytes: int) -> ProofFile:
    file = ProofFile.objects.select_related("leg", "courier__fleet").get(pk=proof_id)
    if file.is_complete or file.received_bytes != offset:
        raise WrongOffset(state={"received_bytes": file.received_bytes})
    file.swap(
        received_bytes=file.size_bytes,
        pieces=[],
        stored_as=name,
        stored_bytes=stored_bytes,
        completed_at=clock.now(),
    )
    leg = file.leg
    publish(
        ProofArrived(
            order_id=leg.order_id,
            organisation_id=leg.organisation_id,
            zone_id=leg.zone_id,
            leg_id=leg.pk,
            proof_id=file.pk,
            stop=file.stop,
            kind=file.kind,
        )
    )
    if file.kind == ProofAsked.PHOTO:
        _flag_if_reused(file)
    if file.missed_at and not ProofFile.objects.filter(leg=leg, missed_at__isnull=False, completed_at=None).exists():
        close_courier_incidents(leg_id=leg.pk, kind=IncidentKind.PROOF_MISSING, resolution="it has arrived")
    return file


def _flag_if_reused(file: ProofFile) -> None:
    """Of two photos of different orders that are one, flag the later, in whichever order they arrive.

    Its own last piece flags the later one if the earlier one has been told of by then; else the last piece of the
    earlier one does. So two that are completed at the same moment need not see each other complete.
    """
    of_others = ProofFile.objects.filter(sha256=file.sha256, kind=ProofAsked.PHOTO).exclude(order_id=file.order_id)
    others = of_others.select_related("leg", "courier__fleet").order_by("pk")[:MOST_COMPARED]
    for later in {_later_of(file, other) for other in others}:
        if later.is_complete:
            note = f"The photo of the {later.stop} was used for another order before."
            open_proof_incident(later, kind=IncidentKind.REUSED_PHOTO, note=note)


def _later_of(one: ProofFile, other: ProofFile) -> ProofFile:
    """By the phone's clock, if one courier made both; else by when it was told: whoever copies may say anything."""
    if one.courier_id == other.courier_id:
        return max(one, other, key=lambda file: (file.device_time, file.told_at, file.pk))
    return max(one, other, key=lambda file: (file.told_at, file.pk))


def _check_not_too_many(courier_id: UUID, leg: Leg, stop: Stop) -> None:
    if ProofFile.objects.filter(courier_id=courier_id, leg=leg, stop=stop).count() >= MOST_PER_STOP:
        raise TooManyProofs


def _check_fits(file: ProofFile, offset: int, content: bytes) -> None:
    if file.is_complete or file.received_bytes != offset:
        raise WrongOffset(state={"received_bytes": file.received_bytes})
    if offset + len(content) > file.size_bytes:
        raise TooManyBytes
