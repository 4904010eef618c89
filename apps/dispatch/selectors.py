"""Reads of dispatch: a courier's route in the order in which it is to be done, offers waiting for an answer, and which
part a fleet has in a leg."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from apps.core import clock
from apps.core.geo import Point
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.lifecycle import AssignmentEnd, OfferStatus
from apps.dispatch.models import Assignment, Offer
from apps.networks.contacts import Part
from apps.orders.lifecycle import ON_BOARD, LegStatus
from apps.orders.models import Leg, Order

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
    routes: dict[UUID, list[RouteStop]] = defaultdict(list)
    live = Assignment.objects.filter(is_live=True, courier_id__in=courier_ids).select_related("leg", "leg__order")
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


def route_of(courier_id: UUID) -> list[RouteStop]:
    """The stops ahead of one courier, in order."""
    return routes_of([courier_id]).get(courier_id, [])


def live_offers_of(courier_id: UUID) -> QuerySet[Offer]:
    """Offers that wait for the courier's answer, the most urgent first."""
    live = Offer.objects.filter(courier_id=courier_id, status=OfferStatus.LIVE, expires_at__gt=clock.now())
    return live.select_related("leg", "leg__order").order_by("expires_at")


def part_of_fleet(leg: Leg, fleet_id: UUID) -> Part:
    """The part of a fleet in a leg, for `networks.contacts`: what was taken from its courier again is no part of it.

    Needs the leg's order at hand; one query.
    """
    held = Assignment.objects.filter(leg_id=leg.pk).exclude(end__in=TAKEN_BACK).select_related("courier")
    last = next((part for part in held.order_by("-epoch") if part.courier.fleet_id == fleet_id), None)
    return Part(accepted_at=last.assigned_at if last else None, ended_at=leg.order.ended_at)
