"""The demo city and its robots: seeded twice is seeded once, orders come while somebody works."""

import json
from datetime import datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from apps.accounts.models import ApiKey, Organisation, User
from apps.accounts.selectors import principal_of_key
from apps.core.models import Event
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Courier, Fleet, Shift
from apps.simulation.robots.city_demand import orders_from
from apps.simulation.robots.hours import DailyHours
from apps.simulation.robots.roster import CourierEntry, Demand, Roster
from apps.simulation.seeding.city_clock import pace_of_this_start
from apps.simulation.seeding.demo import DAYS_AHEAD, seed_demo
from apps.simulation.seeding.sign_ins import demo_sign_ins
from apps.zones.selectors import zone_for
from tests.cast import CENTRE

PARIS = ZoneInfo("Europe/Paris")


def worker(**changes):
    return CourierEntry(
        **{
            "phone": "+33639980001",
            "lat": 48.85,
            "lon": 2.35,
            "start_hour": 11,
            "end_hour": 15,
            "time_zone": "Europe/Paris",
            **changes,
        }
    )


class AnyKey(dict):
    """A key for every merchant."""

    def get(self, code):
        return f"ck_{code}"


def orders(since, until):
    roster = Roster(couriers=(worker(),), api_keys=AnyKey(), demand=Demand("paris", 1, 1.0, 600))
    return list(takewhile(lambda order: order.at < until, orders_from(roster, since=since)))


def test_a_city_started_at_noon_orders_what_one_started_before_orders_after_noon():
    noon = datetime(2026, 6, 10, 12, tzinfo=PARIS)
    early = orders(noon - timedelta(minutes=30), noon + timedelta(minutes=30))
    late = orders(noon, noon + timedelta(minutes=30))
    assert late == [order for order in early if order.at >= noon]
    assert len(late) > 10


def test_a_part_of_the_orders_asks_for_proofs_of_every_kind_and_the_same_part_every_time():
    noon = datetime(2026, 6, 10, 12, tzinfo=PARIS)
    bodies = [order.body for order in orders(noon - timedelta(hours=1), noon + timedelta(hours=3))]
    asked = [(body["pickup"].get("proof", []), body["dropoff"].get("proof", [])) for body in bodies]
    share = sum(asked_here != ([], []) for asked_here in asked) / len(asked)
    assert 0.2 < share < 0.6
    assert {kind for both in asked for kinds in both for kind in kinds} == {"barcode", "photo", "pin", "signature"}
    labels = [parcel["barcode"] for body in bodies for parcel in body["parcels"] if "barcode" in parcel]
    assert 0 < len(set(labels)) == len(labels)


def test_nobody_orders_while_nobody_works():
    day = datetime(2026, 6, 10, 0, tzinfo=PARIS)
    hours = {order.at.astimezone(PARIS).hour for order in orders(day, day + timedelta(days=1))}
    assert hours == {11, 12, 13, 14}


def test_after_midnight_another_day_begins_with_keys_of_its_own():
    evening = datetime(2026, 6, 10, 13, tzinfo=PARIS)
    keys = [order.key for order in orders(evening, evening + timedelta(days=1))]
    assert {key[:10] for key in keys} == {"2026-06-10", "2026-06-11"}
    assert len(set(keys)) == len(keys)


def test_a_roster_without_demand_orders_nothing():
    assert list(islice(orders_from(Roster(couriers=(worker(),)), since=datetime.now(PARIS)), 1)) == []


def test_daily_hours_are_todays_until_they_are_over_and_then_tomorrows():
    hours = DailyHours(11, 15, "Europe/Paris")
    today = datetime(2026, 6, 10, 11, tzinfo=PARIS)
    assert hours.around(today - timedelta(hours=5)).starts_at == today
    assert hours.around(today + timedelta(hours=1)).starts_at == today
    assert hours.around(today + timedelta(hours=4)).starts_at == today + timedelta(days=1)


def test_hours_are_local_on_the_day_on_which_summer_time_ends():
    hours = DailyHours(11, 15, "Europe/Paris")
    sunday = datetime(2026, 10, 25, 0, 30, tzinfo=PARIS)
    assert hours.around(sunday).starts_at.isoformat() == "2026-10-25T11:00:00+01:00"


@pytest.fixture
def roster_file(tmp_path, hand_clock):
    return tmp_path / "robots.json"


@pytest.mark.django_db
def test_the_demo_city_has_merchants_fleets_of_both_kinds_and_couriers_with_shifts(roster_file):
    demo = seed_demo(roster_file=roster_file)
    assert Organisation.objects.filter(is_merchant=True).count() == len(demo.merchants) == 40
    assert set(Fleet.objects.values_list("mode", flat=True)) == {FleetMode.ASSIGNED, FleetMode.OFFERED}
    assert Courier.objects.count() == len(demo.roster.couriers) == 60
    assert Shift.objects.count() <= 60 * DAYS_AHEAD
    assert zone_for(pickup=CENTRE, dropoff=CENTRE) == demo.zone


@pytest.mark.django_db
def test_seeding_twice_changes_nothing(roster_file):
    first = seed_demo(roster_file=roster_file)
    counts = [table.objects.count() for table in (Organisation, Courier, Shift, ApiKey, Fleet)]
    again = seed_demo(roster_file=roster_file)
    assert [table.objects.count() for table in (Organisation, Courier, Shift, ApiKey, Fleet)] == counts
    assert again.roster == first.roster


@pytest.mark.django_db
def test_a_start_ten_days_later_plans_ten_days_more(roster_file, hand_clock):
    seed_demo(roster_file=roster_file)
    last = Shift.objects.latest("starts_at").starts_at
    hand_clock.advance(days=10)
    seed_demo(roster_file=roster_file)
    assert Shift.objects.latest("starts_at").starts_at == last + timedelta(days=10)
    keys = list(Shift.objects.values_list("courier_id", "starts_at"))
    assert len(set(keys)) == len(keys)


@pytest.mark.django_db
def test_the_first_start_is_at_noon_in_paris():
    local = pace_of_this_start(10).now().astimezone(PARIS)
    assert (local.hour, local.minute, local.date()) == (12, 0, datetime.now(PARIS).date())


@pytest.mark.django_db
def test_a_later_start_goes_on_from_the_latest_event():
    latest = datetime(2026, 6, 10, 19, 12, tzinfo=PARIS)
    for moment in (latest - timedelta(hours=1), latest):
        Event.objects.create(name="OrderPlaced", payload={}, occurred_at=moment)
    assert timedelta() <= pace_of_this_start(10).now() - latest < timedelta(minutes=5)


@pytest.mark.django_db
@pytest.mark.parametrize("ahead", [timedelta(days=-1), timedelta(days=1)])
def test_at_speed_1_the_city_has_the_time_of_the_wall_and_never_goes_back(ahead):
    wall = datetime.now(PARIS)
    Event.objects.create(name="OrderPlaced", payload={}, occurred_at=wall + ahead)
    pace = pace_of_this_start(1)
    assert pace.speed == 1
    assert abs(pace.now() - max(wall, wall + ahead)) < timedelta(minutes=1)


@pytest.mark.django_db
def test_robots_hold_keys_that_open_their_merchants_doors(roster_file):
    demo = seed_demo(roster_file=roster_file)
    for code, key in list(Roster.read(roster_file).api_keys.items())[:3]:
        assert principal_of_key(key).organisation_id == demo.merchants[code].pk


@pytest.mark.django_db
def test_a_lost_robots_file_is_written_anew_with_new_keys(roster_file):
    first = seed_demo(roster_file=roster_file).roster
    roster_file.unlink()
    again = seed_demo(roster_file=roster_file).roster
    assert set(again.api_keys) == set(first.api_keys)
    assert not set(again.api_keys.values()) & set(first.api_keys.values())
    assert principal_of_key(next(iter(again.api_keys.values()))).scopes


@pytest.mark.django_db
def test_sign_ins_are_random_kept_for_their_owner_only_and_work(roster_file, tmp_path, client):
    demo, file = seed_demo(roster_file=roster_file), tmp_path / "demo.json"
    made = demo_sign_ins(demo, file=file)
    assert file.stat().st_mode & 0o077 == 0
    assert demo_sign_ins(demo, file=file) == made
    dispatcher, administrator = (User.objects.get(email=email) for email in (made.dispatcher, made.administrator))
    assert dispatcher.check_password(made.dispatcher_password)
    assert not dispatcher.is_superuser
    assert administrator.check_password(made.administrator_password)
    assert administrator.is_superuser
    assert dispatcher.memberships.count() == len(demo.fleet_owners)
    assert principal_of_key(made.merchant_api_key).scopes


@pytest.mark.django_db
def test_sign_ins_of_another_database_are_not_believed(roster_file, tmp_path):
    demo, file = seed_demo(roster_file=roster_file), tmp_path / "demo.json"
    first = demo_sign_ins(demo, file=file)
    User.objects.all().delete()
    again = demo_sign_ins(demo, file=file)
    assert again.dispatcher_password != first.dispatcher_password
    assert User.objects.get(email=again.dispatcher).check_password(again.dispatcher_password)


@pytest.mark.django_db
def test_the_seed_command_says_where_the_passwords_are_and_not_what_they_are(settings, tmp_path, hand_clock, capsys):
    settings.VAR_DIR = tmp_path
    call_command("seed_demo")
    said, kept = capsys.readouterr().out, json.loads((tmp_path / "demo.json").read_text())
    assert "demo.json" in said
    assert kept["dispatcher_password"] not in said
