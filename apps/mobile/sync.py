"""Everything a phone needs to work on without a network: duty, offers, and the stops ahead in their order.

A fixed number of queries, however long the route. A phone number is handed out with a stop that is still ahead of its
courier, and at no other time.
"""

from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from apps.core import clock
from apps.core.ids import public_id
from apps.core.money import Money
from apps.couriers.positions import news_of
from apps.couriers.selectors import courier_on_shift
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.selectors import RouteStop, live_offers_of, route_of
from apps.orders.lifecycle import WITH_COURIER
from apps.zones.selectors import zone

Json = dict[str, Any]
PLACE_FIELDS = ("address", "lat", "lon")
CONTACT_FIELDS = ("contact_name", "phone", "instructions")


def sync_of(courier_id: UUID) -> Json:
    """The answer to `GET sync`. Raises CourierNotFound.

    The news counter is read first: what changes while the rest is read makes the phone ask again.
    """
    news, courier = news_of(courier_id), courier_on_shift(courier_id)
    shift = courier.shift
    return {
        "server_time": clock.now(),
        "news": news,
        "courier": {
            "id": public_id("cou", courier.pk),
            "name": courier.name,
            "status": courier.status,
            "load_legs": courier.load_legs,
        },
        "shift": shift and {"starts_at": shift.starts_at, "ends_at": shift.ends_at, "started_at": shift.started_at},
        "offers": _offers(courier_id),
        "stops": _stops(courier_id),
    }


def _offers(courier_id: UUID) -> list[Json]:
    """What is offered, without who lives there."""
    return [
        {
            "id": public_id("off", offer.pk),
            "leg_id": public_id("leg", offer.leg_id),
            "expires_at": offer.expires_at,
            "payout": Money(offer.payout_cents, offer.currency).as_json(),
            "pickup": {name: offer.leg.pickup_details[name] for name in PLACE_FIELDS},
            "dropoff": {name: offer.leg.dropoff_details[name] for name in PLACE_FIELDS},
            "distance_m": offer.leg.own_distance_m,
            "parcels": offer.leg.parcels,
            "weight_g": offer.leg.weight_g,
        }
        for offer in live_offers_of(courier_id)
    ]


def _stops(courier_id: UUID) -> list[Json]:
    route = [stop for stop in route_of(courier_id) if stop.leg.status in WITH_COURIER]
    prefetch_related_objects([stop.order for stop in route], "parcels")
    zones = {zone_id: zone(zone_id) for zone_id in {stop.leg.zone_id for stop in route}}
    at_stop = {key: (here.pickup_service_s, here.dropoff_service_s) for key, here in zones.items()}
    return [_stop(stop, *at_stop[stop.leg.zone_id]) for stop in route]


def _stop(stop: RouteStop, pickup_service_s: int, dropoff_service_s: int) -> Json:
    is_pickup, leg, order = stop.kind == StopKind.PICKUP, stop.leg, stop.order
    place = leg.pickup_details if is_pickup else leg.dropoff_details
    return {
        "kind": stop.kind.value,
        "leg_id": public_id("leg", leg.pk),
        "order_id": public_id("ord", order.pk),
        "short_code": order.short_code,
        "epoch": stop.epoch,
        "leg_status": leg.status,
        **{name: place[name] for name in PLACE_FIELDS},
        **{name: place.get(name, "") for name in CONTACT_FIELDS},
        "ready_at": leg.ready_at if is_pickup else None,
        "opens_at": leg.ready_at if is_pickup else leg.drop_from,
        "closes_at": leg.pickup_by if is_pickup else leg.drop_by,
        "due_at": leg.due_at,
        "expected_at": stop.expected_at,
        "parcels": [
            {
                "description": parcel.description,
                "size": parcel.size,
                "weight_g": parcel.weight_g,
                "barcode": parcel.barcode,
            }
            for parcel in order.parcels.all()
        ],
        "proof": list(place.get("proof", ())),
        "service_s": pickup_service_s if is_pickup else dropoff_service_s,
    }
