"""Reads of dispatch: a courier's route in the order in which it is to be done, offers waiting for an answer, which part
a fleet has in a leg, and what the executors of fleets have, are offered, and could have.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet, prefetch_related_objects

from apps.core import clock
from apps.core.geo import Point
from apps.core.known_queries import KnownRows
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.errors import AssignmentNotFound, HandOnNotFound, OfferNotFound
from apps.dispatch.executors import Executor, carriers_among, zones_served
from apps.dispatch.lifecycle import AssignmentEnd, OfferStatus
from apps.dispatch.models import Assignment, FleetOffer, Offer
from apps.networks.contacts import Part
from apps.orders.lifecycle import ON_BOARD, LegStatus
from apps.orders.models import HandOn, Leg, Order

MOST_LOOKED_AT = 1_000
_LIVE = Assignment.objects.filter(is_live=True).select_related("leg__order")
_live_of_courier = KnownRows(lambda key: _LIVE.filter(courier_id=key))
_live_in_zone = KnownRows(
    lambda zone_id: Assignment.objects.filter(is_live=True, courier__zone_id=zone_id).select_related("leg").defer("why")
)
_offered_to_courier = KnownRows(
    lambda key: Offer.objects.filter(courier_id=key, status=OfferStatus.LIVE).select_related("leg__order")
)
TAKEN_BACK = (AssignmentEnd.UNASSIGNED, AssignmentEnd.SILENT)


@dataclass(frozen=True, slots=True)
class RouteStop:
    """A stop of a courier's route that is still to be made."""

    kind: StopKind
    leg: Leg
    epoch: int
    place: int
    expected_at: datetime | None

    @property
    def order(self) -> Order:
        """The order it belongs to."""
        return self.leg.order

    @property
    def point(self) -> Point:
        """Where it is."""
        return self.leg.pickup_point if self.kind == StopKind.PICKUP else self.leg.dropoff_point

    @property
    def arrived_at(self) -> datetime | None:
        """Since when the courier is there, None while on the way."""
        there = LegStatus.AT_PICKUP if self.kind == StopKind.PICKUP else LegStatus.AT_DROPOFF
        return self.leg.status_since if self.leg.status == there else None


def routes_of(courier_ids: list[UUID]) -> dict[UUID, list[RouteStop]]:
    """The stops ahead of each courier, in order: one query for all."""
    return _routes(_LIVE.filter(courier_id__in=courier_ids))


def routes_in(zone_id: UUID) -> dict[UUID, list[RouteStop]]:
    """The same for all couriers of a zone, without the orders of the legs."""
    return _routes(_live_in_zone.all(zone_id))


def route_of(courier_id: UUID) -> list[RouteStop]:
    """The stops ahead of one courier, in order."""
    return _routes(_live_of_courier.all(courier_id)).get(courier_id, [])


def _routes(live: Iterable[Assignment]) -> dict[UUID, list[RouteStop]]:
    routes: dict[UUID, list[RouteStop]] = defaultdict(list)
    for held in live:
        if held.leg.status not in ON_BOARD:
            routes[held.courier_id].append(
                RouteStop(StopKind.PICKUP, held.leg, held.epoch, held.pickup_place, held.expected_pickup_at)
            )
        routes[held.courier_id].append(
            RouteStop(StopKind.DROPOFF, held.leg, held.epoch, held.dropoff_place, held.expected_dropoff_at)
        )
    for stops in routes.values():
        stops.sort(key=lambda stop: stop.place)
    return routes


def live_offers_of(courier_id: UUID) -> list[Offer]:
    """Offers that wait for the courier's answer, the most urgent first."""
    at = clock.now()
    live = [offer for offer in _offered_to_courier.all(courier_id) if offer.expires_at > at]
    return sorted(live, key=lambda offer: offer.expires_at)


def assignments_for(executor: Executor) -> QuerySet[Assignment]:
    """What an executor's fleets have or had, with all that is shown of it at hand."""
    own = Assignment.objects.filter(fleet_id__in=list(executor.fleets), leg__order__is_test=executor.is_test)
    return own.select_related("leg__order__organisation", "courier").prefetch_related("leg__order__parcels")


def assignment_for(executor: Executor, assignment_id: UUID) -> Assignment:
    """One of those. Raises AssignmentNotFound for anybody else's."""
    found = assignments_for(executor).filter(pk=assignment_id).first()
    if found is None:
        raise AssignmentNotFound
    return found


def fleet_offers_for(executor: Executor) -> QuerySet[FleetOffer]:
    """What is or was offered to an executor's fleets, with all that is shown of it at hand."""
    own = FleetOffer.objects.filter(fleet_id__in=list(executor.fleets), leg__order__is_test=executor.is_test)
    return own.select_related("leg__order__organisation").prefetch_related("leg__order__parcels")


def fleet_offer_for(executor: Executor, offer_id: UUID) -> FleetOffer:
    """One of those. Raises OfferNotFound for anybody else's."""
    found = fleet_offers_for(executor).filter(pk=offer_id).first()
    if found is None:
        raise OfferNotFound
    return found


def hand_ons_for(executor: Executor) -> QuerySet[HandOn]:
    """What an executor handed on, and what was handed on to it, with all that is shown of it at hand."""
    own = list(executor.organisation_ids)
    rows = HandOn.objects.filter(Q(executor_id__in=own) | Q(to_executor_id__in=own))
    of_its_kind = rows.filter(leg__order__is_test=executor.is_test)
    at_hand = ("leg__order__organisation", "from_fleet__organisation", "to_fleet__organisation")
    return of_its_kind.select_related(*at_hand).prefetch_related("leg__order__parcels")


def hand_on_for(executor: Executor, leg_id: UUID) -> HandOn:
    """The last of those of a leg. Raises HandOnNotFound for anybody else's."""
    found = hand_ons_for(executor).filter(leg_id=leg_id).order_by("-id").first()
    if found is None:
        raise HandOnNotFound
    return found


@dataclass(frozen=True, slots=True)
class UnassignedLeg:
    """A leg that nobody has, and the executor's fleets that may carry it now."""

    leg: Leg
    fleet_ids: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class UnassignedPage:
    """The newest of them; `after` is the key to go on from, None when there are no more."""

    legs: list[UnassignedLeg]
    after: UUID | None


def unassigned_legs(executor: Executor, *, limit: int, after: UUID | None) -> UnassignedPage:
    """Legs open in the zones that an executor serves, and that its fleets may carry. Eight queries, however many.

    Whether a fleet may carry a leg is no question for a database, so a page looks at no more than `MOST_LOOKED_AT`
    legs: where few of them are the executor's, it is short, and `after` goes on.
    """
    served = zones_served(executor)
    waiting = Leg.objects.filter(status=LegStatus.OPEN, zone_id__in=list(served))
    if after:
        waiting = waiting.filter(pk__lt=after)
    looked_at = list(waiting.select_related("order__organisation").order_by("-pk")[: MOST_LOOKED_AT + 1])
    carriers = carriers_among(executor, looked_at[:MOST_LOOKED_AT], served=served)
    found = [UnassignedLeg(leg, carriers[leg.pk]) for leg in looked_at if leg.pk in carriers]
    page = found[:limit]
    prefetch_related_objects([row.leg for row in page], "order__parcels")
    if len(found) > limit:
        return UnassignedPage(page, page[-1].leg.pk)
    return UnassignedPage(page, looked_at[MOST_LOOKED_AT - 1].pk if len(looked_at) > MOST_LOOKED_AT else None)


def still_live(offers: QuerySet[FleetOffer], status: str) -> QuerySet[FleetOffer]:
    """Of offers of one status: a live one past its deadline cannot be accepted any more, swept or not."""
    return offers.filter(expires_at__gt=clock.now()) if status == OfferStatus.LIVE else offers


def part_of_fleet(leg: Leg, fleet_id: UUID) -> Part:
    """The part of a fleet in a leg, for `networks.contacts`: what was taken from its courier again is no part of it.

    Needs the leg's order at hand; one query.
    """
    held = Assignment.objects.filter(leg_id=leg.pk).exclude(end__in=TAKEN_BACK).select_related("courier")
    last = next((part for part in held.order_by("-epoch") if part.courier.fleet_id == fleet_id), None)
    return Part(accepted_at=last.assigned_at if last else None, ended_at=leg.order.ended_at)
