"""`POST /v1/orders/batch`: up to a hundred orders in one request, each with a result of its own."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView, principal_of
from apps.accounts.principals import Principal, Scope
from apps.core.api.errors import as_error, error_body
from apps.core.api.idempotent import answered_once
from apps.core.errors import Conflict, CoursierError
from apps.orders.api.answers import OrderBatchOut
from apps.orders.api.order_json import order_json
from apps.orders.api.requests import OrderBatchIn, OrderIn
from apps.orders.selectors import orders_for
from apps.orders.selectors.rows import rows_from, rows_of
from apps.orders.services import NewOrder, Outcome, place_orders


class OrderBatchView(KeyView):
    """`/v1/orders/batch`."""

    scopes: ClassVar = {"POST": Scope.ORDERS_WRITE}

    @operation("place_orders", tag="Orders", request=OrderBatchIn, answers={200: OrderBatchOut}, refusals=(Conflict,))
    @answered_once
    def post(self, request: Request) -> Response:
        """Place up to 100 orders. One that is refused stops no other."""
        caller = principal_of(request)
        read = [_read(row, caller) for row in OrderBatchIn(data=request.data).rows()]
        news = [row for row in read if isinstance(row, NewOrder)]
        decided = iter(place_orders(news) if news else [])
        outcomes = [next(decided) if isinstance(row, NewOrder) else Outcome(error=row) for row in read]
        return Response({"data": _rows(outcomes, caller, getattr(request, "request_id", ""))})


def _read(row: Any, caller: Principal) -> NewOrder | CoursierError:
    try:
        return OrderIn(data=row).new_order(caller)
    except ValidationError as wrong:
        return as_error(wrong) or CoursierError()
    except CoursierError as refused:  # a hub that is not there
        return refused


def _rows(outcomes: Sequence[Outcome], caller: Principal, request_id: str) -> list[dict[str, Any]]:
    orders = _orders(outcomes, caller)
    return [
        {"index": index} | ({"status": _status(outcome)} | _result(outcome, orders, request_id))
        for index, outcome in enumerate(outcomes)
    ]


def _status(outcome: Outcome) -> str:
    if outcome.error:
        return "refused"
    return "created" if outcome.placed else "replayed"


def _result(outcome: Outcome, orders: dict[Any, dict[str, Any]], request_id: str) -> dict[str, Any]:
    if outcome.error:
        return error_body(outcome.error, request_id)
    return {"order": orders[outcome.placed.order.pk if outcome.placed else outcome.order_id]}


def _orders(outcomes: Sequence[Outcome], caller: Principal) -> dict[Any, dict[str, Any]]:
    """The orders that are shown, by key: those just written as they were written, the others read: three queries."""
    placed = [outcome.placed for outcome in outcomes if outcome.placed]
    rows = [rows_from(one.order, one.legs, one.parcels) for one in placed]
    written = {one.order.pk for one in placed}
    known = {outcome.order_id for outcome in outcomes if outcome.order_id} - written
    if known:
        rows += rows_of(orders_for(caller).filter(pk__in=list(known)))
    return {UUID(one.order["id"]): order_json(one) for one in rows}
