"""The order list of the board: one row an order, built with a fixed number of queries however many orders there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.principals import Principal
from apps.core.ids import public_id
from apps.couriers.models import Courier
from apps.dashboard import words
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import Assignment, Offer
from apps.orders.lifecycle import ENDED, LegStatus, current_leg
from apps.orders.models import Leg, Order

_ORDER_COLUMNS = (
    "pk",
    "zone_id",
    "organisation__name",
    "pickup",
    "dropoff",
    "placed_at",
    "promised_dropoff_at",
    "ended_at",
    "needs_attention",
    "attention_reason",
)
_LEG_COLUMNS = (
    "order_id",
    "sequence",
    "status",
    "courier_id",
    "pickup_lat",
    "pickup_lon",
    "dropoff_lat",
    "dropoff_lon",
    "ready_at",
    "unassigned_reason",
)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order as the list and the map show it. `start` and `end` are [lon, lat]; `places` order a courier's stops."""

    id: str
    zone_id: str
    code: str
    status: str
    status_word: str
    state: str
    merchant: str
    pickup: str
    dropoff: str
    start: tuple[float, float]
    end: tuple[float, float]
    placed_at: datetime
    ready_at: datetime
    due_at: datetime
    expected_at: datetime | None
    offer_until: datetime | None
    ended_at: datetime | None
    attention: str
    note: str
    courier_id: str | None
    courier: str
    places: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class _Hands:
    """Who has the legs, or is offered them."""

    assignments: dict[UUID, Assignment]
    offers: dict[UUID, Offer]
    couriers: dict[UUID, tuple[str, UUID]]  # name, organisation of the fleet


def order_rows(orders: QuerySet[Order], principal: Principal) -> list[OrderRow]:
    """The rows of some orders that the principal may see. Five queries, or fewer."""
    columns = list(orders.values(*_ORDER_COLUMNS))
    legs = _current_legs([row["pk"] for row in columns])
    hands = _hands(legs.values())
    return [_row(row, legs[row["pk"]], hands, principal) for row in columns if row["pk"] in legs]


def _current_legs(order_ids: list[UUID]) -> dict[UUID, Leg]:
    """Of each order the leg that says where it stands."""
    if not order_ids:
        return {}
    legs: dict[UUID, list[Leg]] = {}
    for leg in Leg.objects.filter(order_id__in=order_ids).only(*_LEG_COLUMNS).order_by("sequence"):
        legs.setdefault(leg.order_id, []).append(leg)
    return {key: its[current_leg([LegStatus(leg.status) for leg in its])] for key, its in legs.items()}


def _hands(legs: Iterable[Leg]) -> _Hands:
    with_courier = [leg for leg in legs if leg.courier_id]
    offered = [leg.pk for leg in legs if leg.status == LegStatus.OFFERED]
    live = [leg.pk for leg in with_courier if leg.status not in ENDED]
    assignments = Assignment.objects.filter(leg_id__in=live, is_live=True).only(
        "leg_id", "pickup_place", "dropoff_place", "expected_pickup_at", "expected_dropoff_at"
    )
    offers = Offer.objects.filter(leg_id__in=offered, status=OfferStatus.LIVE)
    offers = offers.only("leg_id", "courier_id", "expires_at")
    by_leg = {offer.leg_id: offer for offer in offers} if offered else {}
    courier_ids = {leg.courier_id for leg in with_courier} | {offer.courier_id for offer in by_leg.values()}
    names = Courier.objects.filter(pk__in=list(courier_ids)).values_list("pk", "name", "fleet__organisation_id")
    return _Hands(
        assignments={assignment.leg_id: assignment for assignment in assignments} if live else {},
        offers=by_leg,
        couriers={pk: (name, owner_id) for pk, name, owner_id in names} if courier_ids else {},
    )


def _row(order: dict[str, Any], leg: Leg, hands: _Hands, principal: Principal) -> OrderRow:
    assignment, offer = hands.assignments.get(leg.pk), hands.offers.get(leg.pk)
    courier_id = leg.courier_id or (offer.courier_id if offer else None)
    name, owner_id = hands.couriers.get(courier_id, ("", None)) if courier_id else ("", None)
    follows = owner_id is not None and (principal.sees_all or owner_id in principal.organisation_ids)
    return OrderRow(
        id=public_id("ord", order["pk"]),
        zone_id=public_id("zon", order["zone_id"]),
        code=order["pk"].hex[-6:].upper(),
        status=leg.status,
        status_word=words.STATUS[leg.status],
        state=words.state_of(leg.status),
        merchant=order["organisation__name"],
        pickup=words.street(order["pickup"].get("address", "")),
        dropoff=words.street(order["dropoff"].get("address", "")),
        start=(leg.pickup_lon, leg.pickup_lat),
        end=(leg.dropoff_lon, leg.dropoff_lat),
        placed_at=order["placed_at"],
        ready_at=leg.ready_at,
        due_at=order["promised_dropoff_at"],
        expected_at=assignment.expected_dropoff_at if assignment else None,
        offer_until=offer.expires_at if offer else None,
        ended_at=order["ended_at"],
        attention=words.reason(order["attention_reason"]) or "Look at this order" if order["needs_attention"] else "",
        note=words.reason(leg.unassigned_reason) if leg.status == LegStatus.OPEN else "",
        courier_id=public_id("cou", courier_id) if courier_id and follows else None,
        courier=name if follows else name.partition(" ")[0],
        places=(assignment.pickup_place, assignment.dropoff_place) if assignment else None,
    )
