"""Addresses that could be: a real street near the point, in its district, and a house number from a seed."""

from random import Random

from apps.core.geo import Point
from apps.simulation.city.ground import Ground
from apps.simulation.city.paris.streets import STREETS

NEAREST = 3
LAST_NUMBER = 140


def address_at(ground: Ground, point: Point, rng: Random) -> str:
    """A plausible postal address of a point of Paris: one of the nearest streets of its district, any number.

    Raises ValueError for a point outside the outline.
    """
    district = ground.district_at(point)
    if district is None:
        raise ValueError(f"{point} is not in {ground.name}")
    near = sorted(STREETS[district.number], key=lambda street: _squared(street, point))[:NEAREST]
    return address_in(rng.choices(near, weights=(6, 2, 1))[0][0], district.number, rng)


def address_in(street: str, district: int, rng: Random) -> str:
    """A house of a street: `12 bis rue Oberkampf, 75011 Paris`."""
    number = rng.randint(1, LAST_NUMBER)
    suffix = " bis" if rng.random() < 0.04 else ""
    return f"{number}{suffix} {street}, 750{district:02d} Paris"


def _squared(street: tuple[str, float, float], point: Point) -> float:
    """Squared distance in degrees, longitudes shortened by the cosine of Paris: good for comparing only."""
    return (street[1] - point.lat) ** 2 + ((street[2] - point.lon) * 0.658) ** 2
