"""Orders through a hub, and legs moved as their couriers would."""

from typing import Any
from uuid import UUID

from apps.core.ids import parse_public_id, public_id
from apps.hubs.models import Hub
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order
from apps.orders.services import LegMove, move_leg
from apps.orders.tests.asking import Merchant

TO_THE_HUB = (LegStatus.ASSIGNED, LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)
ON_BOARD = TO_THE_HUB[:3]


def sends(dee: Merchant, hub: Hub, *barcodes: str, key: str = "k-1", **changes: Any) -> Order:
    """An order of one parcel for each barcode, through the hub."""
    parcels = [{"weight_g": 800, "barcode": barcode} for barcode in barcodes]
    answer = dee.orders(key=key, via_hub=public_id("hub", hub.pk), parcels=parcels, **changes)
    assert answer.status_code == 201, answer.json()
    return Order.objects.get(pk=parse_public_id("ord", answer.json()["id"]))


def legs_of(order: Order) -> list[Leg]:
    """Its legs as they are carried, read now."""
    return list(Leg.objects.filter(order_id=order.pk).order_by("sequence"))


def statuses(order: Order) -> tuple[str, ...]:
    """Of the order, then of its legs, read now."""
    return (Order.objects.get(pk=order.pk).status, *(leg.status for leg in legs_of(order)))


def carry(leg: Leg, courier_id: UUID, *ways: LegStatus) -> None:
    """Move a leg step by step."""
    for status in ways:
        move_leg(leg_id=leg.pk, move=LegMove(status, courier_id))
