"""Everything a phone needs to work on without a network: duty, offers, and the stops ahead in their order.

A fixed number of queries, however long the route. A phone number is handed out with a stop that is still ahead of its
courier, and at no other time.
"""

from uuid import UUID

from apps.core import clock
from apps.core.ids import public_id
from apps.core.money import Money
from apps.couriers.positions import news_of
from apps.couriers.selectors import courier_on_shift
from apps.dispatch.selectors import live_offers_of
from apps.mobile.stops import PLACE_FIELDS, Json, stops_of
from apps.orders.fail_reasons import FAIL_REASONS
from apps.orders.models import BY_COURIERS

CHOICES: Json = {  # what a courier may say went wrong
    "fail_reasons": {stop.value: [reason.value for reason in reasons] for stop, reasons in FAIL_REASONS.items()},
    "incident_kinds": [kind.value for kind in BY_COURIERS],
}


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
        "stops": stops_of(courier_id),
        **CHOICES,
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
