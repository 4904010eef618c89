"""Fleets and vehicles over the REST API."""

import pytest

from apps.core import short_memory
from apps.core.ids import public_id
from apps.couriers.models import Fleet, Vehicle
from apps.couriers.tests.owning import events, new_courier, new_vehicle, nothing_changes, refused, wrong_fields
from apps.zones.models import Zone
from tests.cast import RING

pytestmark = pytest.mark.django_db


def another_zone(name, **changes):
    short_memory.forget_everything()
    return Zone.objects.create(name=name, slug=name.lower(), ring=RING, **changes)


def served_by(fleet, merchant):
    """The names of the zones that others read of a fleet."""
    (row,) = (row for row in merchant.gets("networks").json()["data"] if row["id"] == fleet["id"])
    return [zone["name"] for zone in row["zones"]]


def test_a_fleet_is_made_changed_and_shown(owner, cast):
    made = owner.posts("fleets", {"name": "Night riders", "mode": "offered"})
    assert made.status_code == 201
    fleet = made.json()
    assert fleet == {
        "id": fleet["id"],
        "name": "Night riders",
        "mode": "offered",
        "is_open": False,
        "accepts_invitations": False,
        "zone_ids": [],
        "created_at": "2026-06-10T10:00:00Z",
    }
    changed = owner.patches(f"fleets/{fleet['id']}", is_open=True)
    assert changed.json() == {**fleet, "is_open": True}
    assert owner.gets(f"fleets/{fleet['id']}").json() == changed.json()
    assert owner.lists("fleets") == [fleet["id"], public_id("flt", cast.fleet.pk)]
    assert [row["is_open"] for row in events("FleetAdded", "FleetChanged")] == [False, True]


def test_an_owner_lets_a_closed_fleet_be_found_and_hides_it_again(owner, merchant, cast):
    made = owner.posts("fleets", {"name": "Night riders", "accepts_invitations": True}).json()
    assert (made["is_open"], made["accepts_invitations"]) == (False, True)
    assert made["id"] in merchant.lists("networks")
    hidden = owner.patches(f"fleets/{made['id']}", accepts_invitations=False).json()
    assert hidden == {**made, "accepts_invitations": False}
    assert made["id"] not in merchant.lists("networks")
    assert len(events("FleetAdded", "FleetChanged")) == 2


def test_a_fleet_with_a_dispatch_of_its_own_says_where_it_is_asked(owner, merchant, cast):
    paris, lyon = (public_id("zon", zone.pk) for zone in (cast.zone, another_zone("Lyon")))
    made = owner.posts("fleets", {"name": "Rush", "mode": "external", "is_open": True, "zone_ids": [lyon, lyon]}).json()
    assert made["zone_ids"] == [lyon]
    assert served_by(made, merchant) == ["Lyon"]
    fleet = Fleet.objects.get(name="Rush")
    assert (fleet.is_asked_in(another_zone("Nice").pk), fleet.is_asked_in(cast.zone.pk)) == (False, False)
    moved = owner.patches(f"fleets/{made['id']}", zone_ids=[paris]).json()
    assert (moved["zone_ids"], served_by(made, merchant)) == ([paris], ["Paris"])
    assert Fleet.objects.get(name="Rush").is_asked_in(cast.zone.pk)
    assert owner.patches(f"fleets/{made['id']}", zone_ids=[]).json()["zone_ids"] == []
    assert served_by(made, merchant) == ["Lyon", "Nice", "Paris"]
    assert len(events("FleetAdded", "FleetChanged")) == 3


def test_a_zone_that_is_not_in_service_is_asked_by_no_fleet(owner, cast):
    paris, closed = (public_id("zon", zone.pk) for zone in (cast.zone, another_zone("Closed", is_active=False)))
    with nothing_changes():
        made = owner.posts("fleets", {"name": "Rush", "zone_ids": [paris, closed]})
        changed = owner.patches(f"fleets/{public_id('flt', cast.fleet.pk)}", zone_ids=[closed])
    assert (made.status_code, wrong_fields(made)) == (422, {"zone_ids[1]": "unknown_zone"})
    assert (changed.status_code, wrong_fields(changed)) == (422, {"zone_ids[0]": "unknown_zone"})


def test_a_fleet_changed_into_what_it_is_tells_nobody(owner, cast):
    with nothing_changes():
        answer = owner.patches(f"fleets/{public_id('flt', cast.fleet.pk)}", name=cast.fleet.name)
    assert answer.status_code == 200


def test_the_same_key_makes_one_fleet(owner, cast):
    first, again = (owner.posts("fleets", {"name": "Night riders"}, key="once") for _ in range(2))
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
    assert Fleet.objects.filter(name="Night riders").count() == 1


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"name": "required"}),
        ({"name": "x" * 81}, {"name": "max_length"}),
        ({"name": "x", "mode": "slow"}, {"mode": "invalid_choice"}),
        ({"name": "x", "organisation_id": "y"}, {"organisation_id": "unknown_field"}),
        ({"name": "x", "is_open": "perhaps"}, {"is_open": "invalid"}),
        ({"name": "x", "zone_ids": ["paris"]}, {"zone_ids[0]": "malformed"}),
    ],
)
def test_a_wrong_field_of_a_fleet_is_named(owner, body, wrong):
    with nothing_changes():
        answer = owner.posts("fleets", body)
    assert (answer.status_code, wrong_fields(answer)) == (400, wrong)


def test_a_vehicle_is_added_changed_and_retired(owner, cast):
    vehicle = owner.posts("vehicles", new_vehicle(cast, external_id="V-1")).json()
    assert (vehicle["kind"], vehicle["max_volume_ml"], vehicle["retired_at"]) == ("cargo_bike", 120_000, None)
    changed = owner.patches(f"vehicles/{vehicle['id']}", speed_kmh=12.5, label="Blue").json()
    assert changed == {**vehicle, "speed_kmh": 12.5, "label": "Blue"}
    retired = owner.posts(f"vehicles/{vehicle['id']}/retire").json()
    assert retired == {**changed, "retired_at": "2026-06-10T10:00:00Z"}
    assert owner.posts(f"vehicles/{vehicle['id']}/retire").json() == retired
    assert owner.gets(f"vehicles/{vehicle['id']}").json() == retired
    assert events("VehicleChanged")[0]["fields"] == ["label", "speed_kmh"]
    assert len(events("VehicleRetired")) == 1


def test_vehicles_are_listed_by_fleet_name_and_whether_retired(owner, cast):
    other = owner.posts("fleets", {"name": "Night riders"}).json()["id"]
    there = owner.posts("vehicles", new_vehicle(cast, fleet_id=other, external_id="V-9")).json()["id"]
    gone = owner.posts("vehicles", new_vehicle(cast)).json()["id"]
    owner.posts(f"vehicles/{gone}/retire")
    bikes = [public_id("veh", courier.vehicle_id) for courier in (cast.cy, cast.bo)]
    assert owner.lists("vehicles") == [gone, there, *bikes]
    assert owner.lists("vehicles", fleet_id=other) == [there]
    assert owner.lists("vehicles", external_id="V-9") == [there]
    assert owner.lists("vehicles", is_retired="true") == [gone]
    assert owner.lists("vehicles", is_retired="false") == [there, *bikes]


def test_a_vehicle_that_somebody_rides_is_not_retired(owner, cast):
    with nothing_changes():
        answer = owner.posts(f"vehicles/{public_id('veh', cast.bo.vehicle_id)}/retire")
    assert refused(answer) == (409, "vehicle_in_use")


def test_a_retired_vehicle_goes_to_nobody_and_stays_as_it_is(owner, cast):
    vehicle = owner.posts("vehicles", new_vehicle(cast)).json()["id"]
    owner.posts(f"vehicles/{vehicle}/retire")
    with nothing_changes():
        assert refused(owner.posts("couriers", new_courier(cast, vehicle_id=vehicle))) == (409, "vehicle_retired")
        given = owner.patches(f"couriers/{public_id('cou', cast.bo.pk)}", vehicle_id=vehicle)
        assert refused(given) == (409, "vehicle_retired")
        assert refused(owner.patches(f"vehicles/{vehicle}", label="Red")) == (409, "vehicle_retired")


def test_two_vehicles_have_not_one_external_id_not_even_in_two_fleets(owner, cast):
    other = owner.posts("fleets", {"name": "Night riders"}).json()["id"]
    owner.posts("vehicles", new_vehicle(cast, external_id="V-1"))
    second = owner.posts("vehicles", new_vehicle(cast)).json()["id"]
    with nothing_changes():
        taken = owner.posts("vehicles", new_vehicle(cast, fleet_id=other, external_id="V-1"))
        assert refused(taken) == (409, "external_id_taken")
        assert refused(owner.patches(f"vehicles/{second}", external_id="V-1")) == (409, "external_id_taken")


def test_two_owners_may_use_one_external_id(owner, rival, cast):
    fleet = rival.posts("fleets", {"name": "Rush"}).json()["id"]
    for system, where in ((owner, {}), (rival, {"fleet_id": fleet})):
        assert system.posts("vehicles", new_vehicle(cast, external_id="V-1", **where)).status_code == 201


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"speed_kmh": "fast"}, "invalid"),
        ({"speed_kmh": True}, "invalid"),
        ({"speed_kmh": 0.5}, "min_value"),
        ({"speed_kmh": 131}, "max_value"),
        ({"speed_kmh": 10**30}, "max_value"),
        ({"max_weight_g": 0}, "min_value"),
        ({"max_weight_g": 3_500_001}, "max_value"),
        ({"max_parcels": 1.5}, "invalid"),
        ({"kind": "horse"}, "invalid_choice"),
        ({"external_id": ""}, "blank"),
        ({"retired_at": None}, "unknown_field"),
        ({"fleet_id": "veh_1"}, "malformed"),
    ],
)
def test_a_wrong_field_of_a_vehicle_is_named(owner, cast, changes, wrong):
    with nothing_changes():
        answer = owner.posts("vehicles", new_vehicle(cast, **changes))
    assert (answer.status_code, wrong_fields(answer)) == (400, {next(iter(changes)): wrong})


def test_lists_cost_the_same_however_long_they_are(owner, cast, django_assert_num_queries):
    Vehicle.objects.bulk_create(
        Vehicle(fleet=cast.fleet, kind="bike", speed_kmh=15, max_weight_g=1, max_parcels=1) for _ in range(60)
    )
    Fleet.objects.bulk_create(Fleet(organisation=cast.fleet_owner, name=f"Fleet {number}") for number in range(60))
    with django_assert_num_queries(2):  # the key, the rows
        assert len(owner.lists("fleets", limit=60)) == 60
    short_memory.forget_everything()
    with django_assert_num_queries(3):  # the key, the fleets, the rows
        assert len(owner.lists("vehicles", limit=60)) == 60
