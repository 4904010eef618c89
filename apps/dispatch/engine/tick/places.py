"""Where stops and couriers are: in space, when rides follow the great circle, or as rows of ride tables."""

import numpy as np

from apps.core.geo import EARTH_RADIUS_M
from apps.dispatch.engine.market import Market
from apps.dispatch.engine.tables import LegTable
from apps.dispatch.engine.tick.rows import Records
from apps.dispatch.engine.travel import Floats, GreatCircle, TravelModel, VehicleProfile


def great_circle_paces(travel: TravelModel, vehicles: tuple[VehicleProfile, ...]) -> Floats | None:
    """Seconds per metre by vehicle, or None when the model needs to be asked for tables."""
    if not isinstance(travel, GreatCircle):
        return None
    return np.array([travel.seconds_per_metre(vehicle) for vehicle in vehicles])


def in_space(stops: Records, couriers: Records, legs: LegTable, market: Market) -> None:
    """Fill in x, y and z: metres from the mean of all stops, straight through the earth."""
    pickups, dropoffs, starts = (
        _from_centre(points) for points in (legs.pickup, legs.dropoff, market.couriers.position)
    )
    middle = np.concatenate((pickups, dropoffs)).mean(axis=0)
    for rows, points in ((stops[::2], pickups), (stops[1::2], dropoffs), (couriers, starts)):
        for axis, field in enumerate("xyz"):
            rows[field] = points[:, axis] - middle[axis]


def _from_centre(points: Floats) -> Floats:
    """Metres from the centre of the earth, (n, 3), of latitudes and longitudes in degrees, (n, 2)."""
    lat, lon = np.radians(points[:, 0]), np.radians(points[:, 1])
    axes = (np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat))
    answer: Floats = EARTH_RADIUS_M * np.stack(axes, axis=1)
    return answer


def ride_table(stops: Records, couriers: Records, legs: LegTable, market: Market) -> Floats:
    """Ask the travel model for `World.rides`. Fills in the rows and columns where stops and couriers find theirs."""
    positions = np.concatenate((legs.pickup, legs.dropoff))
    points, column = np.unique(positions, axis=0, return_inverse=True)
    column, vehicles = column.reshape(-1), market.couriers.vehicles
    stops["point"][::2], stops["point"][1::2] = column[: len(legs)], column[len(legs) :]
    couriers["vehicle_row"] = market.couriers.vehicle * len(points)
    couriers["start_row"] = len(vehicles) * len(points) + np.arange(len(couriers))
    between = [market.travel.seconds(points, points, vehicle) for vehicle in vehicles]
    return np.concatenate((*between, market.couriers.rides_to(points, market.travel).T))
