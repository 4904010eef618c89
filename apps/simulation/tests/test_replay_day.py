"""From an instance of the library to a day on the platform."""

import itertools
import json
import math
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from rest_framework.test import APIClient

from apps.core.geo import Point, distance_m
from apps.core.models import Event
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Courier, Shift
from apps.orders.tests.asking import Merchant, asked
from apps.simulation.management.commands.replay import share_of_freelancers
from apps.simulation.mdrplib.reader import read_instance
from apps.simulation.replay.checking import EventRecord
from apps.simulation.replay.day import ends_at, middle_of, orders_of, starts_at
from apps.simulation.replay.log_file import records_in
from apps.simulation.replay.proofs import Asked
from apps.simulation.robots.riding import WholeMinuteVehicle
from apps.simulation.robots.roster import Roster
from apps.simulation.robots.wishes import OF_ANYBODY, OF_TRADE
from apps.simulation.seeding.library_day import MERCHANT, moment, plane_of, seed_library_day
from apps.simulation.seeding.plane import Plane
from apps.zones.models import Zone

RESTAURANTS = "restaurant\tx\ty\nr1\t1000\t1000\nr2\t3000\t1000\n"
ORDERS = """order\tx\ty\tplacement_time\trestaurant\tready_time
o1\t1000\t2000\t5\tr1\t12
o2\t3200\t2500\t6\tr2\t10
o3\t500\t900\t20\tr1\t28
"""
COURIERS = "courier\tx\ty\ton_time\toff_time\nc1\t0\t0\t0\t60\nc2\t4000\t3000\t2\t90\n"
PARAMETERS = (
    "meters_per_minute\tpickup service minutes\tdropoff service minutes\ttarget click-to-door\t"
    "maximum click-to-door\tpay per order\tguaranteed pay per hour\n320\t4\t4\t40\t90\t10\t15\n"
)


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "library" / "tiny"
    folder.mkdir(parents=True)
    files = {"restaurants": RESTAURANTS, "orders": ORDERS, "couriers": COURIERS, "instance_parameters": PARAMETERS}
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
    return folder.parent


@pytest.fixture
def instance(library):
    return read_instance(library / "tiny")


def test_distances_on_the_globe_are_those_of_the_flat_map():
    plane = Plane.around([(0, 0), (20_000, 14_000)])
    places = [(0, 0), (20_000, 14_000), (0, 14_000), (20_000, 0), (9_781, 2_224), (10_000, 7_000), (10_001, 7_000)]
    for (ax, ay), (bx, by) in itertools.combinations(places, 2):
        flat = math.hypot(ax - bx, ay - by)
        assert distance_m(plane.point(ax, ay), plane.point(bx, by)) == pytest.approx(flat, rel=1e-5)


def test_the_middle_of_the_map_is_its_centre():
    assert Plane.around([(0, 0), (100, 50)], centre=Point(48, 2)).point(50, 25) == Point(48, 2)


def test_north_is_up_and_east_is_right():
    plane = Plane(0, 0)
    assert plane.point(0, 1000).lat > plane.point(0, 0).lat
    assert plane.point(1000, 0).lon > plane.point(0, 0).lon


def test_rides_take_as_many_minutes_as_the_library_says(instance):
    plane, vehicle = plane_of(instance), WholeMinuteVehicle(instance.parameters.metres_per_minute)
    for order in instance.orders:
        restaurant = instance.restaurant_by_id[order.restaurant]
        flat = math.hypot(restaurant.x_m - order.x_m, restaurant.y_m - order.y_m)
        ride = vehicle.duration(plane.point(restaurant.x_m, restaurant.y_m), plane.point(order.x_m, order.y_m))
        assert ride == timedelta(minutes=math.ceil(flat / 320))


def test_orders_are_sent_when_they_are_placed_and_ready_when_they_are_ready(instance):
    orders = orders_of(instance, api_key="ck_1")
    assert [(order.key, order.at) for order in orders] == [("o1", moment(5)), ("o2", moment(6)), ("o3", moment(20))]
    assert orders[0].body["pickup"]["ready_at"] == moment(12).isoformat()
    assert orders[0].body["dropoff"]["due_at"] == moment(45).isoformat()


def test_the_ideal_day_asks_for_no_proofs(instance):
    for order in orders_of(instance, api_key="ck_1"):
        assert "proof" not in order.body["pickup"] | order.body["dropoff"]
        assert "barcode" not in order.body["parcels"][0]


@pytest.mark.django_db
@pytest.mark.parametrize("wish", sorted({*OF_ANYBODY, *itertools.chain(*OF_TRADE.values())}, key=repr))
def test_what_the_orders_of_robots_ask_for_is_taken_by_the_platform(wish, cast, hand_clock):
    body = wish.added_to(asked(), key="o1")
    placed = Merchant(cast.dee_key).orders(**body)
    assert placed.status_code == 201, placed.json()
    order = placed.json()
    assert (order["pickup"]["proof"], order["dropoff"]["proof"]) == (list(wish.at_pickup), list(wish.at_door))
    assert (order["parcels"][0]["barcode"] == "o1-1") == wish.has_labels
    tracked = APIClient().get(f"/v1/tracking/{order['tracking_token']}").json()
    assert (tracked["pin"] is not None) == ("pin" in wish.at_door), "what the recipient will be asked for"


def test_a_day_of_people_asks_for_every_kind_of_proof_and_changes_nothing_else(instance):
    many = tuple(replace(instance.orders[0], id=f"o{number}") for number in range(200))
    plain, asking = (
        orders_of(replace(instance, orders=many), api_key="ck_1", asks_proofs=asks) for asks in (False, True)
    )
    kinds = Counter(kind for order in asking for kinds in Asked.by(order.body).kinds.values() for kind in kinds)
    assert min(kinds[kind] for kind in ("barcode", "photo", "pin", "signature")) > 10
    assert any(order == other for order, other in zip(plain, asking, strict=True))
    for order, other in zip(plain, asking, strict=True):
        body = json.loads(json.dumps(other.body))
        for part in (body["pickup"], body["dropoff"], *body["parcels"]):
            part.pop("proof", None)
            part.pop("barcode", None)
        assert replace(other, body=body) == order


def test_the_clock_starts_before_the_first_courier_and_the_day_ends_with_the_last(instance):
    assert starts_at(instance, lead=timedelta(minutes=3)) == moment(-3)
    assert ends_at(instance) == moment(90)
    assert middle_of(instance) == moment(6)


@pytest.mark.django_db
def test_seeding_writes_the_zone_the_shifts_and_the_speed_of_the_instance(instance):
    roster = seed_library_day(instance)
    zone = Zone.objects.get()
    assert (zone.detour_factor, zone.pickup_service_s, zone.dropoff_service_s) == (1.0, 240, 240)
    assert all(
        zone.covers(Point(order.body["dropoff"]["lat"], order.body["dropoff"]["lon"]))
        for order in orders_of(instance, api_key=roster.api_keys[MERCHANT])
    )
    assert list(Shift.objects.order_by("starts_at").values_list("starts_at", "ends_at")) == [
        (moment(0), moment(60)),
        (moment(2), moment(90)),
    ]
    courier = Courier.objects.select_related("vehicle").first()
    assert courier.vehicle.speed_kmh == pytest.approx(19.2)
    assert courier.max_legs >= 8
    assert {entry.phone for entry in roster.couriers} == set(Courier.objects.values_list("phone", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize(("share", "offered"), [(0.0, []), (0.5, ["c2"]), (1.0, ["c1", "c2"])])
def test_a_share_of_the_couriers_may_be_freelancers_who_are_offered_their_legs(instance, share, offered):
    seed_library_day(instance, freelancers=share)
    freelancers = Courier.objects.filter(fleet__mode=FleetMode.OFFERED).order_by("name")
    assert list(freelancers.values_list("name", flat=True)) == offered
    assert Courier.objects.count() == 2


@pytest.mark.parametrize(
    ("asked", "habits", "share"), [(None, "ideal", 0.0), (None, "human", 0.5), (0.0, "human", 0.0), (1.0, "ideal", 1.0)]
)
def test_people_are_freelancers_too_unless_something_else_is_asked_for(asked, habits, share):
    assert share_of_freelancers(asked, habits=habits) == share


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_a_share_of_freelancers_that_is_none_is_refused(library, share):
    with pytest.raises(CommandError, match="share of freelancers must be from 0 to 1"):
        call_command("replay", data=library, instance="tiny", freelancers=share)


@pytest.mark.django_db
def test_the_robots_file_says_all_that_robots_know_and_is_for_its_owner_only(library, tmp_path):
    out = tmp_path / "robots.json"
    call_command("seed_replay", data=library, instance="tiny", out=out)
    roster = Roster.read(out)
    assert out.stat().st_mode & 0o077 == 0
    assert [entry.metres_per_minute for entry in roster.couriers] == [320, 320]
    assert roster.couriers[1].hours().around(moment(0)).starts_at == moment(2)


@pytest.mark.django_db
def test_a_day_is_not_written_over_a_city_that_is_there(library, tmp_path, cast):
    with pytest.raises(CommandError, match="needs an empty one") as refused:
        call_command("seed_replay", data=library, instance="tiny", out=tmp_path / "robots.json")
    assert refused.value.returncode == 2
    assert list(Zone.objects.all()) == [cast.zone]


def test_a_broken_instance_is_refused_before_anything_starts(library):
    (library / "tiny" / "orders.txt").write_text(ORDERS.replace("r2", "r9"))
    with pytest.raises(CommandError, match=r"'r9' is not in restaurants\.txt") as refused:
        call_command("replay", data=library, instance="tiny")
    assert refused.value.returncode == 2


@pytest.mark.parametrize(("name", "text"), [("orders", ORDERS), ("couriers", COURIERS)])
def test_a_day_with_nothing_in_it_is_refused(library, name, text):
    (library / "tiny" / f"{name}.txt").write_text(text.splitlines()[0] + "\n")
    with pytest.raises(CommandError, match="without orders or without couriers") as refused:
        call_command("replay", data=library, instance="tiny")
    assert refused.value.returncode == 2


def test_an_instance_that_is_not_there_is_named(library):
    with pytest.raises(CommandError, match="nowhere: no such instance folder"):
        call_command("replay", data=library, instance="nowhere")


def test_a_clock_that_stands_is_refused(library):
    with pytest.raises(CommandError, match="speed must be more than 0"):
        call_command("replay", data=library, instance="tiny", speed=0.0)


@pytest.mark.django_db
def test_the_log_is_written_and_read_back_as_it_was():
    order_id = "0190a7c0-0000-7000-8000-000000000001"
    Event.objects.create(name="DutyChanged", payload={})
    Event.objects.create(name="OrderPlaced", payload={"amount_cents": 890}, order_id=order_id, occurred_at=moment(5))
    written = StringIO()
    call_command("replay_log", stdout=written)
    read = list(records_in(written.getvalue().encode()))
    assert read == [EventRecord("OrderPlaced", order_id, moment(5), {"amount_cents": 890}, actor="system")]
    assert json.loads(written.getvalue())["order_id"] == order_id
