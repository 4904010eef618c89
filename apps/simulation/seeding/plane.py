"""From a flat map in metres to the globe and back, so that great-circle distances are those of the flat map.

Azimuthal equidistant projection around a point of Paris (Snyder, Map Projections: A Working Manual, 1987, page 191).
Within ten kilometres of the centre distances agree to one part in a hundred thousand.
"""

import math
from dataclasses import dataclass

from apps.core.geo import EARTH_RADIUS_M, Point

PARIS = Point(48.8566, 2.3522)


@dataclass(frozen=True, slots=True)
class Plane:
    """A flat map whose point (middle_x_m, middle_y_m) lies at `centre`; x grows eastwards, y northwards."""

    middle_x_m: float
    middle_y_m: float
    centre: Point = PARIS

    @classmethod
    def around(cls, places: list[tuple[float, float]], *, centre: Point = PARIS) -> "Plane":
        """The map whose middle is that of the places' bounding box. Raises ValueError without places."""
        xs, ys = [x for x, _ in places], [y for _, y in places]
        return cls((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2, centre)

    def point(self, x_m: float, y_m: float) -> Point:
        """Where a place of the flat map lies on the globe."""
        east, north = x_m - self.middle_x_m, y_m - self.middle_y_m
        distance = math.hypot(east, north)
        if distance == 0:
            return self.centre
        arc, lat_0 = distance / EARTH_RADIUS_M, math.radians(self.centre.lat)
        sin_north, sin_east = math.sin(arc) * north / distance, math.sin(arc) * east / distance
        lat = math.asin(math.cos(arc) * math.sin(lat_0) + sin_north * math.cos(lat_0))
        lon = math.atan2(sin_east, math.cos(arc) * math.cos(lat_0) - sin_north * math.sin(lat_0))
        return Point(math.degrees(lat), self.centre.lon + math.degrees(lon))
