"""A courier reports that something went wrong on the street."""

from dataclasses import dataclass
from uuid import UUID

from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.couriers import services as couriers
from apps.couriers.errors import CourierNotFound
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier
from apps.dispatch.errors import NotYourLeg
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services.assigning import unassign_leg
from apps.dispatch.services.releasing import end_offer
from apps.dispatch.services.taking_back import held_by
from apps.orders.errors import LegNotFound
from apps.orders.lifecycle import IllegalMove, LegStatus
from apps.orders.models import IncidentKind, Leg
from apps.orders.services import CourierIncident, LegMove, move_leg, open_courier_incident


@dataclass(frozen=True, slots=True)
class CourierReport:
    """What went wrong, and with which leg, if it is about one. `stops_work`: its courier cannot go on."""

    kind: IncidentKind
    note: str = ""
    leg_id: UUID | None = None
    stops_work: bool = False


@atomic(rereads=3)
def courier_reports(*, courier_id: UUID, report: CourierReport) -> Leg | None:
    """Open an incident, for a person to see to; the leg it is about, as it stands now.

    Who cannot go on is paused, what they have not picked up goes to others, and whatever else they have gets an
    incident too. A leg that has gone to somebody else since is no reason to refuse: it happened. Raises
    CourierNotFound, LegNotFound, or NotYourLeg for one that never was theirs.
    """
    courier = Courier.objects.select_related("fleet").filter(pk=courier_id).first()
    if courier is None:
        raise CourierNotFound
    about = [_leg_of(courier_id, report.leg_id)] if report.leg_id else []
    if report.stops_work:
        about += [leg for leg in _stop_work(courier, report.kind) if leg.pk != report.leg_id]
    concerned: list[Leg | None] = [*about] or [None]
    for leg in concerned:
        open_courier_incident(
            CourierIncident(
                kind=report.kind,
                courier_id=courier_id,
                executor_id=courier.fleet.organisation_id,
                leg=leg,
                zone_id=courier.zone_id,
                note=report.note,
            )
        )
    return Leg.objects.get(pk=report.leg_id) if report.leg_id else None


def _leg_of(courier_id: UUID, leg_id: UUID) -> Leg:
    leg = Leg.objects.filter(pk=leg_id).first()
    if leg is None:
        raise LegNotFound
    if not Assignment.objects.filter(leg=leg, courier_id=courier_id).exists():
        raise NotYourLeg
    return leg


def _stop_work(courier: Courier, kind: IncidentKind) -> list[Leg]:
    """Nothing new, and nothing that somebody else can still fetch. Returns what stays with them."""
    if courier.status == CourierStatus.ON_DUTY:
        couriers.pause(courier_id=courier.pk)
    reason = f"courier had: {kind.value}"
    for offer in Offer.objects.select_related("leg").filter(courier_id=courier.pk, status=OfferStatus.LIVE):
        if end_offer(offer, status=OfferStatus.WITHDRAWN, reason=reason) and offer.leg.status == LegStatus.OFFERED:
            move_leg(leg_id=offer.leg_id, move=LegMove(LegStatus.OPEN, None, reason=reason))
    held = held_by(courier.pk)
    for leg in held.for_others:
        try:
            unassign_leg(leg_id=leg.pk, reason=reason)
        except IllegalMove as error:
            raise Conflict from error  # it was picked up at this moment, from another phone: read again
    return held.kept
