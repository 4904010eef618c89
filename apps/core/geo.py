"""Points and distances. Pure Python: the dispatch engine uses it too."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG 1980


@dataclass(frozen=True, slots=True)
class Point:
    """A place on earth, WGS 84, degrees."""

    lat: float
    lon: float

    @property
    def door(self) -> str:
        """The same for all points within about a metre: what is at one door."""
        return f"{self.lat:.5f},{self.lon:.5f}"


def distance_m(a: Point, b: Point) -> float:
    """Great-circle distance in metres (haversine formula)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b.lon - a.lon) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, h)))


def contains(ring: Sequence[Point], point: Point) -> bool:
    """Whether a point lies inside a closed ring (ray casting; the last point may repeat the first)."""
    inside = False
    before = ring[-1]
    for corner in ring:
        if (corner.lat > point.lat) != (before.lat > point.lat):
            crossing = before.lon + (point.lat - before.lat) / (corner.lat - before.lat) * (corner.lon - before.lon)
            inside ^= point.lon < crossing
        before = corner
    return inside
