"""`GET /v1/orders/search?q=`: find orders by what people know of them."""

from typing import ClassVar

from django.http import HttpResponse
from rest_framework.request import Request

from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView, principal_of
from apps.accounts.principals import Scope
from apps.core.api.pages import cursor_at
from apps.core.api.rendering import json_answer
from apps.core.api.schema import page_out
from apps.orders.api.answers import OrderOut
from apps.orders.api.order_json import order_json
from apps.orders.api.requests import SearchQuery
from apps.orders.selectors.search import search_orders


class OrderSearchView(KeyView):
    """`/v1/orders/search`."""

    scopes: ClassVar = {"GET": Scope.ORDERS_READ}

    @operation("search_orders", tag="Orders", query=SearchQuery, answers={200: page_out(OrderOut)})
    def get(self, request: Request) -> HttpResponse:
        """Find orders of the last 90 days by code, external id, address, name, last digits of a telephone, barcode."""
        page, asked = SearchQuery.read(request.query_params.dict())
        found = search_orders(principal_of(request), asked["q"], limit=page.limit, after=page.after)
        next_cursor = cursor_at(found.goes_on_after) if found.goes_on_after else None
        return json_answer({"data": [order_json(rows) for rows in found.orders], "next_cursor": next_cursor})
