"""What a city stands on: its outline, districts, water, parks, roads. The same for every seed."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from apps.core.geo import Point, contains
from apps.simulation.city import geometry
from apps.simulation.city.geometry import Ring
from apps.simulation.city.paris import districts, parks, places, roads, water

RoadClass = Literal["main", "secondary", "ring"]
ROAD_CLASSES: dict[str, RoadClass] = {"main": "main", "secondary": "secondary", "ring": "ring"}


@dataclass(frozen=True, slots=True)
class Area:
    """A named polygon: a park, a reach of a river, an island."""

    name: str
    ring: Ring


@dataclass(frozen=True, slots=True)
class District:
    """A part of the city with a number; `centre` is where to write it."""

    number: int
    name: str
    ring: Ring
    centre: Point


@dataclass(frozen=True, slots=True)
class Road:
    """A named line."""

    name: str
    road_class: RoadClass
    line: Ring


@dataclass(frozen=True, slots=True)
class Place:
    """A named point: a station, a square."""

    name: str
    point: Point


@dataclass(frozen=True)
class Ground:
    """A city before anybody lives there."""

    name: str
    outline: Ring
    districts: tuple[District, ...]
    waters: tuple[Area, ...]
    islands: tuple[Area, ...]
    parks: tuple[Area, ...]
    roads: tuple[Road, ...]
    rail_stations: tuple[Place, ...]
    labels: tuple[Place, ...]

    def is_inside(self, point: Point) -> bool:
        """Whether a point lies within the outline of the city."""
        return contains(self.outline, point)

    def is_water(self, point: Point) -> bool:
        """Whether a point lies in a river, a canal or a lake, and not on an island."""
        if not geometry.in_any((area.ring for area in self.waters), point):
            return False
        return not geometry.in_any((area.ring for area in self.islands), point)

    def is_habitable(self, point: Point) -> bool:
        """Whether somebody may live at a point: in the city, on land, outside its parks."""
        if not self.is_inside(point) or self.is_water(point):
            return False
        return not geometry.in_any((area.ring for area in self.parks), point)

    def district_at(self, point: Point) -> District | None:
        """The district that a point lies in, None outside the outline."""
        return next((district for district in self.districts if contains(district.ring, point)), None)


@cache
def paris_ground() -> Ground:
    """Paris within its gates, with the two woods and the loop of the Seine around it."""
    borders = {name: geometry.points(line) for name, line in districts.BORDERS.items()}
    return Ground(
        name="paris",
        outline=geometry.anticlockwise(geometry.chain([borders[name] for name in districts.RIM])),
        districts=tuple(
            District(
                number=number,
                name="1er" if number == 1 else f"{number}e",
                ring=geometry.anticlockwise(geometry.chain([borders[name] for name in names])),
                centre=Point(*districts.CENTRES[number - 1]),
            )
            for number, names in districts.DISTRICTS.items()
        ),
        waters=_waters(),
        islands=tuple(_area(name, line) for name, line in water.ISLANDS),
        parks=tuple(_area(name, line) for name, line in parks.PARKS),
        roads=tuple(Road(name, ROAD_CLASSES[kind], geometry.points(line)) for name, kind, line in roads.ROADS),
        rail_stations=tuple(Place(name, Point(lat, lon)) for name, lat, lon in places.RAIL_STATIONS),
        labels=tuple(Place(name, Point(lat, lon)) for name, lat, lon in places.LABELS),
    )


def _waters() -> tuple[Area, ...]:
    rivers = [
        Area(name, geometry.anticlockwise(geometry.thick(geometry.points(line), start_width_m=start, end_width_m=end)))
        for name, line, start, end in water.WATERWAYS
    ]
    return (*rivers, _around_the_islands(), *(_area(name, line) for name, line in parks.LAKES))


def _around_the_islands() -> Area:
    northern, southern, northern_width_m, southern_width_m = water.AROUND_THE_ISLANDS
    right_bank = geometry.beside(geometry.points(northern), [northern_width_m / 2] * len(northern))
    left_bank = geometry.beside(geometry.points(southern), [-southern_width_m / 2] * len(southern))
    return Area("La Seine", geometry.anticlockwise(right_bank + left_bank[::-1]))


def _area(name: str, line: tuple[tuple[float, float], ...]) -> Area:
    return Area(name, geometry.anticlockwise(geometry.points(line)))
