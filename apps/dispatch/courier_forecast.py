"""Where and when a courier will be free of what they have: their stops in order, at the travel model's pace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

import numpy as np

from apps.core.geo import Point
from apps.dispatch.engine.snapshot import VehicleProfile
from apps.dispatch.engine.travel import TravelModel, pair_seconds


@dataclass(frozen=True, slots=True)
class RemainingStop:
    """A stop still to be made. Times are epoch seconds; `arrived_at` is set when the courier is there."""

    point: Point
    service_s: float
    is_pickup: bool
    ready_at: float = 0.0
    arrived_at: float | None = None


@dataclass(frozen=True, slots=True)
class CourierWork:
    """A courier at a place, with the stops ahead, in order."""

    position: Point
    vehicle: VehicleProfile
    stops: tuple[RemainingStop, ...]


@dataclass(frozen=True, slots=True)
class Freedom:
    """Where and when a courier is free; `handovers` are the expected times at each stop, epoch seconds."""

    position: Point
    at: float
    handovers: tuple[float, ...]


def forecast(work: Mapping[UUID, CourierWork], *, travel: TravelModel, now: float) -> dict[UUID, Freedom]:
    """Walk every courier through their stops. One question to the travel model per kind of vehicle."""
    rides = _rides(work, travel)
    return {key: _walk(courier, rides[key], now) for key, courier in work.items()}


def _rides(work: Mapping[UUID, CourierWork], travel: TravelModel) -> Mapping[UUID, Sequence[float]]:
    """Seconds from each stop to the next, for every courier."""
    seconds: dict[UUID, list[float]] = {key: [] for key in work}
    for vehicle in {courier.vehicle for courier in work.values()}:
        hops: list[tuple[UUID, Point, Point]] = []
        for key, courier in work.items():
            if courier.vehicle == vehicle:
                points = [courier.position, *(stop.point for stop in courier.stops)]
                hops += [(key, a, b) for a, b in pairwise(points)]
        if hops:
            origins = np.array([(a.lat, a.lon) for _, a, _ in hops])
            destinations = np.array([(b.lat, b.lon) for _, _, b in hops])
            for (key, _, _), ride in zip(hops, pair_seconds(travel, origins, destinations, vehicle), strict=True):
                seconds[key].append(float(ride))
    return seconds


def _walk(courier: CourierWork, rides: Sequence[float], now: float) -> Freedom:
    at, before = now, None
    handovers: list[float] = []
    for stop, ride in zip(courier.stops, rides, strict=True):
        if before and stop.is_pickup and before.is_pickup and stop.point == before.point:
            handover = max(handovers[-1], stop.ready_at)  # one visit, however many legs are picked up
        else:
            arrival = at + ride if stop.arrived_at is None else stop.arrived_at
            handover = max(arrival + stop.service_s / 2, stop.ready_at, now)
        handovers.append(handover)
        at, before = handover + stop.service_s / 2, stop
    return Freedom(before.point if before else courier.position, at, tuple(handovers))
