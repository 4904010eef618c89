"""How long a ride takes. The planner asks for whole tables only, so that a model can be a matrix service."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from apps.core.geo import EARTH_RADIUS_M

Floats: TypeAlias = NDArray[np.float64]

PAIR_BLOCK = 32
KMH_IN_M_S = 1 / 3.6


@dataclass(frozen=True, slots=True)
class VehicleProfile:
    """What a courier rides on. Two couriers with equal profiles ride equally fast and carry equally much."""

    kind: str
    speed_kmh: float = 15.0
    detour_factor: float = 1.3
    """Length of the way over the straight line."""
    max_weight_g: int = 20_000
    max_volume_l: float = 120.0
    max_parcels: int = 8

    def __post_init__(self) -> None:
        if self.speed_kmh <= 0 or self.detour_factor <= 0:
            raise ValueError(f"vehicle {self.kind!r}: speed and detour factor must be more than 0")


class TravelModel(Protocol):
    """Riding times by vehicle. Must give the same answer to the same question as long as a plan is made."""

    def seconds(self, origins: Floats, destinations: Floats, vehicle: VehicleProfile) -> Floats:
        """Seconds from each origin to each destination.

        origins: (n, 2) and destinations: (m, 2), latitude and longitude in degrees. Returns (n, m).
        """
        ...


@runtime_checkable
class GreatCircle(Protocol):
    """A travel model whose rides take time in proportion to the great circle. Plans with it need no tables of rides."""

    def seconds_per_metre(self, vehicle: VehicleProfile) -> float:
        """Seconds that a metre of great circle takes."""
        ...


@dataclass(frozen=True, slots=True)
class StraightLine:
    """Great-circle distance (haversine) x the vehicle's detour factor / its speed x a factor for the time of day."""

    slowness: float = 1.0
    """Factor on every ride: more than 1 in the rush hour. The caller picks it for the hour of the plan."""

    def seconds(self, origins: Floats, destinations: Floats, vehicle: VehicleProfile) -> Floats:
        """As `TravelModel.seconds`."""
        a, b = np.radians(origins), np.radians(destinations)
        half = (b[None, :, :] - a[:, None, :]) / 2
        h = np.sin(half[..., 0]) ** 2 + np.cos(a[:, None, 0]) * np.cos(b[None, :, 0]) * np.sin(half[..., 1]) ** 2
        metres = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(h, 1.0)))
        answer: Floats = metres * self.seconds_per_metre(vehicle)
        return answer

    def seconds_per_metre(self, vehicle: VehicleProfile) -> float:
        """As `GreatCircle.seconds_per_metre`."""
        return vehicle.detour_factor * self.slowness / (vehicle.speed_kmh * KMH_IN_M_S)


def pair_seconds(travel: TravelModel, origins: Floats, destinations: Floats, vehicle: VehicleProfile) -> Floats:
    """Seconds from each origin to the destination in the same row; (n, 2) and (n, 2) in, (n,) out.

    Asked in square blocks, of which only the diagonal is used: tables are all that a model must offer.
    """
    answer = np.empty(len(origins))
    for start in range(0, len(origins), PAIR_BLOCK):
        block = slice(start, start + PAIR_BLOCK)
        answer[block] = np.diagonal(travel.seconds(origins[block], destinations[block], vehicle))
    return answer
