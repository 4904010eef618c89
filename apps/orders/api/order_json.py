"""An order in the documented shape, made from plain rows: the one place that makes it, for one order and for lists.

`OrderOut` describes the same for the OpenAPI document; a test holds the two together. Times stay moments here: orjson
writes them as the API documents them, in UTC with `Z`.
"""

from typing import Any
from uuid import UUID

from apps.core.ids import public_id
from apps.core.plain_rows import Row
from apps.orders.lifecycle import OrderStatus
from apps.orders.selectors.rows import OrderRows

_OF_LEG = ("sequence", "status", "assigned_at", "picked_up_at", "delivered_at", "unassigned_reason")
_OF_PARCEL = ("weight_g", "volume_ml", "description", "size", "barcode")


def order_json(rows: OrderRows) -> dict[str, Any]:
    """The answer for one order."""
    order, first, last = rows.order, rows.legs[0], rows.legs[-1]
    key = order["id"]
    return {
        "id": public_id("ord", key),
        "short_code": key[-6:].upper(),
        "external_id": order["external_id"],
        "version": order["version"],
        "status": order["status"],
        "needs_attention": order["needs_attention"],
        "attention_reason": order["attention_reason"],
        "placed_at": order["placed_at"],
        "pickup": stop_json(order["pickup"]) | {"ready_at": first["ready_at"], "pickup_by": first["pickup_by"]},
        "dropoff": stop_json(order["dropoff"])
        | {"drop_from": last["drop_from"], "due_at": last["due_at"], "drop_by": last["drop_by"]},
        "via_hub": _hub(order["via_hub_id"]),
        "network_policy": order["network_policy"],
        "fleets": [public_id("flt", UUID(fleet_id)) for fleet_id in order["fleet_ids"]],
        "skills": first["skills"],
        "vehicle_kinds": first["vehicle_kinds"],
        "max_on_board_s": first["max_on_board_s"],
        "quote_id": public_id("quo", order["quote_id"]) if order["quote_id"] else None,
        "is_test": order["is_test"],
        "parcels": [_parcel(parcel) for parcel in rows.parcels],
        "price": money(order["amount_cents"], order["currency"]),
        "net": money(order["net_cents"], order["currency"]),
        "tax": money(order["tax_cents"], order["currency"]),
        "price_lines": order["price_lines"],
        "distance_m": order["distance_m"],
        "promised_pickup_at": order["promised_pickup_at"],
        "promised_dropoff_at": order["promised_dropoff_at"],
        "picked_up_at": order["picked_up_at"],
        "delivered_at": order["ended_at"] if order["status"] == OrderStatus.DELIVERED else None,
        "cancellation": _cancellation(order),
        "tracking_token": order["tracking_token"],
        "legs": [_leg(leg) for leg in rows.legs],
    }


def stop_json(stop: Row) -> Row:
    """A place as it was asked for; of orders placed before any proof could be asked for, without one."""
    return stop if "proof" in stop else {**stop, "proof": []}


def money(amount_cents: int, currency: str) -> dict[str, Any]:
    """`{"amount": 890, "currency": "EUR"}`, in cents."""
    return {"amount": amount_cents, "currency": currency}


def _leg(leg: Row) -> dict[str, Any]:
    hubs = {"pickup_hub": _hub(leg["pickup_hub_id"]), "dropoff_hub": _hub(leg["dropoff_hub_id"])}
    return {"id": public_id("leg", leg["id"])} | {name: leg[name] for name in _OF_LEG} | hubs


def _parcel(parcel: Row) -> dict[str, Any]:
    return {"id": public_id("par", parcel["id"])} | {name: parcel[name] for name in _OF_PARCEL}


def _hub(key: str | None) -> str | None:
    return public_id("hub", key) if key else None


def _cancellation(order: Row) -> dict[str, Any] | None:
    if order["status"] != OrderStatus.CANCELLED:
        return None
    return {
        "reason": order["cancel_reason"],
        "comment": order["cancel_comment"],
        "fee": money(order["cancel_fee_cents"] or 0, order["currency"]),
        "cancelled_at": order["ended_at"],
    }
