"""Who sees the pictures of proofs. It lives in dispatch, which alone knows whose couriers carried what."""

from uuid import UUID

from apps.accounts.principals import Principal
from apps.couriers.selectors import fleets_for
from apps.dispatch.models import Assignment
from apps.orders.errors import ProofNotFound
from apps.orders.models import ProofFile


def proof_for(principal: Principal, proof_id: UUID) -> ProofFile:
    """A complete proof of a principal's order, or one that a courier of their fleet made. Raises ProofNotFound."""
    whole = ProofFile.objects.filter(pk=proof_id, completed_at__isnull=False).select_related("order")
    file = whole.first()
    if file is None or not (principal.sees_all or _is_theirs(principal, file)):
        raise ProofNotFound
    return file


def _is_theirs(principal: Principal, file: ProofFile) -> bool:
    if file.order.is_test != principal.is_test:
        return False
    if file.order.organisation_id in principal.organisation_ids:
        return True
    carried = Assignment.objects.filter(leg_id=file.leg_id, epoch=file.epoch, courier_id=file.courier_id)
    return carried.filter(fleet_id__in=list(fleets_for(principal).values_list("pk", flat=True))).exists()
