"""The drawn map under the live screens: GeoJSON (RFC 7946), small enough to be sent whole, with no tile server.

`properties.kind` of a feature is one of outline, district, park, water, island, road, rail_station, label (in the order
of painting). Roads carry a `class`: main, secondary or ring; districts their `number` and `centre` [lon, lat].
"""

import json
from typing import Any, Protocol

from apps.core.geo import Point
from apps.simulation.city.geometry import Ring, anticlockwise
from apps.simulation.city.ground import Ground

DECIMALS = 5  # about a metre

Feature = dict[str, Any]


class Mapped(Protocol):
    """Anything that stands on a ground: a `City`."""

    @property
    def ground(self) -> Ground:
        """What is drawn."""
        ...


def basemap(city: Mapped) -> dict[str, Any]:
    """The map of a city as a FeatureCollection. The same city gives the same bytes once written by `as_json`."""
    ground = city.ground
    features = [
        _polygon(ground.outline, kind="outline", name=ground.name.capitalize()),
        *(
            _polygon(area.ring, kind="district", name=area.name, number=area.number, centre=_position(area.centre))
            for area in ground.districts
        ),
        *(_polygon(area.ring, kind="park", name=area.name) for area in ground.parks),
        *(_polygon(area.ring, kind="water", name=area.name) for area in ground.waters),
        *(_polygon(area.ring, kind="island", name=area.name) for area in ground.islands),
        *(
            _feature("LineString", [_position(point) for point in road.line], _road(road.name, road.road_class))
            for road in ground.roads
        ),
        *(_point(place.point, kind="rail_station", name=place.name) for place in ground.rail_stations),
        *(_point(place.point, kind="label", name=place.name) for place in ground.labels),
    ]
    return {"type": "FeatureCollection", "bbox": _bounds(ground.outline), "features": features}


def as_json(collection: dict[str, Any]) -> str:
    """The collection on one line, in UTF-8 letters, without spaces."""
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":"))


def polygon_coordinates(ring: Ring) -> list[list[list[float]]]:
    """A ring as the coordinates of a GeoJSON Polygon: closed, anticlockwise, [lon, lat]."""
    turned = anticlockwise(ring)
    return [[_position(point) for point in (*turned, turned[0])]]


def _position(point: Point) -> list[float]:
    return [round(point.lon, DECIMALS), round(point.lat, DECIMALS)]


def _road(name: str, road_class: str) -> dict[str, Any]:
    return {"kind": "road", "name": name, "class": road_class}


def _polygon(ring: Ring, **properties: object) -> Feature:
    return _feature("Polygon", polygon_coordinates(ring), properties)


def _point(point: Point, **properties: object) -> Feature:
    return _feature("Point", _position(point), properties)


def _feature(geometry_type: str, coordinates: list[Any], properties: dict[str, Any]) -> Feature:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": geometry_type, "coordinates": coordinates},
    }


def _bounds(ring: Ring) -> list[float]:
    """West, south, east, north."""
    lons, lats = [point.lon for point in ring], [point.lat for point in ring]
    return [round(bound, DECIMALS) for bound in (min(lons), min(lats), max(lons), max(lats))]
