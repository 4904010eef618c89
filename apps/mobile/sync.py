"""Everything a phone needs to work on without a network: duty, offers, and the stops ahead in their order.

A fixed number of queries, however long the route. A phone number is handed out with a stop that is still ahead of its
courier, and at no other time.
"""

from uuid import UUID

from apps.core import clock
from apps.core.ids import public_id
from apps.core.money import Money
from apps.couriers.advice import advice_for
from apps.couriers.breaks import break_of
from apps.couriers.models import Courier
from apps.couriers.positions import news_for_device, note_told
from apps.couriers.selectors import CourierPrincipal, courier_on_shift
from apps.dispatch.selectors import live_offers_of
from apps.mobile.stops import PLACE_FIELDS, Json, stops_of
from apps.orders.fail_reasons import FAIL_REASONS
from apps.orders.models import BY_COURIERS

CHOICES: Json = {  # what a courier may say went wrong
    "fail_reasons": {stop.value: [reason.value for reason in reasons] for stop, reasons in FAIL_REASONS.items()},
    "incident_kinds": [kind.value for kind in BY_COURIERS],
}


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
    breaks = break_of(courier)
    everything = {
        **head,
        "is_unchanged": False,
        "courier": {**_courier(courier), "paused_since": breaks.paused_since},
        "shift": _shift(courier, breaks_s=breaks.breaks_s),
        "offers": _offers(caller.courier_id),
        "stops": stops_of(caller.courier_id),
        **CHOICES,
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
    }


def _shift(courier: Courier, *, breaks_s: int) -> Json | None:
    shift = courier.shift
    if shift is None:
        return None
    return {
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
        "started_at": shift.started_at,
        "zone": shift.zone.name,
        "breaks_s": breaks_s,
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
