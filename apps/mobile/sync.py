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
from apps.couriers.advice import advice_for
from apps.couriers.models import Courier
from apps.couriers.positions import news_for_device, note_told
from apps.couriers.selectors import CourierPrincipal, courier_on_shift
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.selectors import RouteStop, live_offers_of, route_of
from apps.orders.lifecycle import WITH_COURIER
from apps.zones.selectors import zone

Json = dict[str, Any]
PLACE_FIELDS = ("address", "lat", "lon")
CONTACT_FIELDS = ("contact_name", "phone", "instructions")


def sync_of(caller: CourierPrincipal, *, since: int | None = None) -> Json:
    """The answer to `GET sync`: everything, unless the device has seen all of it. Raises CourierNotFound.

    The news counter is read first: what changes while the rest is read makes the phone ask again.
    """
    at = clock.now()
    known = news_for_device(caller.courier_id, caller.device_id, seen_at=None if caller.is_off_duty else at)
    advice = advice_for(caller.status, load_legs=caller.load_legs)
    head = {"server_time": at, "news": known.news, "advice": advice}
    if known.is_known(since):
        return {**head, "is_unchanged": True}
    courier = courier_on_shift(caller.courier_id)
    everything = {
        **head,
        "is_unchanged": False,
        "courier": _courier(courier),
        "shift": _shift(courier),
        "offers": _offers(caller.courier_id),
        "stops": _stops(caller.courier_id),
    }
    note_told(caller.device_id, news=known.news)
    return everything


def shown_vehicle(courier: Courier) -> Json:
    """What a courier rides on, as phones are told. Reads the vehicle."""
    return {"kind": courier.vehicle.kind, "speed_kmh": courier.vehicle.speed_kmh}


def shown_fleet(courier: Courier) -> Json:
    """Whom a courier rides for, as phones are told. Reads the fleet."""
    return {"id": public_id("flt", courier.fleet_id), "name": courier.fleet.name, "mode": courier.fleet.mode}


def _courier(courier: Courier) -> Json:
    return {
        "id": public_id("cou", courier.pk),
        "name": courier.name,
        "status": courier.status,
        "load_legs": courier.load_legs,
        "vehicle": shown_vehicle(courier),
        "fleet": shown_fleet(courier),
        "paused_since": None,  # no pause is kept yet
    }


def _shift(courier: Courier) -> Json | None:
    shift = courier.shift
    if shift is None:
        return None
    return {
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
        "started_at": shift.started_at,
        "zone": shift.zone.name,
        "breaks_s": None,  # no pause is kept yet
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
