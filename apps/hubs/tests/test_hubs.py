"""Hubs: who opens them, who sees what of them, and what may be changed."""

import pytest
from rest_framework.test import APIClient

from apps.core.ids import public_id
from apps.core.models import Event
from apps.hubs.models import Hub
from apps.orders.tests.asking import error_code, wrong_fields
from tests.hubs import QUAY, Device, make_hub, make_operator

pytestmark = pytest.mark.django_db
BODY = {
    "name": "Quay",
    "address": "1 quai de la Rapée, Paris",
    "lat": QUAY.lat,
    "lon": QUAY.lon,
    "opening_hours": {"mon": [["06:00", "12:00"], ["13:00", "24:00"]], "sun": []},
}


def test_a_hub_is_opened_in_the_zone_that_covers_it(cast, device):
    answer = device.post("/hubs", {**BODY, "is_open_to_others": True})
    assert answer.status_code == 201, answer.json()
    shown = answer.json()
    assert (shown["name"], shown["zone"], shown["is_own"]) == ("Quay", public_id("zon", cast.zone.pk), True)
    assert shown["opening_hours"] == BODY["opening_hours"]
    assert device.client.get(f"/v1/hubs/{shown['id']}").json() == shown
    assert Event.objects.filter(name="HubOpened").count() == 2  # with the fixture's


def test_one_key_opens_one_hub(device):
    post = {"path": "/v1/hubs", "data": BODY, "format": "json", "headers": {"Idempotency-Key": "h-1"}}
    first, again = device.client.post(**post), device.client.post(**post)
    assert first.json() == again.json()
    assert Hub.objects.count() == 2


def test_who_operates_no_hubs_opens_none(dee):
    refused = dee.client.post("/v1/hubs", BODY, headers={"Idempotency-Key": "h-1"})
    assert (refused.status_code, error_code(refused)) == (403, "not_a_hub_operator")
    assert not Hub.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"lat": 45.0}, {"pickup": "address_out_of_zone", "dropoff": "address_out_of_zone"}),
        ({"lat": 91}, {"lat": "out_of_range"}),
        ({"owner": "me"}, {"owner": "unknown_field"}),
        ({"opening_hours": {"mon": [["12:00", "06:00"]]}}, {"opening_hours.mon[0]": "malformed"}),
        ({"opening_hours": {"mon": [["6:00", "12:00"]]}}, {"opening_hours.mon[0]": "malformed"}),
        ({"opening_hours": {"someday": []}}, {"opening_hours.someday": "unknown_field"}),
        ({"opening_hours": {"mon": [["06:00"]]}}, {"opening_hours.mon[0]": "malformed"}),
    ],
)
def test_what_is_wrong_with_a_hub_is_named(device, change, wrong):
    refused = device.post("/hubs", BODY | change)
    assert refused.status_code in (400, 422)
    assert wrong_fields(refused) == wrong
    assert Hub.objects.count() == 1


def test_others_see_an_open_hub_with_less_detail_and_a_closed_one_not_at_all(dee, device, hub):
    make_hub(hub.organisation_id, name="Private", is_open_to_others=False)
    (seen,) = dee.client.get("/v1/hubs").json()["data"]
    assert (seen["name"], seen["is_own"], seen["phone"], seen["instructions"]) == ("Quay", False, None, None)
    assert [row["name"] for row in device.client.get("/v1/hubs").json()["data"]] == ["Private", "Quay"]
    assert device.client.get("/v1/hubs", {"is_own": "false"}).json()["data"] == []
    assert device.client.get("/v1/hubs").json()["data"][1]["phone"] == "+33639980200"


def test_the_hub_of_somebody_else_is_not_found_for_what_is_its_operators(dee, device, north):
    theirs = f"/v1/hubs/{public_id('hub', north.hub.pk)}"
    for answer in (
        device.client.patch(theirs, {"name": "Mine"}, format="json"),
        device.client.get(f"{theirs}/stock"),
        device.client.post(f"{theirs}/scans", {"scans": [{}]}, format="json"),
        device.post(f"/hubs/{public_id('hub', north.hub.pk)}/incidents", {}),
        device.client.get("/v1/hubs/hub_nonsense"),
    ):
        assert answer.status_code == 404
    assert Hub.objects.get(pk=north.hub.pk).name == "North"


def test_a_hub_is_changed_and_says_so(device, hub):
    answer = device.client.patch(device.path, {"is_active": False, "opening_hours": {}}, format="json")
    assert (answer.status_code, answer.json()["is_active"], answer.json()["name"]) == (200, False, "Quay")
    assert Event.objects.filter(name="HubChanged").count() == 1
    assert Hub.objects.get(pk=hub.pk).version == 1


def test_a_place_changes_as_a_whole(device, hub):
    refused = device.client.patch(device.path, {"lat": 48.87}, format="json")
    assert (refused.status_code, wrong_fields(refused)) == (400, {"address": "required", "lon": "required"})
    assert Hub.objects.get(pk=hub.pk).lat == QUAY.lat


def test_a_key_without_the_scope_is_refused(hub):
    reader = Device(hub, scopes=("hubs:read",))
    assert reader.client.get("/v1/hubs").status_code == 200
    assert reader.post("/hubs", BODY).status_code == 403
    assert reader.client.patch(reader.path, {"name": "X"}, format="json").status_code == 403
    assert APIClient().get("/v1/hubs").status_code == 401


def test_a_list_of_hubs_costs_the_same_for_more(device, django_assert_num_queries):
    operator = make_operator("many")
    for number in range(12):
        make_hub(operator, name=f"Hub {number}")
    with django_assert_num_queries(2):  # the key, the page
        assert len(device.client.get("/v1/hubs", {"limit": 10}).json()["data"]) == 10
