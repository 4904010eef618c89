"""The operations on quotes and orders: parse, call, render."""

from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView, principal_of
from apps.accounts.principals import Scope
from apps.core.api.idempotent import Work, answered_once, written_once
from apps.core.api.pages import page_of_values
from apps.core.api.rendering import json_answer
from apps.core.api.schema import page_out
from apps.core.errors import Invalid
from apps.core.ids import parse_public_id
from apps.orders.api.answers import HistoryOut, HistoryPage, OrderOut, OrderTermsOut, ProofList, ProofOut, QuoteOut
from apps.orders.api.order_json import order_json
from apps.orders.api.requests import LOOKUPS, CancelIn, OrderChangesIn, OrderFilters, OrderIn, QuoteIn
from apps.orders.errors import (
    BarcodeTaken,
    ExternalIdTaken,
    HubInactive,
    HubNotFound,
    OrderNotFound,
    PriceQuoted,
    QuoteExpired,
    QuoteMismatch,
    QuoteNotFound,
    QuoteUsed,
    TooFarToChange,
    VersionChanged,
)
from apps.orders.lifecycle import IllegalMove
from apps.orders.selectors import history_of, orders_for
from apps.orders.selectors.proofs import proofs_of
from apps.orders.selectors.rows import ORDER_COLUMNS, OrderRows, rows_for, rows_from, with_parts
from apps.orders.services import (
    PlacedOrder,
    cancel_order,
    create_quote,
    prepare_order,
    unlock_pin,
    update_order,
    validate_order,
    write_order,
)
from apps.zones.errors import OutOfZone

OF_PLACING = (Invalid, OutOfZone, HubNotFound, HubInactive)
OF_QUOTES = (QuoteNotFound, QuoteExpired, QuoteUsed, QuoteMismatch)


class QuotesView(KeyView):
    """`/v1/quotes`."""

    scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    @operation("create_quote", tag="Quotes", request=QuoteIn, answers={201: QuoteOut}, refusals=OF_PLACING)
    def post(self, request: Request) -> Response:
        """Price an order without placing it."""
        new = QuoteIn(data=request.data).new_order(principal_of(request))
        return Response(QuoteOut(create_quote(new)).data, status=201)


class OrdersView(KeyView):
    """`/v1/orders`."""

    scopes: ClassVar = {"GET": Scope.ORDERS_READ, "POST": Scope.ORDERS_WRITE}

    @operation(
        "place_order",
        tag="Orders",
        request=OrderIn,
        answers={201: OrderOut},
        refusals=(*OF_PLACING, *OF_QUOTES, ExternalIdTaken, BarcodeTaken),
    )
    @written_once
    def post(self, request: Request) -> Work:
        """Place an order."""
        prepared = prepare_order(OrderIn(data=request.data).new_order(principal_of(request)))
        return lambda: _placed(write_order(prepared))

    @operation("list_orders", tag="Orders", query=OrderFilters, answers={200: page_out(OrderOut)})
    def get(self, request: Request) -> HttpResponse:
        """List orders, newest first."""
        page, filters = OrderFilters.read(request.query_params.dict())
        wanted = {LOOKUPS.get(name, name): value for name, value in filters.items()}
        found, next_cursor = page_of_values(orders_for(principal_of(request)).filter(**wanted), ORDER_COLUMNS, page)
        return json_answer({"data": [order_json(rows) for rows in with_parts(found)], "next_cursor": next_cursor})


class OrderValidationView(KeyView):
    """`/v1/orders/validate`."""

    scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    @operation(
        "validate_order",
        tag="Orders",
        request=OrderIn,
        answers={200: OrderTermsOut},
        refusals=(*OF_PLACING, *OF_QUOTES, ExternalIdTaken),
    )
    def post(self, request: Request) -> Response:
        """Check an order as placing it would, and show its terms. Nothing is written."""
        terms = validate_order(OrderIn(data=request.data).new_order(principal_of(request)))
        return Response(OrderTermsOut(terms).data)


class OrderView(KeyView):
    """`/v1/orders/{id}`."""

    scopes: ClassVar = {"GET": Scope.ORDERS_READ, "PATCH": Scope.ORDERS_WRITE}

    @operation("get_order", tag="Orders", answers={200: OrderOut}, refusals=(OrderNotFound,))
    def get(self, request: Request, order_id: str) -> Response:
        """Show one order."""
        return _shown(_asked_for(request, order_id))

    @operation(
        "update_order",
        tag="Orders",
        request=OrderChangesIn,
        answers={200: OrderOut},
        refusals=(OrderNotFound, VersionChanged, TooFarToChange, PriceQuoted, *OF_PLACING),
    )
    def patch(self, request: Request, order_id: str) -> Response:
        """Change an order before its parcels are picked up."""
        key = _asked_for(request, order_id).order["id"]
        changes = OrderChangesIn(data=request.data).changes(if_match=request.headers.get("If-Match"))
        updated = update_order(order_id=key, changes=changes)
        return _shown(rows_from(updated.order, updated.legs, updated.parcels))


class OrderCancelView(KeyView):
    """`/v1/orders/{id}/cancel`."""

    scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    @operation(
        "cancel_order",
        tag="Orders",
        request=CancelIn,
        answers={200: OrderOut},
        refusals=(OrderNotFound, IllegalMove),
    )
    @answered_once
    def post(self, request: Request, order_id: str) -> Response:
        """Cancel an order that is not on board yet. The answer shows what that costs."""
        key = _asked_for(request, order_id).order["id"]
        cancel_order(order_id=key, **CancelIn(data=request.data).validated())
        return Response(order_json(rows_for(principal_of(request), key)))


class OrderPinView(KeyView):
    """`/v1/orders/{id}/unlock_pin`."""

    scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    @operation("unlock_order_pin", tag="Orders", answers={200: OrderOut}, refusals=(OrderNotFound,))
    def post(self, request: Request, order_id: str) -> Response:
        """Give the courier five tries again at the recipient's PIN. Changes nothing where it is not locked."""
        key = _asked_for(request, order_id).order["id"]
        unlock_pin(order_id=key)
        return _shown(rows_for(principal_of(request), key))


class OrderProofView(KeyView):
    """`/v1/orders/{id}/proof`."""

    scopes: ClassVar = {"GET": Scope.ORDERS_READ}

    @operation("get_order_proof", tag="Orders", answers={200: ProofList}, refusals=(OrderNotFound,))
    def get(self, request: Request, order_id: str) -> Response:
        """What shows that the parcels changed hands, oldest first."""
        proofs = proofs_of(_asked_for(request, order_id).order["id"])
        return Response({"data": ProofOut(proofs, many=True).data})


class OrderHistoryView(KeyView):
    """`/v1/orders/{id}/history`."""

    scopes: ClassVar = {"GET": Scope.ORDERS_READ}

    @operation("get_order_history", tag="Orders", answers={200: HistoryPage}, refusals=(OrderNotFound,))
    def get(self, request: Request, order_id: str) -> Response:
        """What happened to an order, oldest first."""
        entries = history_of(_asked_for(request, order_id).order["id"])
        return Response({"data": HistoryOut(entries, many=True).data})


def _asked_for(request: Request, order_id: str) -> OrderRows:
    return rows_for(principal_of(request), parse_public_id("ord", order_id))


def _placed(placed: PlacedOrder) -> Response:
    return Response(order_json(rows_from(placed.order, placed.legs, placed.parcels)), status=201)


def _shown(rows: OrderRows) -> Response:
    """One order, with its version where HTTP looks for it."""
    body: dict[str, Any] = order_json(rows)
    return Response(body, headers={"ETag": f'"{body["version"]}"'})
