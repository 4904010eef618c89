"""Orders as plain rows: the columns that answers show, without an object for each.

A list of fifty is three queries and no model: objects took more time than the database. One order that was just written
is turned into the same rows, so that every answer is made from one shape.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Model, QuerySet

from apps.accounts.principals import Principal
from apps.core.plain_rows import Row, RowsByKey, plain_row, plain_rows
from apps.orders.errors import OrderNotFound
from apps.orders.models import Leg, Order, Parcel
from apps.orders.selectors import orders_for

ORDER_COLUMNS = (
    "id",
    "version",
    "external_id",
    "status",
    "needs_attention",
    "attention_reason",
    "placed_at",
    "pickup",
    "dropoff",
    "via_hub_id",
    "network_policy",
    "fleet_ids",
    "quote_id",
    "is_test",
    "amount_cents",
    "net_cents",
    "tax_cents",
    "currency",
    "price_lines",
    "distance_m",
    "promised_pickup_at",
    "promised_dropoff_at",
    "picked_up_at",
    "ended_at",
    "cancel_reason",
    "cancel_comment",
    "cancel_fee_cents",
    "tracking_token",
)
LEG_COLUMNS = (
    "id",
    "order_id",
    "sequence",
    "status",
    "ready_at",
    "pickup_by",
    "drop_from",
    "due_at",
    "drop_by",
    "max_on_board_s",
    "skills",
    "vehicle_kinds",
    "assigned_at",
    "picked_up_at",
    "delivered_at",
    "unassigned_reason",
    "pickup_hub_id",
    "dropoff_hub_id",
)
PARCEL_COLUMNS = ("id", "order_id", "weight_g", "volume_ml", "description", "size", "barcode")
_LEGS = RowsByKey(Leg, key="order_id", order_by="sequence", columns=LEG_COLUMNS)
_PARCELS = RowsByKey(Parcel, key="order_id", order_by="pk", columns=PARCEL_COLUMNS)


@dataclass(frozen=True, slots=True)
class OrderRows:
    """One order: its columns, its legs in the order in which they are carried, its parcels as they were asked for."""

    order: Row
    legs: list[Row]
    parcels: list[Row]


def rows_of(orders: QuerySet[Order]) -> list[OrderRows]:
    """These orders with their parts: three queries, however many they are."""
    return with_parts(plain_rows(orders, ORDER_COLUMNS))


def with_parts(orders: list[Row]) -> list[OrderRows]:
    """Rows of orders with their legs and parcels: two queries."""
    if not orders:
        return []
    keys = [row["id"] for row in orders]
    legs, parcels = _LEGS.of(keys), _PARCELS.of(keys)
    return [OrderRows(row, legs[row["id"]], parcels[row["id"]]) for row in orders]


def rows_for(principal: Principal, order_id: UUID) -> OrderRows:
    """One order of a principal's. Raises OrderNotFound for anybody else's."""
    found = rows_of(orders_for(principal).filter(pk=order_id))
    if not found:
        raise OrderNotFound
    return found[0]


def rows_from(order: Order, legs: Iterable[Leg], parcels: Iterable[Parcel]) -> OrderRows:
    """An order that was just written, as it would be read back."""
    return OrderRows(
        _columns(order, ORDER_COLUMNS),
        [_columns(leg, LEG_COLUMNS) for leg in legs],
        [_columns(parcel, PARCEL_COLUMNS) for parcel in parcels],
    )


def _columns(record: Model, names: tuple[str, ...]) -> Row:
    return plain_row({name: getattr(record, name) for name in names})
