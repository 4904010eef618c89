"""The operations on quotes and orders: parse, call, render."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView, principal_of
from apps.accounts.principals import Scope
from apps.core.api.idempotent import answered_once
from apps.core.api.pages import page_of
from apps.core.api.schema import page_out
from apps.core.errors import Invalid
from apps.core.ids import parse_public_id
from apps.orders.api.answers import HistoryOut, HistoryPage, OrderOut, QuoteOut
from apps.orders.api.requests import LOOKUPS, CancelIn, OrderFilters, OrderIn, QuoteIn
from apps.orders.errors import (
    BarcodeTaken,
    ExternalIdTaken,
    HubInactive,
    HubNotFound,
    OrderNotFound,
    QuoteExpired,
    QuoteMismatch,
    QuoteNotFound,
    QuoteUsed,
)
from apps.orders.lifecycle import IllegalMove
from apps.orders.models import Order
from apps.orders.selectors import history_of, order_for, orders_for
from apps.orders.services import cancel_order, create_quote, place_order
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
    @answered_once
    def post(self, request: Request) -> Response:
        """Place an order."""
        order = place_order(OrderIn(data=request.data).new_order(principal_of(request)))
        return Response(OrderOut(order_for(principal_of(request), order.pk)).data, status=201)

    @operation("list_orders", tag="Orders", query=OrderFilters, answers={200: page_out(OrderOut)})
    def get(self, request: Request) -> Response:
        """List orders, newest first."""
        page, filters = OrderFilters.read(request.query_params.dict())
        wanted = {LOOKUPS.get(name, name): value for name, value in filters.items()}
        orders = orders_for(principal_of(request)).filter(**wanted).prefetch_related("parcels", "legs")
        found, next_cursor = page_of(orders, page)
        return Response({"data": OrderOut(found, many=True).data, "next_cursor": next_cursor})


class OrderView(KeyView):
    """`/v1/orders/{id}`."""

    scopes: ClassVar = {"GET": Scope.ORDERS_READ}

    @operation("get_order", tag="Orders", answers={200: OrderOut}, refusals=(OrderNotFound,))
    def get(self, request: Request, order_id: str) -> Response:
        """Show one order."""
        return Response(OrderOut(_asked_for(request, order_id)).data)


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
        """Cancel an order that is not on board yet."""
        order = _asked_for(request, order_id)
        cancel_order(order_id=order.pk, **CancelIn(data=request.data).validated())
        return Response(OrderOut(order_for(principal_of(request), order.pk)).data)


class OrderHistoryView(KeyView):
    """`/v1/orders/{id}/history`."""

    scopes: ClassVar = {"GET": Scope.ORDERS_READ}

    @operation("get_order_history", tag="Orders", answers={200: HistoryPage}, refusals=(OrderNotFound,))
    def get(self, request: Request, order_id: str) -> Response:
        """What happened to an order, oldest first."""
        entries = history_of(_asked_for(request, order_id).pk)
        return Response({"data": HistoryOut(entries, many=True).data})


def _asked_for(request: Request, order_id: str) -> Order:
    return order_for(principal_of(request), parse_public_id("ord", order_id))
