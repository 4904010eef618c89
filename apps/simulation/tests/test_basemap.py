"""The drawn map: valid GeoJSON, small, the twenty districts fitting together like the pieces of a puzzle."""

import json
import random
from itertools import combinations, pairwise

import pytest

from apps.core.geo import Point, contains
from apps.simulation.city import geometry
from apps.simulation.city.basemap import as_json, basemap
from apps.simulation.city.generator import generate_city
from apps.simulation.city.ground import paris_ground
from apps.simulation.city.paris.districts import AREAS_KM2

KINDS = {"outline", "district", "water", "park", "road", "island", "rail_station", "label"}
AROUND_PARIS = (2.15, 48.75, 2.55, 48.97)


@pytest.fixture(scope="module")
def features():
    return json.loads(as_json(basemap(generate_city())))["features"]


@pytest.fixture(scope="module")
def rings(features):
    return [feature["geometry"]["coordinates"] for feature in features if feature["geometry"]["type"] == "Polygon"]


def of_kind(features, kind):
    return [feature for feature in features if feature["properties"]["kind"] == kind]


def positions_of(feature):
    coordinates = feature["geometry"]["coordinates"]
    match feature["geometry"]["type"]:
        case "Point":
            return [coordinates]
        case "LineString":
            return coordinates
        case "Polygon":
            return [position for ring in coordinates for position in ring]
    raise AssertionError(feature["geometry"]["type"])


def shoelace(ring):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


def turn(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def cross(a, b, c, d):
    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0


def test_the_map_is_a_feature_collection_of_the_agreed_kinds(features):
    collection = basemap(generate_city())
    assert collection["type"] == "FeatureCollection"
    assert {feature["properties"]["kind"] for feature in features} == KINDS
    assert all(feature["type"] == "Feature" and feature["properties"]["name"] for feature in features)


def test_the_map_is_small_and_the_same_for_every_seed():
    first, second = as_json(basemap(generate_city(seed=1))), as_json(basemap(generate_city(seed=2)))
    assert first == second
    assert len(first.encode()) < 250_000


def test_every_position_is_a_longitude_and_a_latitude_near_paris(features):
    west, south, east, north = AROUND_PARIS
    for feature in features:
        for lon, lat in positions_of(feature):
            assert west < lon < east
            assert south < lat < north


def test_every_ring_is_closed_turns_anticlockwise_and_has_no_hole(rings):
    for polygon in rings:
        assert len(polygon) == 1
        assert polygon[0][0] == polygon[0][-1]
        assert len(polygon[0]) >= 4
        assert shoelace(polygon[0]) > 0


def test_no_ring_repeats_a_position_or_crosses_itself(rings):
    for polygon in rings:
        ring = polygon[0]
        sides = list(pairwise(ring))
        assert all(a != b for a, b in sides)
        assert not any(cross(*one, *other) for one, other in combinations(sides, 2))


def test_the_zone_does_not_cross_itself():
    ring = [(corner.lon, corner.lat) for corner in generate_city().zone.ring]
    sides = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    assert not any(cross(*one, *other) for one, other in combinations(sides, 2))


def test_the_outline_has_the_shape_of_the_city():
    ground = paris_ground()
    assert len(ground.outline) >= 60
    assert ground.is_inside(Point(48.8867, 2.3431))  # the Sacré-Cœur
    assert ground.is_inside(Point(48.8222, 2.3385))  # parc Montsouris
    assert not ground.is_inside(Point(48.8920, 2.2370))  # La Défense
    assert not ground.is_inside(Point(48.9245, 2.3602))  # the Stade de France
    assert not ground.is_inside(Point(48.8427, 2.4355))  # the castle of Vincennes


def test_twenty_districts_cover_the_outline():
    ground = paris_ground()
    assert [area.number for area in ground.districts] == list(range(1, 21))
    assert [area.name for area in ground.districts[:3]] == ["1er", "2e", "3e"]
    whole = geometry.signed_area_m2(ground.outline)
    parts = sum(geometry.signed_area_m2(area.ring) for area in ground.districts)
    assert parts == pytest.approx(whole, rel=0.01)


def test_every_point_of_the_city_is_in_exactly_one_district():
    ground, rng = paris_ground(), random.Random(4)
    inside = 0
    for _ in range(4000):
        point = Point(rng.uniform(48.81, 48.91), rng.uniform(2.24, 2.42))
        owners = [area.number for area in ground.districts if contains(area.ring, point)]
        assert len(owners) == int(ground.is_inside(point)), (point, owners)
        inside += len(owners)
    assert inside > 1500


def test_districts_are_about_as_large_as_the_city_says():
    for area, stated_km2 in zip(paris_ground().districts, AREAS_KM2, strict=True):
        assert geometry.signed_area_m2(area.ring) / 1e6 == pytest.approx(stated_km2, rel=0.08), area.name


def test_the_number_of_each_district_is_written_inside_it(features):
    ground = paris_ground()
    for feature, area in zip(of_kind(features, "district"), ground.districts, strict=True):
        assert contains(area.ring, area.centre)
        assert not ground.is_water(area.centre)
        assert feature["properties"]["number"] == area.number
        assert feature["properties"]["centre"] == [area.centre.lon, area.centre.lat]


@pytest.mark.parametrize(
    ("landmark", "lat", "lon", "district"),
    [
        ("Louvre", 48.8611, 2.3358, 1),
        ("place des Vosges", 48.8553, 2.3657, 4),
        ("Notre-Dame", 48.8530, 2.3499, 4),
        ("Panthéon", 48.8462, 2.3460, 5),
        ("Saint-Sulpice", 48.8510, 2.3350, 6),
        ("Tour Eiffel", 48.8584, 2.2945, 7),
        ("Opéra Garnier", 48.8719, 2.3316, 9),
        ("Gare du Nord", 48.8805, 2.3553, 10),
        ("Bibliothèque François-Mitterrand", 48.8336, 2.3760, 13),
        ("Trocadéro", 48.8620, 2.2880, 16),
        ("Sacré-Cœur", 48.8867, 2.3431, 18),
        ("Philharmonie", 48.8912, 2.3938, 19),
        ("Père-Lachaise", 48.8614, 2.3936, 20),
    ],
)
def test_landmarks_are_in_the_districts_where_parisians_look_for_them(landmark, lat, lon, district):
    found = paris_ground().district_at(Point(lat, lon))
    assert found is not None, landmark
    assert found.number == district


@pytest.mark.parametrize(
    ("bridge", "lat", "lon"),
    [
        ("Tolbiac", 48.8332, 2.3801),
        ("Austerlitz", 48.8449, 2.3657),
        ("Pont-Neuf, northern arm", 48.8581, 2.3419),
        ("Arts", 48.8583, 2.3375),
        ("Concorde", 48.8636, 2.3190),
        ("Alma", 48.8636, 2.3016),
        ("Bir-Hakeim, left bank", 48.8551, 2.2880),
        ("Mirabeau", 48.8465, 2.2755),
    ],
)
def test_the_seine_flows_under_its_bridges(bridge, lat, lon):
    assert paris_ground().is_water(Point(lat, lon)), bridge


@pytest.mark.parametrize(
    ("place", "lat", "lon"),
    [("Notre-Dame", 48.8530, 2.3499), ("Saint-Louis-en-l'Île", 48.8517, 2.3567), ("Châtelet", 48.8584, 2.3472)],
)
def test_the_islands_and_the_banks_are_dry(place, lat, lon):
    assert paris_ground().is_habitable(Point(lat, lon)), place


def test_the_two_woods_lie_outside_the_outline_and_the_gardens_inside():
    ground = paris_ground()
    for park in ground.parks:
        is_wood = park.name.startswith("Bois")
        assert all(ground.is_inside(corner) != is_wood for corner in park.ring), park.name


def test_there_are_roads_of_each_class_and_the_ring_closes(features):
    roads = of_kind(features, "road")
    assert len({road["properties"]["name"] for road in roads}) >= 35
    assert {road["properties"]["class"] for road in roads} == {"main", "secondary", "ring"}
    ring = next(road for road in roads if road["properties"]["class"] == "ring")["geometry"]["coordinates"]
    assert ring[0] == ring[-1]


def test_the_ring_road_follows_the_outline():
    ground = paris_ground()
    closed = (*ground.outline, ground.outline[0])
    ring = next(road for road in ground.roads if road.road_class == "ring")
    assert max(geometry.distance_to_line_m(closed, point) for point in ring.line) < 700


def test_stations_stand_in_the_city():
    ground = paris_ground()
    assert len(ground.rail_stations) >= 6
    assert all(ground.is_habitable(station.point) for station in ground.rail_stations)
