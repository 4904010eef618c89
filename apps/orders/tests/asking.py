"""Asking the REST API as a merchant's system would."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rest_framework.response import Response
from rest_framework.test import APIClient

from apps.core.ids import parse_public_id
from apps.core.models import Event
from apps.orders.models import Leg, Order, OrderWord, Parcel, Quote
from apps.orders.services import index_orders_of

ORDERS, QUOTES = "/v1/orders", "/v1/quotes"
SMALLEST: dict[str, Any] = {
    "pickup": {"address": "12 rue de Rivoli, Paris", "lat": 48.86, "lon": 2.35},
    "dropoff": {"address": "3 rue de Charonne, Paris", "lat": 48.853, "lon": 2.369},
    "parcels": [{"weight_g": 800}],
}


def asked(**changes: Any) -> dict[str, Any]:
    """The smallest request for an order, changed; a dotted name changes what is below: `pickup__lat=91`."""
    body = copy.deepcopy(SMALLEST)
    for name, value in changes.items():
        place, _, below = name.partition("__")
        if below:
            body[place][below] = value
        else:
            body[place] = value
    return body


class Merchant:
    """A merchant's system with its key."""

    def __init__(self, key: str) -> None:
        self.client = APIClient(HTTP_AUTHORIZATION=f"Bearer {key}")

    def quotes(self, **changes: Any) -> Response:
        """Ask for a quote."""
        return self.client.post(QUOTES, asked(**changes))

    def orders(self, *, key: str = "k-1", **changes: Any) -> Response:
        """Place an order under an Idempotency-Key."""
        return self.client.post(ORDERS, asked(**changes), headers={"Idempotency-Key": key})

    def cancels(
        self, order_id: str, *, key: str = "c-1", reason: str = "recipient_changed_mind", **more: Any
    ) -> Response:
        """Cancel an order."""
        path = f"{ORDERS}/{order_id}/cancel"
        return self.client.post(path, {"reason": reason, **more}, headers={"Idempotency-Key": key})

    def changes(self, order_id: str, *, if_match: str | None = None, **body: Any) -> Response:
        """Change an order."""
        headers = {"If-Match": if_match} if if_match else {}
        return self.client.patch(f"{ORDERS}/{order_id}", body, headers=headers)

    def batches(self, *orders: Any, key: str = "b-1") -> Response:
        """Place several orders at once."""
        return self.client.post(f"{ORDERS}/batch", {"orders": list(orders)}, headers={"Idempotency-Key": key})

    def validates(self, **changes: Any) -> Response:
        """Ask whether an order would be taken."""
        return self.client.post(f"{ORDERS}/validate", asked(**changes))

    def searches(self, query: str, **page: Any) -> list[str]:
        """The ids that a search answers with, once the relay has handed on what happened so far."""
        index_orders_of(Event.objects.all())
        return [row["id"] for row in self.gets("/search", q=query, **page).json()["data"]]

    def gets(self, path: str, **query: Any) -> Response:
        """Read something below `/v1/orders`."""
        return self.client.get(f"{ORDERS}{path}", query)

    def lists(self, **query: Any) -> list[str]:
        """The ids that the list answers with."""
        return [row["id"] for row in self.gets("", **query).json()["data"]]


def leg_of(answer: Response) -> Leg:
    """The leg of the order that was answered."""
    return Leg.objects.get(order_id=parse_public_id("ord", answer.json()["id"]))


def wrong_fields(answer: Response) -> dict[str, str]:
    """Path and code of every field that an error names."""
    return {field["path"]: field["code"] for field in answer.json()["error"]["fields"]}


def error_code(answer: Response) -> str:
    """The code of an error."""
    return str(answer.json()["error"]["code"])


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Fails when the block writes an order, a leg, a parcel, a quote or an event, or changes one."""
    before = _everything()
    yield
    assert _everything() == before


def _everything() -> list[list[dict[str, Any]]]:
    return [list(table.objects.order_by("pk").values()) for table in (Order, Leg, Parcel, OrderWord, Quote, Event)]
