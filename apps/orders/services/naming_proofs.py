"""Tie photos and signatures to the stop whose action names them, whether they have come or not; miss those that do not.

An id belongs to one stop: whichever of the two comes first, the action or the proof, decides which, and the other is
refused if it says otherwise. So the signatures of two doors cannot be mixed up.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.orders import proof_storage
from apps.orders.errors import WrongProof
from apps.orders.models import FILES, IncidentKind, Leg, ProofFile, Stop
from apps.orders.services.incidents import open_proof_incident

MISSED_AFTER = timedelta(hours=1)
UNFINISHED_FOR = timedelta(days=14)  # then the pieces of one that never became whole are deleted


@atomic
def name_proofs(*, leg: Leg, stop: Stop, courier_id: UUID, client_ids: Sequence[UUID]) -> None:
    """Note which proofs an action names. Raises WrongProof for one that was made at another stop, before any is noted.

    An IntegrityError says that one of them came at this moment: do it again.
    """
    known = _known(courier_id, client_ids)
    for file in known.values():
        if (file.leg_id, file.epoch, file.stop) != (leg.pk, leg.epoch, stop):
            raise WrongProof
    at = clock.now()
    for client_id in dict.fromkeys(client_ids):
        if client_id not in known:
            ProofFile.objects.create(
                courier_id=courier_id,
                client_id=client_id,
                order_id=leg.order_id,
                leg=leg,
                epoch=leg.epoch,
                stop=stop,
                named_at=at,
            )
        elif known[client_id].named_at is None:
            known[client_id].swap(named_at=at)


def lacks_files(*, asked: Collection[str], courier_id: UUID, client_ids: Sequence[UUID]) -> bool:
    """Whether the named proofs cannot be all photos and signatures that are asked for.

    Of one that has not been told yet nobody knows what it is: it may be any of them.
    """
    kinds = [file.kind for file in _known(courier_id, client_ids).values() if file.kind]
    lacking = (FILES & frozenset(asked)) - frozenset(kinds)
    return len(lacking) > len(set(client_ids)) - len(kinds)


def flag_missing_proofs(*, limit: int = 200) -> int:
    """Open an incident for each proof that was named an hour ago and has not come, once. Returns how many."""
    awaited = ProofFile.objects.filter(
        completed_at=None, named_at__lt=clock.now() - MISSED_AFTER, missed_at=None
    ).order_by("named_at")
    keys = list(awaited.values_list("pk", flat=True)[:limit])
    return sum(_miss(key) for key in keys)


@atomic(rereads=3)
def _miss(proof_id: UUID) -> bool:
    file = ProofFile.objects.select_related("leg", "courier__fleet").get(pk=proof_id)
    if file.is_complete or file.missed_at:
        return False
    file.swap(missed_at=clock.now())
    note = f"The {file.kind or 'photo or signature'} of the {file.stop} has not arrived."
    open_proof_incident(file, kind=IncidentKind.PROOF_MISSING, note=note)
    return True


def forget_unfinished_proofs(*, limit: int = 200) -> int:
    """Delete the pieces of proofs that were never completed. Returns of how many; the phone would begin anew."""
    old = ProofFile.objects.filter(
        completed_at=None, received_bytes__gt=0, told_at__lt=clock.now() - UNFINISHED_FOR
    ).values_list("pk", flat=True)
    keys = list(old[:limit])
    for key in keys:
        _forget_pieces(key)
        proof_storage.forget_pieces(key)
    return len(keys)


@atomic(rereads=3)
def _forget_pieces(proof_id: UUID) -> None:
    ProofFile.objects.get(pk=proof_id).swap(received_bytes=0, pieces=[])


def _known(courier_id: UUID, client_ids: Sequence[UUID]) -> dict[UUID, ProofFile]:
    if not client_ids:
        return {}
    found = ProofFile.objects.filter(courier_id=courier_id, client_id__in=list(client_ids))
    return {file.client_id: file for file in found}
