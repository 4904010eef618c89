"""Reads of hubs. Tenancy lives here: an operator sees its hubs and what passes them, a merchant its own parcels."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts.principals import Principal
from apps.core import clock
from apps.hubs.models import Hub, Scan
from apps.orders.errors import HubInactive, HubNotFound, IncidentNotFound, ParcelNotFound
from apps.orders.hub_stops import HubStop
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Incident, Leg, Parcel


def hubs_for(principal: Principal) -> QuerySet[Hub]:
    """The hubs that a principal operates."""
    return (
        Hub.objects.all() if principal.sees_all else Hub.objects.filter(organisation_id__in=principal.organisation_ids)
    )


def hubs_open_to(principal: Principal) -> QuerySet[Hub]:
    """Those, and the ones of others that take orders of anybody."""
    if principal.sees_all:
        return Hub.objects.all()
    of_others = Q(is_open_to_others=True, is_active=True)
    return Hub.objects.filter(Q(organisation_id__in=principal.organisation_ids) | of_others)


def hub_for(principal: Principal, hub_id: UUID) -> Hub:
    """One of the hubs that a principal operates. Raises HubNotFound for anybody else's."""
    return _found(hubs_for(principal), hub_id)


def hub_shown_to(principal: Principal, hub_id: UUID) -> Hub:
    """One of the hubs that a principal operates or may send orders through. Raises HubNotFound."""
    return _found(hubs_open_to(principal), hub_id)


def _found(hubs: QuerySet[Hub], hub_id: UUID) -> Hub:
    found = hubs.filter(pk=hub_id).first()
    if found is None:
        raise HubNotFound
    return found


def stop_at(hub_id: UUID, organisation_id: UUID) -> HubStop:
    """The hub as a stop of an organisation's order. Raises HubNotFound, or HubInactive."""
    hub = Hub.objects.filter(pk=hub_id).first()
    if hub is None or not (hub.is_open_to_others or hub.organisation_id == organisation_id):
        raise HubNotFound
    if not hub.is_active:
        raise HubInactive
    return HubStop(hub.pk, hub.zone_id, hub.point, hub.details)


class StockState(StrEnum):
    """Which parcels of a hub are asked for."""

    IN = "in"  # they are there
    EXPECTED = "expected"  # not there yet
    OVERDUE = "overdue"  # not there yet, and due before now


def stock_of(hub: Hub, state: StockState, *, is_test: bool) -> QuerySet[Parcel]:
    """The parcels of a hub. Two more queries for those that are overdue."""
    if state == StockState.IN:
        return Parcel.objects.filter(hub_id=hub.pk, is_test=is_test).select_related("order", "order__organisation")
    expected = Parcel.objects.filter(via_hub_id=hub.pk, is_live=True, is_test=is_test, reached_hub_at__isnull=True)
    if state == StockState.OVERDUE:
        awaited = list(expected.order_by().values_list("order_id", flat=True).distinct())
        late = Leg.objects.filter(order_id__in=awaited, dropoff_hub_id=hub.pk, due_at__lt=clock.now())
        expected = expected.filter(order_id__in=list(late.values_list("order_id", flat=True)))
    return expected.select_related("order", "order__organisation")


@dataclass(frozen=True, slots=True)
class StockRow:
    """A parcel in a hub or on its way there, with the legs that bring it and take it on."""

    parcel: Parcel
    hub: Hub
    collection: Leg | None
    delivery: Leg | None

    @property
    def is_in(self) -> bool:
        """Whether it lies in this hub."""
        return self.parcel.hub_id == self.hub.pk

    @property
    def is_misrouted(self) -> bool:
        """Whether it lies in a hub that its order does not pass."""
        return self.is_in and self.parcel.via_hub_id != self.hub.pk

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been here by now."""
        awaited = self.parcel.reached_hub_at is None and self.collection is not None
        return awaited and self.collection is not None and self.collection.due_at < clock.now()


def stock_rows(hub: Hub, parcels: list[Parcel]) -> list[StockRow]:
    """Parcels of a page with their legs and couriers: one query, however many there are."""
    legs: dict[UUID, list[Leg]] = {}
    order_ids = list({parcel.order_id for parcel in parcels if parcel.via_hub_id == hub.pk})
    for leg in Leg.objects.filter(order_id__in=order_ids).select_related("courier").order_by("sequence"):
        legs.setdefault(leg.order_id, []).append(leg)
    return [
        StockRow(
            parcel,
            hub,
            collection=next((leg for leg in legs.get(parcel.order_id, []) if leg.dropoff_hub_id == hub.pk), None),
            delivery=next((leg for leg in legs.get(parcel.order_id, []) if leg.pickup_hub_id == hub.pk), None),
        )
        for parcel in parcels
    ]


def parcel_for(principal: Principal, parcel_id: UUID) -> Parcel:
    """A parcel of the principal's orders, or one that passes their hubs or lies in one. Raises ParcelNotFound."""
    parcels = Parcel.objects.filter(pk=parcel_id)
    if not principal.sees_all:
        own = own_hub_ids(principal)
        theirs = Q(organisation_id__in=principal.organisation_ids) | Q(via_hub_id__in=own) | Q(hub_id__in=own)
        parcels = parcels.filter(theirs, is_test=principal.is_test)
    found = parcels.select_related("order").first()
    if found is None:
        raise ParcelNotFound
    return found


def passing_parcel_for(principal: Principal, hub: Hub, parcel_id: UUID) -> Parcel:
    """A parcel that passes a hub or lies there. Raises ParcelNotFound."""
    here = Q(via_hub_id=hub.pk) | Q(hub_id=hub.pk)
    found = Parcel.objects.filter(here, pk=parcel_id, is_test=principal.is_test).first()
    if found is None:
        raise ParcelNotFound
    return found


def own_hub_ids(principal: Principal) -> list[UUID]:
    """The hubs that a principal operates."""
    return list(hubs_for(principal).values_list("pk", flat=True))


def scans_of(parcel: Parcel) -> list[Scan]:
    """Every scan of a parcel with its hub, as they were made."""
    return list(Scan.objects.filter(parcel_id=parcel.pk).select_related("hub").order_by("ordered_at", "id"))


def incidents_for(principal: Principal) -> QuerySet[Incident]:
    """Incidents of the principal's orders, those noticed at their hubs, and those of their couriers."""
    incidents = Incident.objects.select_related("order", "parcel")
    if principal.sees_all:
        return incidents
    theirs = (
        Q(organisation_id__in=principal.organisation_ids)
        | Q(hub_id__in=own_hub_ids(principal))
        | Q(executor_id__in=principal.organisation_ids)
    )
    return incidents.filter(theirs, is_test=principal.is_test)


def incident_for(principal: Principal, incident_id: UUID) -> Incident:
    """One of those incidents. Raises IncidentNotFound."""
    found = incidents_for(principal).filter(pk=incident_id).first()
    if found is None:
        raise IncidentNotFound
    return found


def overdue_first_legs(*, before: datetime) -> list[UUID]:
    """The orders that were brought to a hub before a moment, and still wait there for a scan."""
    waiting = list(Leg.objects.filter(status=LegStatus.WAITING).values_list("order_id", flat=True))
    found: list[UUID] = []
    for start in range(0, len(waiting), 500):
        brought = Leg.objects.filter(
            order_id__in=waiting[start : start + 500], status=LegStatus.DELIVERED, delivered_at__lt=before
        )
        found += brought.values_list("order_id", flat=True)
    return found
