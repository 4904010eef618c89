"""Reads of orders. Tenancy lives here: whoever asks gets only what is theirs, and a stranger's id is not found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.principals import Principal
from apps.core.models import Event
from apps.orders.errors import OrderNotFound
from apps.orders.lifecycle import WITH_COURIER, LegStatus
from apps.orders.models import Leg, Order


def orders_for(principal: Principal) -> QuerySet[Order]:
    """The orders that a principal may see as their merchant."""
    if principal.sees_all:
        return Order.objects.all()
    return Order.objects.filter(organisation_id__in=principal.organisation_ids, is_test=principal.is_test)


def order_for(principal: Principal, order_id: UUID) -> Order:
    """One of those orders, with parcels and legs at hand. Raises OrderNotFound for anybody else's."""
    found = orders_for(principal).filter(pk=order_id).prefetch_related("parcels", "legs").first()
    if found is None:
        raise OrderNotFound
    return found


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of an order's history."""

    at: datetime
    name: str
    actor: str
    details: dict[str, Any]


def history_of(order_id: UUID) -> list[HistoryEntry]:
    """What happened to an order, oldest first: its events read back."""
    rows = Event.objects.filter(order_id=order_id).order_by("id")
    return [HistoryEntry(row.occurred_at, row.name, row.actor, row.payload) for row in rows]


def zones_with_open_legs() -> list[UUID]:
    """The zones in which a leg waits to be planned."""
    return list(
        Leg.objects.filter(status=LegStatus.OPEN, is_test=False).order_by().values_list("zone_id", flat=True).distinct()
    )


def zones_with_slots() -> list[UUID]:
    """The zones in which a leg for a slot waits to be planned."""
    slots = Leg.objects.filter(status=LegStatus.OPEN, drop_from__isnull=False, is_test=False)
    return list(slots.order_by().values_list("zone_id", flat=True).distinct())


def legs_of_couriers(courier_ids: list[UUID]) -> QuerySet[Leg]:
    """The legs that couriers have now."""
    return Leg.objects.filter(courier_id__in=courier_ids, status__in=WITH_COURIER)
