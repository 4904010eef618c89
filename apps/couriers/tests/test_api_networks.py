"""GET /v1/networks: fleets to connect with, and nothing that is not for everybody."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.accounts.services import create_api_key
from apps.core import short_memory
from apps.core.ids import public_id
from apps.couriers.models import Fleet, Shift
from apps.zones.models import Zone
from tests.cast import RING, make_courier, ready_in

pytestmark = pytest.mark.django_db


def asks(key, **query):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {key}").get("/v1/networks", query)


def fleet_of(cast, name, **changes):
    return Fleet.objects.create(organisation=cast.fleet_owner, name=name, **changes)


def test_open_fleets_and_those_that_accept_invitations_are_listed_newest_first(cast):
    fleet_of(cast, "Closed")
    willing = fleet_of(cast, "Willing", accepts_invitations=True)
    rows = asks(cast.dee_key).json()["data"]
    assert [row["name"] for row in rows] == ["Willing", "Vélo Express"]
    assert rows[0] == {
        "id": public_id("flt", willing.pk),
        "name": "Willing",
        "owner": "Vélo Express",
        "mode": "assigned",
        "is_open": False,
        "accepts_invitations": True,
        "zones": [],
    }


def test_a_fleet_serves_the_zones_of_its_shifts_around_now(cast, hand_clock):
    lyon = Zone.objects.create(name="Lyon", slug="lyon", ring=RING)
    closed = Zone.objects.create(name="Closed", slug="closed", ring=RING, is_active=False)
    long_ago = Zone.objects.create(name="Long ago", slug="long-ago", ring=RING)
    for zone, days in ((lyon, 6), (closed, 1), (long_ago, -9)):
        begins = ready_in(days * 24 * 60)
        Shift.objects.create(courier=cast.bo, zone=zone, starts_at=begins, ends_at=begins)
    (row,) = asks(cast.dee_key).json()["data"]
    assert [zone["slug"] for zone in row["zones"]] == ["lyon", "paris"]
    assert row["zones"][1] == {"id": public_id("zon", cast.zone.pk), "name": "Paris", "slug": "paris"}


def test_own_fleets_are_not_listed(cast):
    _, key = create_api_key(organisation_id=cast.fleet_owner.pk, name="own")
    assert asks(key).json() == {"data": [], "next_cursor": None}


def test_many_fleets_need_as_many_queries_as_one(cast):
    def queries():
        short_memory.forget_everything()
        with CaptureQueriesContext(connection) as context:
            assert asks(cast.dee_key).status_code == 200
        return len(context)

    few = queries()
    for number in range(4):
        fleet = fleet_of(cast, f"Fleet {number}", is_open=True)
        make_courier(fleet, cast.zone, name="Di", phone=f"+3363998001{number}")
    assert queries() == few


def test_pages_follow_each_other(cast):
    for number in range(3):
        fleet_of(cast, f"Fleet {number}", is_open=True)
    first = asks(cast.dee_key, limit=3).json()
    second = asks(cast.dee_key, limit=3, cursor=first["next_cursor"]).json()
    names = [row["name"] for row in first["data"] + second["data"]]
    assert (names, second["next_cursor"]) == (["Fleet 2", "Fleet 1", "Fleet 0", "Vélo Express"], None)


def test_a_key_without_the_scope_sees_no_fleet(cast):
    _, key = create_api_key(organisation_id=cast.bakery.pk, name="till", scopes=("orders:read",))
    assert asks(key).status_code == 403
    assert asks("ck_live_unknown").status_code == 401
