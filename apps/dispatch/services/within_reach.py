"""What of a leg is an executor's to decide upon: whether it may know the leg, and for which of its fleets."""

from uuid import UUID

from apps.dispatch.executors import Executor, carriers_among
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import Assignment, FleetOffer, FleetRefusal, Offer
from apps.dispatch.services.pinning import set_pin
from apps.orders.errors import LegNotFound
from apps.orders.lifecycle import LegStatus
from apps.orders.models import HandOn, Leg


def leg_in_reach(executor: Executor, leg_id: UUID) -> tuple[Leg, frozenset[UUID]]:
    """The leg, and which fleets of the executor may carry it. Raises LegNotFound for what it never could see."""
    leg = Leg.objects.select_related("order", "courier").filter(pk=leg_id, order__is_test=executor.is_test).first()
    if leg is None:
        raise LegNotFound
    may_carry = carriers_of(executor, leg)
    if not may_carry and not _was_theirs(executor, leg):
        raise LegNotFound
    return leg, may_carry


def carriers_of(executor: Executor, leg: Leg) -> frozenset[UUID]:
    """The executor's fleets that may carry a leg now; its order at hand."""
    return carriers_among(executor, [leg]).get(leg.pk, frozenset())


def fleets_offered(executor: Executor, leg: Leg) -> frozenset[UUID]:
    """The executor's fleets that the leg is offered to at this moment, or whose courier it is offered to."""
    if leg.status != LegStatus.OFFERED:
        return frozenset()
    to_fleets = FleetOffer.objects.filter(leg=leg, status=OfferStatus.LIVE).values_list("fleet_id", flat=True)
    to_couriers = Offer.objects.filter(leg=leg, status=OfferStatus.LIVE).values_list("courier__fleet_id", flat=True)
    return frozenset(executor.fleets) & {*to_fleets, *to_couriers}


def fleets_concerned(executor: Executor, leg: Leg, may_carry: frozenset[UUID]) -> frozenset[UUID]:
    """The executor's fleets that have the leg, are offered it, or are asked for it: nobody while it is others'."""
    if leg.courier is not None:
        return frozenset({leg.courier.fleet_id}) & frozenset(executor.fleets)
    return may_carry if leg.status == LegStatus.OPEN else fleets_offered(executor, leg)


def has_refused(executor: Executor, leg: Leg) -> bool:
    """Whether one of the executor's fleets refused the order."""
    return FleetRefusal.objects.filter(order_id=leg.order_id, fleet_id__in=list(executor.fleets)).exists()


def leave_to_others(executor: Executor, leg: Leg) -> None:
    """A pin of the executor's would keep a stranger's order from everybody else."""
    if leg.is_pinned and leg.organisation_id not in executor.organisation_ids:
        set_pin(leg_id=leg.pk, is_pinned=False)


def _was_theirs(executor: Executor, leg: Leg) -> bool:
    own = list(executor.fleets)
    return (
        Assignment.objects.filter(leg=leg, fleet_id__in=own).exists()
        or FleetOffer.objects.filter(leg=leg, fleet_id__in=own).exists()
        or has_refused(executor, leg)
        or HandOn.objects.filter(leg=leg, from_fleet_id__in=own).exists()
        or HandOn.objects.filter(leg=leg, to_fleet_id__in=own).exists()
    )
