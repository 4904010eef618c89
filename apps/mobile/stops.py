"""The stops ahead of a courier, with all that is needed at the door: as many queries, however long the route."""

from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from apps.core.ids import public_id
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.selectors import RouteStop, route_of
from apps.orders.lifecycle import WITH_COURIER
from apps.orders.models import Stop
from apps.orders.selectors.proofs import GivenAtStops, given_at_stops
from apps.zones.selectors import known_zone

Json = dict[str, Any]
PLACE_FIELDS = ("address", "lat", "lon")
CONTACT_FIELDS = ("contact_name", "phone", "instructions")


def stops_of(courier_id: UUID) -> list[Json]:
    """The stops that are still to be made, in their order."""
    route = [stop for stop in route_of(courier_id) if stop.leg.status in WITH_COURIER]
    prefetch_related_objects([stop.order for stop in route], "parcels")
    zones = {zone_id: known_zone(zone_id) for zone_id in {stop.leg.zone_id for stop in route}}
    at_stop = {key: (here.pickup_service_s, here.dropoff_service_s) for key, here in zones.items()}
    given = given_at_stops([stop.leg for stop in route])
    return [{**_stop(stop, *at_stop[stop.leg.zone_id]), **_shown(stop, given)} for stop in route]


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
        "hub": _hub(stop),
        "ready_at": leg.ready_at if is_pickup else None,
        "opens_at": leg.ready_at if is_pickup else leg.drop_from,
        "closes_at": leg.pickup_by if is_pickup else leg.drop_by,
        "due_at": leg.due_at,
        "expected_at": stop.expected_at,
        "service_s": pickup_service_s if is_pickup else dropoff_service_s,
    }


def _hub(stop: RouteStop) -> str | None:
    """Its name, as orders keep it with the place; None at a door."""
    leg = stop.leg
    if stop.kind == StopKind.PICKUP:
        return str(leg.pickup_details["contact_name"]) if leg.pickup_hub_id else None
    return str(leg.dropoff_details["contact_name"]) if leg.dropoff_hub_id else None


def _shown(stop: RouteStop, given: GivenAtStops) -> Json:
    """What is asked for at the stop, what of it is there, and the parcels."""
    leg, at = stop.leg, Stop(stop.kind.value)
    parcels = list(stop.order.parcels.all())
    return {
        "proof": sorted(leg.proof_asked(at)),
        "proofs_given": given.kinds(leg, at, parcels),
        "parcels": [
            {
                "id": public_id("par", parcel.pk),
                "description": parcel.description,
                "size": parcel.size,
                "weight_g": parcel.weight_g,
                "barcode": parcel.barcode,
                "is_scanned": given.is_scanned(leg, at, parcel),
            }
            for parcel in parcels
        ],
    }
