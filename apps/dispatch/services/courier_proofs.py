"""A courier tells of a photo or a signature that was made at a stop."""

from uuid import UUID

from apps.core.db import atomic
from apps.dispatch.services.hands import leg_once_in_hands
from apps.orders.services import NewProof, Told, tell_proof


@atomic(rereads=3)
def courier_tells_proof(*, courier_id: UUID, client_id: UUID, leg_id: UUID, new: NewProof) -> Told:
    """Note it, though the leg may have ended or gone to somebody else since: it was made when they had it.

    Raises LegNotFound for a leg that was never theirs at that epoch, ProofDiffers, or TooManyProofs.
    """
    leg = leg_once_in_hands(courier_id=courier_id, leg_id=leg_id, epoch=new.epoch)
    return tell_proof(courier_id=courier_id, client_id=client_id, leg=leg, new=new)
