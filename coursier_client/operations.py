"""Every operation of the REST API. Made by `manage.py write_api_files`: do not change it here."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from coursier_client.calls import Call, path_of


class CancelIn(TypedDict):
    """Why an order is cancelled."""

    reason: str


class DropoffIn(TypedDict):
    """Where they go, from when and until when."""

    address: str
    lat: float
    lon: float
    contact_name: NotRequired[str]
    phone: NotRequired[str]
    instructions: NotRequired[str]
    drop_from: NotRequired[str | None]
    due_at: NotRequired[str | None]
    drop_by: NotRequired[str | None]


class ErrorBody(TypedDict):
    """The one shape of all errors."""

    error: ErrorOut


class ErrorOut(TypedDict):
    """What went wrong. `code` is stable; `message` is for people; `state` is how things are, after a 409."""

    code: str
    message: str
    request_id: str
    fields: list[FieldErrorOut]
    state: NotRequired[Any]


class FieldErrorOut(TypedDict):
    """What is wrong with one field."""

    path: str
    code: str
    message: str


class HistoryOut(TypedDict):
    """One line of an order's history."""

    at: str
    name: str
    actor: str
    details: dict[str, Any]


class HistoryPage(TypedDict):
    """An order's history, oldest first."""

    data: list[HistoryOut]


class OrderIn(TypedDict):
    """What is to be carried, perhaps at the price of a quote."""

    pickup: PickupIn
    dropoff: DropoffIn
    parcels: list[ParcelIn]
    network_policy: NotRequired[Literal["own_first", "own_only", "any_open", "named"]]
    fleets: NotRequired[list[str]]
    skills: NotRequired[list[str]]
    vehicle_kinds: NotRequired[list[Literal["bike", "cargo_bike", "scooter", "van"]]]
    max_on_board_s: NotRequired[int | None]
    quote_id: NotRequired[str | None]
    external_id: NotRequired[str | None]
    scenario: NotRequired[Literal["delivered", "courier_declines", "courier_changes", "courier_late", "recipient_absent", "nobody_accepts"]]


class OrderOut(TypedDict):
    """An order. Reads the legs and parcels that a selector has at hand: no query of its own."""

    id: str
    short_code: str
    external_id: str
    status: str
    needs_attention: bool
    attention_reason: str
    placed_at: str
    pickup: dict[str, Any]
    dropoff: dict[str, Any]
    parcels: list[ParcelOut]
    price: dict[str, Any]
    price_lines: Any
    distance_m: int
    promised_pickup_at: str
    promised_dropoff_at: str
    picked_up_at: str
    delivered_at: str | None
    tracking_token: str
    legs: list[dict[str, Any]]


class OrderPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[OrderOut]
    next_cursor: str | None


class ParcelIn(TypedDict):
    """A thing to be carried."""

    weight_g: int
    volume_ml: NotRequired[int]
    description: NotRequired[str]
    size: NotRequired[Literal["small", "medium", "large", "xlarge"]]
    barcode: NotRequired[str]


class ParcelOut(TypedDict):
    """A thing carried."""

    weight_g: int
    volume_ml: int
    description: str
    size: str
    barcode: str


class PickupIn(TypedDict):
    """Where the parcels are, from when and until when."""

    address: str
    lat: float
    lon: float
    contact_name: NotRequired[str]
    phone: NotRequired[str]
    instructions: NotRequired[str]
    ready_at: NotRequired[str | None]
    pickup_by: NotRequired[str | None]


class QuoteIn(TypedDict):
    """What is to be priced."""

    pickup: PickupIn
    dropoff: DropoffIn
    parcels: list[ParcelIn]
    network_policy: NotRequired[Literal["own_first", "own_only", "any_open", "named"]]
    fleets: NotRequired[list[str]]
    skills: NotRequired[list[str]]
    vehicle_kinds: NotRequired[list[Literal["bike", "cargo_bike", "scooter", "van"]]]
    max_on_board_s: NotRequired[int | None]


class QuoteOut(TypedDict):
    """A price and promised times, until it expires or is used."""

    id: str
    expires_at: str
    price: dict[str, Any]
    price_lines: Any
    distance_m: int
    promised_pickup_at: str
    promised_dropoff_at: str


def cancel_order(
    order_id: str,
    body: CancelIn,
    *,
    idempotency_key: str | None = None,
) -> Call[OrderOut]:
    """Cancel an order that is not on board yet."""
    return Call("POST", path_of("/orders/{order_id}/cancel", order_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def create_quote(
    body: QuoteIn,
) -> Call[QuoteOut]:
    """Price an order without placing it."""
    return Call("POST", path_of("/quotes"), body=body)


def get_order(
    order_id: str,
) -> Call[OrderOut]:
    """Show one order."""
    return Call("GET", path_of("/orders/{order_id}", order_id))


def get_order_history(
    order_id: str,
) -> Call[HistoryPage]:
    """What happened to an order, oldest first."""
    return Call("GET", path_of("/orders/{order_id}/history", order_id))


def list_orders(
    *,
    cursor: str | None = None,
    external_id: str | None = None,
    limit: int | None = None,
    needs_attention: bool | None = None,
    placed_after: str | None = None,
    placed_before: str | None = None,
    status: Literal["placed", "assigned", "picked_up", "at_hub", "out_for_delivery", "delivered", "failed", "returning", "returned", "cancelled"] | None = None,
) -> Call[OrderPage]:
    """List orders, newest first."""
    return Call("GET", path_of("/orders"), query={"cursor": cursor, "external_id": external_id, "limit": limit, "needs_attention": needs_attention, "placed_after": placed_after, "placed_before": placed_before, "status": status})


def place_order(
    body: OrderIn,
    *,
    idempotency_key: str | None = None,
) -> Call[OrderOut]:
    """Place an order."""
    return Call("POST", path_of("/orders"), body=body, idempotency_key=idempotency_key, is_keyed=True)
