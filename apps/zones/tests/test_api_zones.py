"""Zones over the REST API: the coverage as GeoJSON, kept until it changes."""

import pytest
from django.core.exceptions import ValidationError
from rest_framework.test import APIClient

from apps.accounts.services import create_api_key
from apps.core.ids import public_id
from apps.zones.models import Zone
from tests.cast import RING

pytestmark = pytest.mark.django_db
LYON = [[4.77, 45.70], [4.90, 45.70], [4.90, 45.81], [4.77, 45.81]]


@pytest.fixture
def client(cast) -> APIClient:
    """A system whose key has no scope at all."""
    _, secret = create_api_key(organisation_id=cast.bakery.pk, name="map", scopes=())
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")


def test_the_coverage_is_a_feature_collection(client, cast):
    Zone.objects.create(name="Lyon", slug="lyon", ring=LYON)
    Zone.objects.create(name="Brest", slug="brest", ring=LYON, is_active=False)
    answer = client.get("/v1/zones").json()
    lyon, paris = answer["features"]
    assert answer["type"] == "FeatureCollection"
    assert paris == {
        "type": "Feature",
        "id": public_id("zon", cast.zone.pk),
        "geometry": {"type": "Polygon", "coordinates": [RING]},
        "properties": {
            "name": "Paris",
            "slug": "paris",
            "time_zone": "Europe/Paris",
            "opening_hours": [{"days": [0, 1, 2, 3, 4, 5, 6], "from": "08:00", "to": "22:00"}],
        },
    }
    assert lyon["geometry"]["coordinates"] == [[*LYON, LYON[0]]]  # RFC 7946: a ring is closed
    assert client.get(f"/v1/zones/{paris['id']}").json() == paris


def test_who_knows_the_coverage_is_not_sent_it_again_until_it_changes(client, cast):
    first = client.get("/v1/zones")
    assert first["Cache-Control"] == "private, max-age=300"
    again = client.get("/v1/zones", headers={"If-None-Match": f'"other", {first["ETag"]}'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    cast.zone.opening_hours = [{"days": [0], "from": "09:00", "to": "10:00"}]
    cast.zone.save()
    changed = client.get("/v1/zones", headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)


def test_the_coverage_costs_two_queries(client, cast, django_assert_num_queries):
    Zone.objects.bulk_create(Zone(name=f"Zone {n}", slug=f"zone-{n}", ring=LYON) for n in range(20))
    with django_assert_num_queries(2):  # the key, the zones
        client.get("/v1/zones")


def test_which_zone_serves_a_place(client, cast):
    found = client.get("/v1/zones/at", {"lat": "48.86", "lon": "2.35"})
    assert (found.status_code, found.json()["id"]) == (200, public_id("zon", cast.zone.pk))
    nowhere = client.get("/v1/zones/at", {"lat": "45.75", "lon": "4.85"})
    assert (nowhere.status_code, nowhere.json()["error"]["code"]) == (404, "zone_not_found")


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({}, {"lat": "required", "lon": "required"}),
        ({"lat": "91", "lon": "2"}, {"lat": "out_of_range"}),
        ({"lat": "nan", "lon": "2"}, {"lat": "invalid"}),
        ({"lat": "4e1", "lon": "2"}, {"lat": "invalid"}),
        ({"lat": "٤٨", "lon": "2"}, {"lat": "invalid"}),
        ({"lat": "48", "lon": "2", "radius": "5"}, {"radius": "unknown_field"}),
    ],
)
def test_a_place_that_is_none_is_refused(client, query, wrong):
    answer = client.get("/v1/zones/at", query)
    fields = {field["path"]: field["code"] for field in answer.json()["error"]["fields"]}
    assert (answer.status_code, fields) == (400, wrong)


@pytest.mark.parametrize("zone_id", ["zon_" + "0" * 32, "paris", "zon_x"])
def test_a_zone_that_is_none_is_not_found(client, zone_id):
    assert client.get(f"/v1/zones/{zone_id}").status_code == 404


def test_a_zone_out_of_service_is_not_found(client, cast):
    cast.zone.is_active = False
    cast.zone.save()
    assert client.get(f"/v1/zones/{public_id('zon', cast.zone.pk)}").status_code == 404
    assert client.get("/v1/zones/at", {"lat": "48.86", "lon": "2.35"}).status_code == 404
    assert client.get("/v1/zones").json()["features"] == []


def test_nobody_without_a_key_reads_zones(cast):
    for path in ("zones", "zones/at", f"zones/{public_id('zon', cast.zone.pk)}"):
        assert APIClient().get(f"/v1/{path}").status_code == 401


def test_unclear_hours_are_refused_in_the_admin(cast):
    cast.zone.opening_hours = [{"days": [0], "from": "22:00", "to": "08:00"}]
    with pytest.raises(ValidationError, match="on the same day"):
        cast.zone.full_clean()
