"""The track of a courier and what looks wrong, as their fleet sees it, and nobody else."""

from datetime import timedelta

import pytest

from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.models import Courier, Device, PositionTrack
from apps.couriers.services import suspect
from apps.couriers.services.devices import register_device, revoke_device
from tests.cast import BAKERY

pytestmark = pytest.mark.django_db
PHONE = "0d5ad23e-6d4b-4d7f-9a64-2f3a9f5b1c11"


@pytest.fixture
def track(cast, hand_clock):
    """Ten minutes of Bo's way."""
    begin = hand_clock()
    return PositionTrack.objects.create(
        courier=cast.bo,
        started_at=begin,
        ended_at=begin + timedelta(minutes=10),
        points=[[begin.timestamp() + 60 * minute, BAKERY.lat, BAKERY.lon, None] for minute in range(11)],
    )


def asked(owner, courier, begin, end):
    return owner.gets(f"couriers/{public_id('cou', courier.pk)}/track", **{"from": begin, "to": end})


def test_the_owner_sees_where_a_courier_was(owner, cast, track):
    answer = asked(owner, cast.bo, "2026-06-10T12:02:00+02:00", "2026-06-10T10:04:00Z")
    assert answer.status_code == 200, answer.content
    assert answer.json()["is_suspicious"] is False
    assert answer.json()["data"] == [
        {"at": f"2026-06-10T10:0{minute}:00Z", "lat": BAKERY.lat, "lon": BAKERY.lon, "accuracy_m": None}
        for minute in (2, 3, 4)
    ]


def test_of_a_time_without_points_it_is_empty(owner, cast, track):
    answer = asked(owner, cast.bo, "2026-06-09T10:00:00Z", "2026-06-10T09:00:00Z")
    assert answer.json() == {"data": [], "is_suspicious": False}


def test_another_fleet_finds_no_such_courier(rival, cast, track):
    answer = asked(rival, cast.bo, "2026-06-10T10:00:00Z", "2026-06-10T11:00:00Z")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "courier_not_found")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "from"),
        ({"from": "2026-06-10T10:00:00Z"}, "to"),
        ({"from": "2026-06-10T10:00:00Z", "to": "2026-06-11T10:00:00.001Z"}, "to"),
        ({"from": "2026-06-10T10:00:00Z", "to": "2026-06-10T09:59:59Z"}, "to"),
        ({"from": "2026-06-10", "to": "2026-06-11"}, "from"),
        ({"from": "2026-06-10T10:00:00Z", "to": "2026-06-10T11:00:00Z", "limit": "5"}, "limit"),
    ],
)
def test_more_than_a_day_or_none_at_all_is_not_asked(owner, cast, track, query, field):
    answer = owner.gets(f"couriers/{public_id('cou', cast.bo.pk)}/track", **query)
    assert answer.status_code == 400
    assert field in {each["path"] for each in answer.json()["error"]["fields"]}


def test_reading_a_track_costs_the_same_however_long(owner, cast, track, django_assert_max_num_queries):
    asked(owner, cast.bo, "2026-06-10T10:00:00Z", "2026-06-10T11:00:00Z")
    with django_assert_max_num_queries(3):
        asked(owner, cast.bo, "2026-06-10T00:00:00Z", "2026-06-10T23:00:00Z")


# --- what looks wrong -------------------------------------------------------------------------------------------------


def since(owner, courier):
    return owner.gets(f"couriers/{public_id('cou', courier.pk)}").json()["positions_suspicious_since"]


def told():
    rows = Event.objects.filter(name="PositionsLookWrong").order_by("id")
    return [(row.payload["courier_id"], row.payload["reason"]) for row in rows]


def test_the_flag_is_shown_for_a_day_after_the_last_time(owner, cast, hand_clock):
    assert since(owner, cast.bo) is None
    assert suspect(cast.bo, reason="speed")
    hand_clock.advance(hours=20)
    assert suspect(cast.bo, reason="speed")
    hand_clock.advance(hours=24)
    assert since(owner, cast.bo) == "2026-06-10T10:00:00Z"
    hand_clock.advance(seconds=1)
    assert since(owner, cast.bo) is None
    assert suspect(cast.bo, reason="speed")
    assert since(owner, cast.bo) == "2026-06-12T06:00:01Z"
    assert since(owner, cast.cy) is None


def test_two_couriers_on_one_phone_are_both_flagged(owner, cast, hand_clock):
    register_device(courier_id=cast.bo.pk, label="", device_id=PHONE)
    assert told() == []
    register_device(courier_id=cast.cy.pk, label="", device_id=PHONE)
    assert set(told()) == {(str(cast.bo.pk), "shared_device"), (str(cast.cy.pk), "shared_device")}
    assert since(owner, cast.bo) == since(owner, cast.cy) == "2026-06-10T10:00:00Z"
    register_device(courier_id=cast.cy.pk, label="", device_id=PHONE)
    assert len(told()) == 2


def test_a_phone_that_was_handed_on_after_signing_out_is_nobodys_but_the_last(owner, cast, hand_clock):
    register_device(courier_id=cast.bo.pk, label="", device_id=PHONE)
    revoke_device(device_id=Device.objects.get(device_id=PHONE).pk)
    register_device(courier_id=cast.cy.pk, label="", device_id=PHONE)
    assert told() == []


def test_one_courier_may_sign_in_twice_and_others_have_phones_of_their_own(owner, cast, hand_clock):
    for _ in range(2):
        register_device(courier_id=cast.bo.pk, label="", device_id=PHONE)
    register_device(courier_id=cast.cy.pk, label="")
    assert told() == []
    assert Courier.objects.get(pk=cast.bo.pk).positions_suspicious_since is None
