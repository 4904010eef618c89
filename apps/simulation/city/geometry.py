"""Plane geometry on a city: rings, thick lines, areas. Pure Python.

A city is small: a plane tangent at its centre (equirectangular) is wrong by less than 0.1 % over twenty kilometres.
Rings are written without repeating their first point, except where a function says that it closes them.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from apps.core.geo import EARTH_RADIUS_M, Point, contains

METRES_PER_DEGREE = math.pi * EARTH_RADIUS_M / 180

Ring = tuple[Point, ...]
Plane = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Projection:
    """Degrees to metres east and north of a centre, and back."""

    centre: Point

    def to_plane(self, point: Point) -> tuple[float, float]:
        """Metres east, metres north."""
        shrink = math.cos(math.radians(self.centre.lat))
        east = (point.lon - self.centre.lon) * METRES_PER_DEGREE * shrink
        return east, (point.lat - self.centre.lat) * METRES_PER_DEGREE

    def to_point(self, east: float, north: float) -> Point:
        """The point so many metres east and north of the centre."""
        shrink = math.cos(math.radians(self.centre.lat))
        lon = self.centre.lon + east / (METRES_PER_DEGREE * shrink)
        return Point(self.centre.lat + north / METRES_PER_DEGREE, lon)


def points(pairs: Iterable[tuple[float, float]]) -> Ring:
    """Points from (latitude, longitude) pairs."""
    return tuple(Point(lat, lon) for lat, lon in pairs)


def chain(borders: Sequence[Ring]) -> Ring:
    """A ring from lines that follow each other around it, each turned round where needed.

    Raises ValueError when two neighbours share no end.
    """
    first, second = borders[0], borders[1]
    line = first if first[-1] in (second[0], second[-1]) else first[::-1]
    ring = list(line)
    for border in borders[1:]:
        if ring[-1] not in (border[0], border[-1]):
            raise ValueError(f"no border of the ring leaves from {ring[-1]}")
        ring += (border if border[0] == ring[-1] else border[::-1])[1:]
    if ring[-1] != ring[0]:
        raise ValueError(f"the ring ends at {ring[-1]}, not at {ring[0]}")
    return tuple(ring[:-1])


def signed_area_m2(ring: Sequence[Point]) -> float:
    """Area of a ring; more than 0 when it runs anticlockwise (shoelace formula, on a plane at its first point)."""
    projection = Projection(ring[0])
    plane = [projection.to_plane(corner) for corner in ring]
    before, twice = plane[-1], 0.0
    for corner in plane:
        twice += before[0] * corner[1] - corner[0] * before[1]
        before = corner
    # the plane's east is too long or too short away from its centre's latitude, by less than 0.1 % within a city
    return twice / 2


def anticlockwise(ring: Ring) -> Ring:
    """The ring the way round that GeoJSON wants for an outer ring (RFC 7946, 3.1.6)."""
    return ring if signed_area_m2(ring) > 0 else ring[::-1]


def grown(ring: Ring, margin_m: float) -> Ring:
    """The ring moved outwards by a margin: each corner along the bisector of its two sides, spikes cut."""
    projection = Projection(ring[0])
    plane = [projection.to_plane(corner) for corner in anticlockwise(ring)]
    moved = [_shifted(plane[i - 1], plane[i], plane[(i + 1) % len(plane)], margin_m) for i in range(len(plane))]
    return tuple(projection.to_point(east, north) for east, north in moved)


def thick(line: Ring, *, start_width_m: float, end_width_m: float) -> Ring:
    """A ring around a line: a river from the middle of its bed. The width changes evenly from corner to corner."""
    last = len(line) - 1
    halves = [(start_width_m + (end_width_m - start_width_m) * i / last) / 2 for i in range(len(line))]
    return beside(line, halves) + beside(line, [-half for half in halves])[::-1]


def beside(line: Ring, offsets_m: Sequence[float]) -> Ring:
    """An open line moved to its right, each corner by its own offset; to its left where that is less than 0."""
    projection = Projection(line[0])
    plane = [projection.to_plane(corner) for corner in line]
    moved = [_beside(plane, i, offset_m) for i, offset_m in enumerate(offsets_m)]
    return tuple(projection.to_point(east, north) for east, north in moved)


def distance_to_line_m(line: Sequence[Point], point: Point) -> float:
    """Metres from a point to the nearest place of an open line."""
    projection = Projection(point)
    plane = [projection.to_plane(corner) for corner in line]
    return min(_distance_to_segment(a, b) for a, b in pairwise(plane))


def in_any(rings: Iterable[Ring], point: Point) -> bool:
    """Whether a point lies inside one of the rings."""
    return any(contains(ring, point) for ring in rings)


def _beside(plane: Plane, i: int, offset_m: float) -> tuple[float, float]:
    """Corner `i` of an open line moved to its right by `offset_m`."""
    here = plane[i]
    before = plane[i - 1] if i else (2 * here[0] - plane[1][0], 2 * here[1] - plane[1][1])
    after = plane[i + 1] if i + 1 < len(plane) else (2 * here[0] - before[0], 2 * here[1] - before[1])
    return _shifted(before, here, after, offset_m)


def _shifted(
    before: tuple[float, float], here: tuple[float, float], after: tuple[float, float], offset_m: float
) -> tuple[float, float]:
    """A corner moved to the right of its path so that both sides move by `offset_m` (a mitre, cut at twice that)."""
    into = _unit(before, here)
    out = _unit(here, after)
    east, north = into[1] + out[1], -into[0] - out[0]
    length = math.hypot(east, north)
    if length < 1e-9:
        return here
    cosine = length / 2
    stretch = offset_m / max(cosine, 0.5) / length
    return here[0] + east * stretch, here[1] + north * stretch


def _unit(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    east, north = b[0] - a[0], b[1] - a[1]
    length = math.hypot(east, north)
    return (east / length, north / length) if length else (0.0, 0.0)


def _distance_to_segment(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres from the origin to the segment a-b."""
    east, north = b[0] - a[0], b[1] - a[1]
    squared = east * east + north * north
    along = 0.0 if squared == 0 else max(0.0, min(1.0, -(a[0] * east + a[1] * north) / squared))
    return math.hypot(a[0] + along * east, a[1] + along * north)
