"""What the product is measured against: bare Django views that write and read the same rows, and do nothing else.

No REST framework, no middleware, no key, no checks, no price: JSON is parsed, the ORM writes an order with its leg, its
parcels, its event and its idempotent answer in one transaction, JSON goes out. A list is `values()` from a cursor on.
Part of the load benchmark: no role mounts it.
"""

import base64
import functools
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import path

from apps.accounts.models import Organisation
from apps.core import clock
from apps.core.db import atomic
from apps.core.models import Event, IdempotentAnswer
from apps.core.redis import connection
from apps.orders.models import Leg, Order, Parcel
from apps.simulation.benchmarks.load_events import placed_event
from apps.simulation.benchmarks.load_requests import cursor_of
from apps.zones.models import Zone

TABLES: dict[str, type[Model]] = {
    "orders": Order,
    "legs": Leg,
    "parcels": Parcel,
    "events": Event,
    "answers": IdempotentAnswer,
}
COLUMNS = (  # of the product's list, as far as the table of orders has them
    "id",
    "external_id",
    "status",
    "needs_attention",
    "attention_reason",
    "placed_at",
    "pickup",
    "dropoff",
    "amount_cents",
    "currency",
    "price_lines",
    "distance_m",
    "promised_pickup_at",
    "promised_dropoff_at",
    "picked_up_at",
    "ended_at",
    "tracking_token",
    "organisation__name",
)
PRICE_CENTS, DISTANCE_M = 890, 2400
TRACK_LENGTH = 50_000
Entry = dict[Any, Any]


def orders(request: HttpRequest) -> HttpResponse:
    """Create an order, or list fifty."""
    if request.method == "POST":
        return _json(_create(orjson.loads(request.body), key=request.headers["Idempotency-Key"]), status=201)
    return _json(_page(request.GET["cursor"], int(request.GET["limit"])))


def counts(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the shape of a view
    """How many rows there are: what was answered must have been written."""
    return _json({name: table._default_manager.count() for name, table in TABLES.items()})


def waiting(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the shape of a view
    """How many events the relay has not handed on yet."""
    return _json({"events": Event.objects.filter(relayed_at__isnull=True).count()})


def positions(request: HttpRequest) -> HttpResponse:
    """Keep points: the token is looked up in Redis, then one pipeline keeps the last place and each point."""
    token = request.headers["Authorization"].removeprefix("Bearer ")
    points = orjson.loads(request.body)["positions"]
    courier = str(connection().get(f"probe:{token}"))
    with connection().pipeline(transaction=False) as pipe:
        pipe.geoadd("probe:now", (points[-1]["lon"], points[-1]["lat"], courier))
        for point in points:
            kept: Entry = {"courier": courier, "lat": point["lat"], "lon": point["lon"], "at": point["device_time"]}
            pipe.xadd("probe:track", kept, maxlen=TRACK_LENGTH, approximate=True)
        pipe.execute()
    return _json({"accepted": len(points)})


def _json(body: Any, *, status: int = 200) -> HttpResponse:
    text = orjson.dumps(body, option=orjson.OPT_UTC_Z)
    return HttpResponse(
        text, status=status, content_type="application/json", headers={"Content-Length": str(len(text))}
    )


@functools.cache
def _owner_and_zone() -> tuple[UUID, UUID]:
    return Organisation.objects.get().pk, Zone.objects.get().pk


@atomic
def _create(asked: dict[str, Any], *, key: str) -> dict[str, Any]:
    owner, zone = _owner_and_zone()
    at = clock.now()
    order = Order(
        organisation_id=owner,
        zone_id=zone,
        external_id=asked["external_id"],
        pickup=asked["pickup"],
        dropoff=asked["dropoff"],
        price_lines=[{"code": "base", "label": "Base", "amount": PRICE_CENTS}],
        amount_cents=PRICE_CENTS,
        currency="EUR",
        distance_m=DISTANCE_M,
        placed_at=at,
        promised_pickup_at=at,
        promised_dropoff_at=at + timedelta(minutes=40),
    )
    order.save(force_insert=True)
    _leg(order).save(force_insert=True)
    Parcel.objects.bulk_create([Parcel(order=order, **each) for each in asked["parcels"]])
    placed_event(order).save(force_insert=True)
    answer = _answer(order, asked)
    _kept(answer, key=key, owner=owner).save(force_insert=True)
    return answer


def _leg(order: Order) -> Leg:
    return Leg(
        order=order,
        organisation_id=order.organisation_id,
        zone_id=order.zone_id,
        pickup_lat=order.pickup["lat"],
        pickup_lon=order.pickup["lon"],
        dropoff_lat=order.dropoff["lat"],
        dropoff_lon=order.dropoff["lon"],
        placed_at=order.placed_at,
        ready_at=order.promised_pickup_at,
        due_at=order.promised_dropoff_at,
        weight_g=1000,
        parcels=1,
    )


def _answer(order: Order, asked: dict[str, Any]) -> dict[str, Any]:
    return {
        **asked,
        "id": f"ord_{order.pk.hex}",
        "status": order.status,
        "placed_at": order.placed_at.isoformat(),
        "price": {"amount": order.amount_cents, "currency": order.currency},
        "price_lines": order.price_lines,
        "tracking_token": order.tracking_token,
    }


def _kept(answer: dict[str, Any], *, key: str, owner: UUID) -> IdempotentAnswer:
    row = IdempotentAnswer(
        principal=f"organisation:{owner.hex}:live",
        operation="POST /orders",
        key=key,
        fingerprint=key,
        status=201,
        body=answer,
        created_at=clock.now(),
    )
    if hasattr(row, "leased_until"):  # while answers are taken before the work, and not yet written with it
        row.leased_until = clock.now()
    return row


def _page(cursor: str, limit: int) -> dict[str, Any]:
    after = UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    owner, _ = _owner_and_zone()
    rows = list(Order.objects.filter(organisation_id=owner, pk__lt=after).order_by("-pk").values(*COLUMNS)[:limit])
    return {"data": list(_with_public_ids(rows)), "next_cursor": cursor_of(rows[-1]["id"].bytes)}


def _with_public_ids(rows: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    for row in rows:
        yield {**row, "id": f"ord_{row['id'].hex}"}


urlpatterns = [
    path("orders", orders),
    path("positions", positions),
    path("counts", counts),
    path("waiting", waiting),
]
