"""Hundreds of thousands of orders of one merchant, written quickly: what lists and searches are measured in."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from apps.accounts.services import create_api_key, create_organisation
from apps.core import clock
from apps.core.db import atomic
from apps.core.ids import public_id
from apps.core.plain_writes import insert_rows
from apps.orders.lifecycle import LegStatus, order_status
from apps.orders.models import Leg, Order, Parcel
from apps.orders.services.indexing import search_words
from apps.simulation.benchmarks.load_events import placed_event
from apps.simulation.benchmarks.load_requests import Ground, Sought, cursor_of
from apps.simulation.city.demand import DemandStream, PlannedOrder
from apps.simulation.city.generator import generate_city
from apps.simulation.city.model import City
from apps.simulation.city.names import FIRST_NAMES, LAST_NAMES
from apps.simulation.city.phones import RECIPIENTS, fiction_phone
from apps.zones.models import Zone

DAYS = 60
CHUNK = 2_000
PLANNED = 2_000
"""Different pickups and dropoffs; names, telephones and references differ beyond that."""
CURSORS = 200
SEARCHES_OF_A_KIND = 20
BODIES = 64
OPEN_FOR = timedelta(hours=2)
SIZES = {"S": "small", "M": "medium", "L": "large"}
ENDS = ((LegStatus.DELIVERED, 94), (LegStatus.CANCELLED, 3), (LegStatus.RETURNED, 2), (LegStatus.FAILED, 1))
UNDER_WAY = (
    (LegStatus.OPEN, 3),
    (LegStatus.ASSIGNED, 2),
    (LegStatus.PICKED_UP, 3),
    (LegStatus.AT_DROPOFF, 1),
    (LegStatus.DELIVERED, 6),
)
_WHERE_MOVED = {LegStatus.DELIVERED, LegStatus.RETURNED, LegStatus.FAILED, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF}


@dataclass(frozen=True, slots=True)
class _Rows:
    """What belongs to one order."""

    order: Order
    leg: Leg
    parcels: list[Parcel]


def write_orders(n: int) -> Ground:
    """Write a merchant with a key and `n` orders of its last sixty days. Returns what a caller must know of them.

    Keys sort by time of birth, so orders are born in the order in which they were placed.
    """
    city = generate_city(seed=1)
    planned = _planned(city)
    zone, owner, secret = _merchant(city)
    rng = Random(1)
    moments = _moments(n, planned)
    sample: list[_Rows] = []
    for start in range(0, n, CHUNK):
        rows = [
            _rows(number, planned[number % len(planned)], moments[number], zone=zone, owner=owner, rng=rng)
            for number in range(start, min(n, start + CHUNK))
        ]
        _write(rows)
        chosen = rng.sample(rows, min(len(rows), max(10, CURSORS * len(rows) // n)))
        sample += sorted(chosen, key=lambda each: each.order.pk)
    return Ground(secret, n, _cursors(sample), list(_sought(sample, rng)), [_body(each) for each in planned[:BODIES]])


def _planned(city: City) -> list[PlannedOrder]:
    days = (DemandStream(city, seed=seed, orders_per_day=PLANNED / 4) for seed in itertools.count())
    return list(itertools.islice(itertools.chain.from_iterable(days), PLANNED))


def _merchant(city: City) -> tuple[UUID, UUID, str]:
    ring = [[point.lon, point.lat] for point in (*city.zone.ring, city.zone.ring[0])]
    zone = Zone.objects.create(name=city.zone.name, slug=city.name, ring=ring, time_zone=city.time_zone)
    owner = create_organisation(name="Load", slug="load", is_merchant=True)
    return zone.pk, owner.pk, create_api_key(organisation_id=owner.pk, name="load")[1]


def _moments(n: int, planned: Sequence[PlannedOrder]) -> list[datetime]:
    """When orders were placed, the last one just now: days are alike, busy at the hours at which people order."""
    now = clock.now()
    seconds = sorted(each.placed_at_s for each in planned)
    moments = []
    for day in range(DAYS):
        count = (day + 1) * n // DAYS - day * n // DAYS
        ends_at = now - timedelta(days=DAYS - 1 - day, seconds=seconds[-1])
        places = [(place + 1) * len(seconds) // count - 1 for place in range(count)]
        moments += [ends_at + timedelta(seconds=seconds[place]) for place in places]
    return moments


def _rows(number: int, planned: PlannedOrder, at: datetime, *, zone: UUID, owner: UUID, rng: Random) -> _Rows:
    chances = UNDER_WAY if clock.now() - at < OPEN_FOR else ENDS
    status = rng.choices([each for each, _ in chances], weights=[weight for _, weight in chances])[0]
    ready_at = at + timedelta(minutes=planned.ready_in_minutes)
    due_at = at + timedelta(minutes=planned.due_minutes)
    order = Order(
        organisation_id=owner,
        zone_id=zone,
        external_id=f"WEB-{number:08d}",
        status=order_status([status]),
        pickup=_stop(planned.merchant.address, planned.merchant.point, planned.merchant.name, planned.merchant.phone),
        dropoff=_stop(planned.dropoff_address, planned.dropoff, _name(rng), fiction_phone(rng.choice(RECIPIENTS))),
        price_lines=[{"code": "base", "label": "Base", "amount": 390}, {"code": "distance", "amount": 95}],
        amount_cents=rng.randrange(390, 1500),
        currency="EUR",
        distance_m=rng.randrange(300, 6000),
        placed_at=at,
        promised_pickup_at=ready_at,
        promised_dropoff_at=due_at,
        picked_up_at=ready_at if status in _WHERE_MOVED else None,
        ended_at=due_at if status in {LegStatus.DELIVERED, LegStatus.RETURNED, LegStatus.CANCELLED} else None,
    )
    parcels = [
        Parcel(
            order=order,
            description=each.description,
            size=SIZES[each.size],
            weight_g=each.weight_g,
            barcode=f"CB{number:09d}{place}",
        )
        for place, each in enumerate(planned.parcels)
    ]
    return _Rows(order, _leg(order, status, parcels), parcels)


def _leg(order: Order, status: LegStatus, parcels: Sequence[Parcel]) -> Leg:
    return Leg(
        order=order,
        organisation_id=order.organisation_id,
        zone_id=order.zone_id,
        status=status,
        pickup_lat=order.pickup["lat"],
        pickup_lon=order.pickup["lon"],
        dropoff_lat=order.dropoff["lat"],
        dropoff_lon=order.dropoff["lon"],
        placed_at=order.placed_at,
        ready_at=order.promised_pickup_at,
        due_at=order.promised_dropoff_at,
        weight_g=sum(parcel.weight_g for parcel in parcels),
        parcels=len(parcels),
        status_since=order.ended_at or order.placed_at,
        picked_up_at=order.picked_up_at,
        delivered_at=order.ended_at if status == LegStatus.DELIVERED else None,
    )


def _stop(address: str, point: Any, name: str, phone: str) -> dict[str, Any]:
    contact = {"contact_name": name, "phone": phone, "instructions": ""}
    return {"address": address, "lat": point.lat, "lon": point.lon, **contact}


def _name(rng: Random) -> str:
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"


@atomic
def _write(rows: Sequence[_Rows]) -> None:
    insert_rows([each.order for each in rows])
    insert_rows([each.leg for each in rows])
    insert_rows([parcel for each in rows for parcel in each.parcels])
    insert_rows([placed_event(each.order, relayed_at=each.order.placed_at) for each in rows])
    insert_rows([word for each in rows for word in search_words(each.order, each.parcels)])


def _cursors(sample: Sequence[_Rows]) -> list[str]:
    """Of pages that are full: not from the oldest orders on."""
    full = sample[len(sample) // 3 :]
    return [cursor_of(each.order.pk.bytes) for each in full[:: max(1, len(full) // CURSORS)]]


def _sought(sample: Sequence[_Rows], rng: Random) -> Iterator[Sought]:
    """By reference, barcode, telephone, name, and words that many orders have."""
    for each in rng.sample(sample, min(len(sample), SEARCHES_OF_A_KIND)):
        key = public_id("ord", each.order.pk)
        dropoff = each.order.dropoff
        street = dropoff["address"].split(",")[0].split(maxsplit=1)[1]
        yield Sought(each.order.external_id or "", key)
        yield Sought(each.parcels[0].barcode, key)
        yield Sought(dropoff["phone"][-5:], None)
        yield Sought(dropoff["contact_name"], None)
        yield Sought(f"{street} paris", None)


def _body(planned: PlannedOrder) -> dict[str, Any]:
    merchant = planned.merchant
    return {
        "pickup": _stop(merchant.address, merchant.point, merchant.name, merchant.phone),
        "dropoff": _stop(planned.dropoff_address, planned.dropoff, planned.recipient_name, planned.recipient_phone),
        "parcels": [
            {"description": each.description, "size": SIZES[each.size], "weight_g": each.weight_g}
            for each in planned.parcels
        ],
    }
