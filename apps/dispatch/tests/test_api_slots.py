"""Slots over the REST API: the windows of a day, and which of them can still be booked."""

from datetime import datetime, timedelta

import pytest
from rest_framework.test import APIClient

from apps.accounts.services import create_api_key
from apps.core.ids import public_id
from apps.core.short_memory import forget_everything
from apps.couriers.models import Courier, Fleet, Shift
from apps.couriers.services import deactivate_courier
from apps.dispatch.tests.networking import connected
from apps.networks.services import pause_connection
from apps.orders.services import cancel_order
from apps.zones.models import Zone
from apps.zones.selectors import zone
from tests.cast import BAKERY, HOME, placed

pytestmark = pytest.mark.django_db
TOMORROW = "2026-06-11"


@pytest.fixture
def dee(cast) -> APIClient:
    """The bakery's system."""
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {cast.dee_key}")


def ask(client: APIClient, **changes: str):
    places = {"pickup_lat": BAKERY.lat, "pickup_lon": BAKERY.lon, "dropoff_lat": HOME.lat, "dropoff_lon": HOME.lon}
    return client.get("/v1/slots", {**{name: str(value) for name, value in places.items()}, "day": TOMORROW, **changes})


def why_not(client: APIClient, **changes: str) -> dict[str, str | None]:
    """By the beginning of each window, in UTC."""
    return {slot["from"][11:16]: slot["why_not"] for slot in ask(client, **changes).json()["data"]}


def on_shift(cast, courier: Courier, begin: str, end: str) -> Shift:
    """A shift of tomorrow, in hours of UTC."""
    starts_at, ends_at = (datetime.fromisoformat(f"{TOMORROW}T{clock}+00:00") for clock in (begin, end))
    return Shift.objects.create(courier=courier, zone=cast.zone, starts_at=starts_at, ends_at=ends_at)


def booked(cast, clock: str, number: int):
    """Orders for the window of tomorrow that begins at this hour of UTC."""
    begin = datetime.fromisoformat(f"{TOMORROW}T{clock}+00:00")
    window = {"drop_from": begin, "drop_by": begin + timedelta(hours=2)}
    return [placed(cast, **window)[0] for _ in range(number)]


def test_a_day_has_windows_with_their_cut_off(dee, cast):
    on_shift(cast, cast.bo, "08:00", "12:00")
    answer = ask(dee)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["zone_id"], body["time_zone"], body["day"]) == (
        public_id("zon", cast.zone.pk),
        "Europe/Paris",
        TOMORROW,
    )
    assert body["data"][1] == {
        "from": "2026-06-11T08:00:00Z",
        "until": "2026-06-11T10:00:00Z",
        "order_by": "2026-06-11T07:00:00Z",
        "is_bookable": True,
        "why_not": None,
    }
    assert [slot["is_bookable"] for slot in body["data"]] == [False, True, True, False, False, False, False]
    assert body["data"][0]["why_not"] == "nobody_on_shift"


def test_a_window_takes_three_legs_an_hour_of_each_courier_on_shift(dee, cast):
    on_shift(cast, cast.bo, "08:00", "10:00")
    on_shift(cast, cast.cy, "09:00", "12:00")
    orders = booked(cast, "08:00", 9)  # two hours and one: nine legs
    assert why_not(dee)["08:00"] == "full"
    assert why_not(dee)["10:00"] is None
    cancel_order(order_id=orders[0].pk, reason="closed")
    assert why_not(dee)["08:00"] is None


def test_an_order_counts_in_the_window_that_it_is_due_in_only(dee, cast):
    on_shift(cast, cast.bo, "08:00", "12:00")
    booked(cast, "08:00", 6)  # due at 10:00 sharp
    assert (why_not(dee)["08:00"], why_not(dee)["10:00"]) == ("full", None)


def test_who_is_out_of_service_or_in_a_closed_network_of_others_carries_nothing(dee, cast):
    shift = on_shift(cast, cast.bo, "08:00", "10:00")
    assert why_not(dee)["08:00"] is None
    Fleet.objects.filter(pk=cast.fleet.pk).update(is_open=False)
    assert why_not(dee)["08:00"] == "nobody_on_shift"
    Fleet.objects.filter(pk=cast.fleet.pk).update(organisation=cast.bakery)  # now Dee's own
    assert why_not(dee)["08:00"] is None
    deactivate_courier(courier_id=cast.bo.pk)
    assert why_not(dee)["08:00"] == "nobody_on_shift"
    assert Shift.objects.filter(pk=shift.pk).exists()


def test_a_connected_fleet_carries_while_nobody_has_paused_the_connection(dee, cast):
    on_shift(cast, cast.bo, "08:00", "10:00")
    Fleet.objects.filter(pk=cast.fleet.pk).update(is_open=False, accepts_invitations=True)
    link = connected(cast.bakery.pk, cast.fleet)
    assert why_not(dee)["08:00"] is None
    pause_connection(connection_id=link.pk, by=cast.bakery.pk)
    assert why_not(dee)["08:00"] == "nobody_on_shift"


def test_a_window_closes_an_hour_before_it_begins(dee, cast, hand_clock):
    on_shift(cast, cast.bo, "08:00", "12:00")
    hand_clock.advance(hours=21)  # 07:00 of tomorrow
    assert why_not(dee)["08:00"] is None
    hand_clock.advance(seconds=1)
    assert (why_not(dee)["06:00"], why_not(dee)["08:00"], why_not(dee)["10:00"]) == ("too_late", "too_late", None)


def test_days_gone_by_and_far_ahead_cannot_be_booked(dee, cast):
    assert set(why_not(dee, day="2026-06-09").values()) == {"too_late"}
    assert set(why_not(dee, day="2026-08-01").values()) == {"too_early"}


def test_a_closed_day_has_no_windows(dee, cast):
    Zone.objects.filter(pk=cast.zone.pk).update(opening_hours=[{"days": [0], "from": "08:00", "to": "22:00"}])
    assert why_not(dee) == {}


def test_a_place_that_nobody_serves_is_named(dee, cast):
    answer = ask(dee, dropoff_lat="45.75")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "address_out_of_zone")
    assert [field["path"] for field in answer.json()["error"]["fields"]] == ["dropoff"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("pickup_lat", "x", "invalid"),
        ("day", "tomorrow", "invalid"),
        ("day", "2100-01-01", "out_of_range"),
        ("dropoff_lon", "181", "out_of_range"),
    ],
)
def test_a_wrong_question_is_refused(dee, cast, name, value, code):
    answer = ask(dee, **{name: value})
    assert answer.status_code == 400
    assert [(field["path"], field["code"]) for field in answer.json()["error"]["fields"]] == [(name, code)]


def test_a_key_without_orders_sees_no_slots(cast):
    _, secret = create_api_key(organisation_id=cast.fleet_owner.pk, name="x", scopes=("fleets:read",))
    assert ask(APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")).status_code == 403


def test_slots_cost_the_same_however_much_is_planned(dee, cast, django_assert_num_queries):
    for number in range(30):
        courier = Courier.objects.create(
            fleet=cast.fleet, vehicle=cast.bo.vehicle, name="Kim", phone=f"+336399800{number + 10}"
        )
        on_shift(cast, courier, "08:00", "16:00")
    booked(cast, "10:00", 20)
    forget_everything()
    with django_assert_num_queries(6):  # the key, the zones, the connections, the fleets, the shifts, the legs
        ask(dee)
    assert zone(cast.zone.pk).opening_hours
