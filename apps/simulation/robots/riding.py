"""How robots get from place to place: along a straight line, at their vehicle's speed, on the platform's clock."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from apps.core.geo import Point, distance_m

METRES_PER_KM = 1000
ROUNDING_MIN = 1e-3  # 60 ms: what the way through degrees and back may add to a whole number of minutes


class Vehicle(Protocol):
    """How long a ride takes."""

    def duration(self, start: Point, end: Point) -> timedelta:
        """Of the ride from one point to another."""
        ...


@dataclass(frozen=True, slots=True)
class CityVehicle:
    """A vehicle in traffic: straight line x detour factor / speed."""

    speed_kmh: float
    detour_factor: float

    def duration(self, start: Point, end: Point) -> timedelta:
        """As `Vehicle.duration`."""
        km = distance_m(start, end) * self.detour_factor / METRES_PER_KM
        return timedelta(hours=km / self.speed_kmh)


@dataclass(frozen=True, slots=True)
class WholeMinuteVehicle:
    """The vehicles of the Meal Delivery Routing Problem library: straight line, whole minutes, rounded up."""

    metres_per_minute: float

    def duration(self, start: Point, end: Point) -> timedelta:
        """As `Vehicle.duration`."""
        minutes = distance_m(start, end) / self.metres_per_minute
        return timedelta(minutes=max(0, math.ceil(minutes - ROUNDING_MIN)))


@dataclass(frozen=True, slots=True)
class Dawdling:
    """A vehicle whose rider takes longer, for looking for a place to lock it and for the right bell."""

    vehicle: Vehicle
    lateness_s: tuple[float, float]
    chance: Random

    def duration(self, start: Point, end: Point) -> timedelta:
        """As `Vehicle.duration`."""
        return self.vehicle.duration(start, end) + timedelta(seconds=self.chance.uniform(*self.lateness_s))


@dataclass(frozen=True, slots=True)
class Ride:
    """On the way."""

    start: Point
    end: Point
    departs_at: datetime
    arrives_at: datetime

    def position(self, at: datetime) -> Point:
        """Where the rider is at a moment."""
        whole = (self.arrives_at - self.departs_at).total_seconds()
        gone = (at - self.departs_at).total_seconds()
        share = 1.0 if whole <= 0 else min(1.0, max(0.0, gone / whole))
        return Point(
            self.start.lat + share * (self.end.lat - self.start.lat),
            self.start.lon + share * (self.end.lon - self.start.lon),
        )
