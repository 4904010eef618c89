"""The orders of a city without end: day after day of the demand stream, as merchants send them."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from apps.simulation.city.demand import DemandStream, PlannedOrder
from apps.simulation.city.generator import generate_city
from apps.simulation.robots.line import Json
from apps.simulation.robots.merchant import OrderToPlace
from apps.simulation.robots.roster import CourierEntry, Roster
from apps.simulation.robots.wishes import OF_TRADE

SIZES = {"S": "small", "M": "medium", "L": "large"}


def orders_from(roster: Roster, *, since: datetime) -> Iterator[OrderToPlace]:
    """Orders from a moment on, in order of time, while some courier works; none for a roster without demand.

    The same day gives the same orders, from whichever of its moments on.
    """
    if roster.demand is None:
        return
    wanted = roster.demand
    city = generate_city(name=wanted.city, seed=wanted.seed, scale=wanted.scale)
    zone = ZoneInfo(city.time_zone)
    day = since.astimezone(zone).date()
    from_second = (since - datetime.combine(day, time(), zone)).total_seconds()
    while True:
        midnight = datetime.combine(day, time(), zone)
        stream = DemandStream(city, seed=day.toordinal(), orders_per_day=wanted.orders_per_day, from_second=from_second)
        for planned in stream:
            placed_at = midnight + timedelta(seconds=planned.placed_at_s)
            api_key = roster.api_keys.get(planned.merchant.code)
            if api_key and any(_works(courier, placed_at) for courier in roster.couriers):
                yield _order(planned, placed_at, api_key)
        day, from_second = day + timedelta(days=1), 0.0


def _works(courier: CourierEntry, at: datetime) -> bool:
    span = courier.hours().around(at)
    return span is not None and span.holds(at)


def _order(planned: PlannedOrder, placed_at: datetime, api_key: str) -> OrderToPlace:
    key = f"{placed_at:%Y-%m-%d}-{planned.number}"
    wish = Random(f"{key} wish").choice(OF_TRADE[planned.merchant.kind])
    body = wish.added_to(_body(planned, placed_at, key), key=key)
    return OrderToPlace(at=placed_at, key=key, api_key=api_key, body=body)


def _body(planned: PlannedOrder, placed_at: datetime, key: str) -> Json:
    merchant = planned.merchant
    return {
        "external_id": key,
        "pickup": {
            "address": merchant.address,
            "lat": merchant.point.lat,
            "lon": merchant.point.lon,
            "contact_name": merchant.name,
            "phone": merchant.phone,
            "ready_at": (placed_at + timedelta(minutes=planned.ready_in_minutes)).isoformat(timespec="seconds"),
        },
        "dropoff": {
            "address": planned.dropoff_address,
            "lat": planned.dropoff.lat,
            "lon": planned.dropoff.lon,
            "contact_name": planned.recipient_name,
            "phone": planned.recipient_phone,
            "due_at": (placed_at + timedelta(minutes=planned.due_minutes)).isoformat(timespec="seconds"),
        },
        "parcels": [
            {"description": parcel.description, "weight_g": parcel.weight_g, "size": SIZES[parcel.size]}
            for parcel in planned.parcels
        ],
        "network_policy": "any_open",
    }
