"""Couriers over the REST API: their network's owner adds, changes and sees them."""

import pytest

from apps.core import clock
from apps.core.geo import Point
from apps.core.ids import parse_public_id, public_id
from apps.couriers.models import Courier, Device, Vehicle
from apps.couriers.positions import Fix, record_positions
from apps.couriers.services import deactivate_courier, end_shift, pause
from apps.couriers.tests.owning import events, new_courier, new_vehicle, nothing_changes, refused, wrong_fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def bo(cast) -> str:
    """Bo's public id."""
    return public_id("cou", cast.bo.pk)


def on_the_road(courier) -> None:
    fix = Fix(Point(48.86, 2.35), clock.now())
    record_positions(courier.pk, [fix], at=clock.now())


def test_a_courier_is_added_and_can_sign_in(owner, cast):
    made = owner.posts("couriers", new_courier(cast, external_id="K-1", skills=["cold"], max_legs=3))
    assert made.status_code == 201
    kim = made.json()
    assert kim == {
        "id": kim["id"],
        "fleet_id": public_id("flt", cast.fleet.pk),
        "vehicle_id": public_id("veh", cast.bo.vehicle_id),
        "external_id": "K-1",
        "name": "Kim",
        "phone": "+33639980010",
        "email": "",
        "language": "fr",
        "is_active": True,
        "status": "off_duty",
        "zone_id": None,
        "shift_id": None,
        "position": None,
        "silent_since": None,
        "positions_suspicious_since": None,
        "skills": ["cold"],
        "max_legs": 3,
        "load_legs": 0,
        "created_at": "2026-06-10T10:00:00Z",
    }
    assert owner.gets(f"couriers/{kim['id']}").json() == kim
    (event,) = events("CourierAdded")
    assert event["courier_id"] == str(parse_public_id("cou", kim["id"]))
    assert "Kim" not in str(event)
    assert "+33639980010" not in str(event)


def test_a_courier_is_changed(owner, bo, cast):
    vehicle = owner.posts("vehicles", new_vehicle(cast)).json()["id"]
    changed = owner.patches(f"couriers/{bo}", name="Bob", vehicle_id=vehicle, max_legs=2)
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["vehicle_id"], changed.json()["max_legs"]) == ("Bob", vehicle, 2)
    assert changed.json()["status"] == "on_duty"
    assert events("CourierChanged")[0]["fields"] == ["max_legs", "name", "vehicle_id"]


def test_another_phone_ends_the_devices(owner, bo, cast):
    Device.objects.create(courier=cast.bo, label="phone", token_hash="h")
    owner.patches(f"couriers/{bo}", name="Bob")
    assert Device.objects.get().revoked_at is None
    owner.patches(f"couriers/{bo}", phone="+33639980077")
    assert Device.objects.get().revoked_at is not None


def test_nothing_is_written_that_the_system_may_not_say(owner, bo, cast):
    forbidden = ("status", "is_active", "zone_id", "load_legs", "version", "shift_id", "fleet_id", "last_lat")
    with nothing_changes():
        answer = owner.patches(f"couriers/{bo}", **dict.fromkeys(forbidden, 1))
    assert (answer.status_code, wrong_fields(answer)) == (400, dict.fromkeys(forbidden, "unknown_field"))


def test_a_phone_has_one_active_courier_whoever_they_ride_for(owner, rival, bo, cast):
    with nothing_changes():
        assert refused(owner.posts("couriers", new_courier(cast, phone=cast.cy.phone))) == (409, "phone_taken")
        assert refused(owner.patches(f"couriers/{bo}", phone=cast.cy.phone)) == (409, "phone_taken")
    fleet = rival.posts("fleets", {"name": "Rush"}).json()["id"]
    vehicle = rival.posts("vehicles", new_vehicle(cast, fleet_id=fleet)).json()["id"]
    theirs = new_courier(cast, fleet_id=fleet, vehicle_id=vehicle, phone=cast.cy.phone)
    with nothing_changes():
        assert refused(rival.posts("couriers", theirs)) == (409, "phone_taken")
    deactivate_courier(courier_id=cast.cy.pk)
    assert rival.posts("couriers", theirs).status_code == 201
    with nothing_changes():
        back = owner.posts(f"couriers/{public_id('cou', cast.cy.pk)}/activate")
    assert refused(back) == (409, "phone_taken")


def test_a_deactivated_courier_comes_back(owner, cast):
    deactivate_courier(courier_id=cast.cy.pk)
    answer = owner.posts(f"couriers/{public_id('cou', cast.cy.pk)}/activate")
    assert (answer.status_code, answer.json()["is_active"], answer.json()["status"]) == (200, True, "off_duty")
    with nothing_changes():
        assert owner.posts(f"couriers/{public_id('cou', cast.bo.pk)}/activate").status_code == 200  # active already
    assert len(events("CourierActivated")) == 1


def test_an_external_id_names_one_courier(owner, bo, cast):
    owner.posts("couriers", new_courier(cast, external_id="K-1"))
    with nothing_changes():
        second = owner.posts("couriers", new_courier(cast, external_id="K-1", phone="+33639980011"))
        assert refused(second) == (409, "external_id_taken")
        assert refused(owner.patches(f"couriers/{bo}", external_id="K-1")) == (409, "external_id_taken")


def test_a_vehicle_of_another_fleet_is_not_found(owner, bo, cast):
    other = owner.posts("fleets", {"name": "Night riders"}).json()["id"]
    vehicle = owner.posts("vehicles", new_vehicle(cast, fleet_id=other)).json()["id"]
    with nothing_changes():
        assert refused(owner.posts("couriers", new_courier(cast, vehicle_id=vehicle))) == (404, "vehicle_not_found")
        assert refused(owner.patches(f"couriers/{bo}", vehicle_id=vehicle)) == (404, "vehicle_not_found")


def test_where_a_courier_is_shows_on_duty_only(owner, bo, cast):
    on_the_road(cast.bo)
    shown = owner.gets(f"couriers/{bo}").json()
    assert shown["position"] == {
        "lat": pytest.approx(48.86, abs=1e-4),
        "lon": pytest.approx(2.35, abs=1e-4),
        "seen_at": "2026-06-10T10:00:00Z",
    }
    assert (shown["zone_id"], shown["status"]) == (public_id("zon", cast.zone.pk), "on_duty")
    pause(courier_id=cast.bo.pk)
    assert owner.gets(f"couriers/{bo}").json()["position"] is None
    end_shift(courier_id=cast.bo.pk)
    record_positions(cast.bo.pk, [Fix(Point(48.86, 2.35), clock.now())], at=clock.now())  # a batch that came late
    assert owner.gets(f"couriers/{bo}").json()["position"] is None


def test_the_list_shows_couriers_as_they_are_shown_alone(owner, bo, cast):
    on_the_road(cast.bo)
    row = next(row for row in owner.gets("couriers").json()["data"] if row["id"] == bo)
    assert row == owner.gets(f"couriers/{bo}").json()
    assert row["position"] is not None


def test_the_list_is_filtered(owner, bo, cast):
    cy, zone = public_id("cou", cast.cy.pk), public_id("zon", cast.zone.pk)
    other = owner.posts("fleets", {"name": "Night riders"}).json()["id"]
    end_shift(courier_id=cast.cy.pk)
    assert owner.lists("couriers") == [cy, bo]
    assert owner.lists("couriers", status="on_duty") == [bo]
    assert owner.lists("couriers", zone_id=zone) == [bo]
    assert owner.lists("couriers", phone=cast.cy.phone) == [cy]
    assert owner.lists("couriers", fleet_id=other) == []
    deactivate_courier(courier_id=cast.cy.pk)
    assert owner.lists("couriers", is_active="true") == [bo]
    assert owner.lists("couriers", is_active="false") == [cy]


def test_a_list_of_sixty_couriers_costs_three_queries(owner, cast, django_assert_num_queries):
    Courier.objects.bulk_create(
        Courier(fleet=cast.fleet, vehicle=cast.bo.vehicle, name="Kim", phone=f"+336399802{number:02}", status="on_duty")
        for number in range(60)
    )
    with django_assert_num_queries(3):  # the key, the fleets, the rows
        assert len(owner.lists("couriers", limit=60)) == 60


def test_a_lost_phone_is_worth_nothing(owner, bo, cast):
    for number in range(2):
        Device.objects.create(courier=cast.bo, label="phone", token_hash=f"h{number}")
    assert owner.deletes(f"couriers/{bo}/devices").json() == {"revoked": 2}
    assert not Device.objects.filter(revoked_at=None).exists()
    with nothing_changes():
        assert owner.deletes(f"couriers/{bo}/devices").json() == {"revoked": 0}
    assert events("DevicesRevoked")[0]["devices"] == 2


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": " "}, {"name": "blank"}),
        ({"name": "x" * 81}, {"name": "max_length"}),
        ({"phone": "0639980010"}, {"phone": "not_e164"}),
        ({"vehicle_id": "bike"}, {"vehicle_id": "malformed"}),
        ({"skills": ["x"] * 21}, {"skills": "max_length"}),
        ({"skills": ["x" * 33]}, {"skills[0]": "max_length"}),
        ({"max_legs": 0}, {"max_legs": "min_value"}),
        ({"max_legs": 51}, {"max_legs": "max_value"}),
        ({"load_legs": 1}, {"load_legs": "unknown_field"}),
    ],
)
def test_a_wrong_field_of_a_courier_is_named(owner, cast, changes, wrong):
    with nothing_changes():
        answer = owner.posts("couriers", new_courier(cast, **changes))
    assert (answer.status_code, wrong_fields(answer)) == (400, wrong)


def test_a_vehicle_is_not_retired_while_a_courier_gets_it(cast):
    """The read of one, the write of the other, then the write of the one: a stale decision loses."""
    from apps.core.errors import Conflict
    from apps.couriers.services.vehicles import take_vehicle

    vehicle = Vehicle.objects.create(fleet=cast.fleet, kind="bike", speed_kmh=15, max_weight_g=1, max_parcels=1)
    read_before = Vehicle.objects.get(pk=vehicle.pk)
    take_vehicle(vehicle_id=vehicle.pk, fleet_id=cast.fleet.pk)
    with pytest.raises(Conflict):
        read_before.swap(retired_at=clock.now())


def test_a_courier_may_have_an_address_and_a_language(owner, cast):
    kim = owner.posts("couriers", new_courier(cast, email="kim@example.org", language="en")).json()
    assert (kim["email"], kim["language"]) == ("kim@example.org", "en")
    changed = owner.patches(f"couriers/{kim['id']}", email="", language="fr").json()
    assert (changed["email"], changed["language"]) == ("", "fr")
    assert events("CourierChanged")[-1]["fields"] == ["email", "language"]
    assert "kim@" not in str(events("CourierAdded", "CourierChanged"))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"email": "kim"}, "not_an_address"),
        ({"email": "kim@example.org\nBcc: all@example.org"}, "not_an_address"),
        ({"email": "kim@[10.0.0.1]"}, "not_an_address"),
        ({"email": "kim@example.org, lou@example.org"}, "not_an_address"),
        ({"email": f"{'k' * 250}@example.org"}, "max_length"),
        ({"email": 7}, "invalid"),
        ({"language": "de"}, "invalid_choice"),
    ],
)
def test_an_address_that_no_letter_could_be_sent_to_is_refused(owner, cast, wrong, code):
    with nothing_changes():
        answer = owner.posts("couriers", new_courier(cast, **wrong))
    assert wrong_fields(answer) == {next(iter(wrong)): code}
