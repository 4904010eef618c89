"""The ground that the made-up city of the tick benchmark stands on."""

import math
from dataclasses import dataclass

import numpy as np

from apps.core.geo import EARTH_RADIUS_M, Point
from apps.dispatch.engine.travel import Floats

SIDE_M, COURIERS_OF_SIDE, PLACES_OF_SIDE = 14_000.0, 500, 120
CORNER = Point(48.80, 2.25)


@dataclass(frozen=True, slots=True)
class Ground:
    """A square with its busy places, (P, 2) metres east and north of its corner."""

    side_m: float
    places_m: Floats

    @classmethod
    def of(cls, n_couriers: int, dice: np.random.Generator) -> "Ground":
        """Ground for so many couriers, always as dense."""
        share = n_couriers / COURIERS_OF_SIDE
        side_m = SIDE_M * math.sqrt(share)
        return cls(side_m, dice.uniform(0, side_m, (max(2, round(PLACES_OF_SIDE * share)), 2)))

    def anywhere(self, dice: np.random.Generator) -> Floats:
        """Some place of the square."""
        return dice.uniform(0, self.side_m, 2)

    def near(self, at_m: Floats, sigma_m: float, dice: np.random.Generator) -> Floats:
        """A place around another, `sigma_m` away an axis."""
        answer: Floats = np.clip(at_m + dice.normal(0, sigma_m, 2), 0, self.side_m)
        return answer


def point(at_m: Floats) -> Point:
    """Degrees of metres east and north of the corner."""
    degree_m = math.radians(1.0) * EARTH_RADIUS_M
    east_m, north_m = float(at_m[0]), float(at_m[1])
    return Point(CORNER.lat + north_m / degree_m, CORNER.lon + east_m / (degree_m * math.cos(math.radians(CORNER.lat))))
