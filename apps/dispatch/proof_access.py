"""Who sees the pictures of proofs. It lives in dispatch, which alone knows whose couriers carried what."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from apps.accounts.principals import Principal
from apps.couriers.selectors import fleets_for
from apps.dispatch.models import Assignment
from apps.orders.errors import ProofNotFound
from apps.orders.models import Order, ProofFile


@dataclass(frozen=True, slots=True)
class ProofAccess:
    """What somebody sees of an order's proofs: all, or what was made while couriers of their fleets had a leg of it."""

    sees_all: bool
    hands: frozenset[tuple[UUID, int | None, UUID | None]] = frozenset()  # leg, epoch, courier

    def covers(self, *, leg_id: UUID, epoch: int | None, courier_id: UUID | None) -> bool:
        """Whether they see what this courier made at that time."""
        return self.sees_all or (leg_id, epoch, courier_id) in self.hands


def proof_access(principal: Principal, order: Order, leg_ids: Collection[UUID]) -> ProofAccess:
    """The one rule of who sees what was made on these legs of an order: two queries at most, however much was made."""
    if principal.sees_all:
        return ProofAccess(sees_all=True)
    if order.is_test != principal.is_test:
        return ProofAccess(sees_all=False)
    if order.organisation_id in principal.organisation_ids:
        return ProofAccess(sees_all=True)
    fleets = list(fleets_for(principal).values_list("pk", flat=True))
    carried = Assignment.objects.filter(leg_id__in=list(leg_ids), fleet_id__in=fleets)
    return ProofAccess(sees_all=False, hands=frozenset(carried.values_list("leg_id", "epoch", "courier_id")))


def proof_for(principal: Principal, proof_id: UUID) -> ProofFile:
    """A complete proof of a principal's order, or one that a courier of their fleet made. Raises ProofNotFound."""
    whole = ProofFile.objects.filter(pk=proof_id, completed_at__isnull=False).select_related("order")
    file = whole.first()
    if file is None:
        raise ProofNotFound
    access = proof_access(principal, file.order, [file.leg_id])
    if not access.covers(leg_id=file.leg_id, epoch=file.epoch, courier_id=file.courier_id):
        raise ProofNotFound
    return file
