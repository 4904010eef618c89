"""The smallest valid couriers, legs and snapshots; times are seconds from 0, places metres from a corner of a city."""

from typing import Any

from apps.core.geo import Point
from apps.dispatch.engine import CourierState, OpenLeg, PlannerSettings, Snapshot, VehicleProfile

METRES_PER_DEGREE = 111_195.0
BIKE = VehicleProfile("bike", speed_kmh=18.0, detour_factor=1.0, max_weight_g=10_000, max_parcels=4)
VAN = VehicleProfile("van", speed_kmh=36.0, detour_factor=1.0, max_weight_g=500_000, max_parcels=100)


def at(north_m: float, east_m: float = 0.0) -> Point:
    """A place near the equator, where a degree is the same both ways."""
    return Point(lat=north_m / METRES_PER_DEGREE, lon=east_m / METRES_PER_DEGREE)


def make_courier(id: str = "bo", **changes: Any) -> CourierState:  # noqa: A002  the field's own name
    fields: dict[str, Any] = {
        "position": at(0),
        "free_at": 0.0,
        "on_duty_from": 0.0,
        "shift_ends_at": 36_000.0,
        "vehicle": BIKE,
        "fleet_id": "own",
    }
    return CourierState(id=id, **{**fields, **changes})


def make_leg(id: str = "leg", **changes: Any) -> OpenLeg:  # noqa: A002
    fields: dict[str, Any] = {
        "pickup": at(1_000),
        "dropoff": at(2_000),
        "pickup_place": f"place of {id}",
        "placed_at": 0.0,
        "ready_at": 0.0,
        "pickup_service_s": 120.0,
        "dropoff_service_s": 120.0,
    }
    return OpenLeg(id=id, **{**fields, **changes})


def make_snapshot(couriers: list[CourierState], legs: list[OpenLeg], now: float = 0.0, **settings: Any) -> Snapshot:
    return Snapshot(now=now, couriers=tuple(couriers), legs=tuple(legs), settings=PlannerSettings(**settings))
