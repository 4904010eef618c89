"""The orders of an instance as a merchant would send them."""

from datetime import datetime, timedelta
from random import Random

from apps.simulation.mdrplib.reader import Instance, InstanceOrder
from apps.simulation.robots.line import Json
from apps.simulation.robots.merchant import OrderToPlace
from apps.simulation.robots.wishes import NOTHING, OF_ANYBODY, Wish
from apps.simulation.seeding.library_day import moment, plane_of
from apps.simulation.seeding.plane import Plane

PARCEL_G = 500


def orders_of(instance: Instance, *, api_key: str, asks_proofs: bool = False) -> list[OrderToPlace]:
    """All orders, in order of time. Their key is their name in the instance.

    With `asks_proofs` half of them ask for photos, signatures, PINs and scans, always the same ones.
    """
    plane = plane_of(instance)
    in_time = sorted(instance.orders, key=lambda order: (order.placed_min, order.id))
    return [
        OrderToPlace(
            at=moment(order.placed_min),
            key=order.id,
            api_key=api_key,
            body=(_wish(order) if asks_proofs else NOTHING).added_to(_body(order, instance, plane), key=order.id),
        )
        for order in in_time
    ]


def starts_at(instance: Instance, *, lead: timedelta) -> datetime:
    """From when the day is to be played: before its first order and its first courier, by a lead for signing in."""
    placed = [order.placed_min for order in instance.orders]
    return moment(min(placed + [courier.on_min for courier in instance.couriers])) - lead


def ends_at(instance: Instance) -> datetime:
    """When the last courier goes home, and the last order is ready."""
    ready = [order.ready_min for order in instance.orders]
    return moment(max(ready + [courier.off_min for courier in instance.couriers]))


def middle_of(instance: Instance) -> datetime:
    """When half of the orders are placed."""
    placed = sorted(order.placed_min for order in instance.orders)
    return moment(placed[len(placed) // 2])


def _wish(order: InstanceOrder) -> Wish:
    return Random(f"{order.id} wish").choice(OF_ANYBODY)


def _body(order: InstanceOrder, instance: Instance, plane: Plane) -> Json:
    restaurant = instance.restaurant_by_id[order.restaurant]
    pickup, dropoff = plane.point(restaurant.x_m, restaurant.y_m), plane.point(order.x_m, order.y_m)
    due_at = moment(order.placed_min + instance.parameters.target_click_to_door_min)
    return {
        "external_id": order.id,
        "pickup": {
            "address": f"Restaurant {order.restaurant}",
            "lat": pickup.lat,
            "lon": pickup.lon,
            "ready_at": moment(order.ready_min).isoformat(),
        },
        "dropoff": {
            "address": f"Door of {order.id}",
            "lat": dropoff.lat,
            "lon": dropoff.lon,
            "due_at": max(due_at, moment(order.ready_min + 1)).isoformat(),
        },
        "parcels": [{"weight_g": PARCEL_G, "description": order.id, "size": "small"}],
        "network_policy": "own_only",
    }
