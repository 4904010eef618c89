"""Sync: everything a phone needs to go on without a network, and nothing more."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.ids import public_id
from apps.core.redis import connection as redis
from apps.couriers.positions import last_seen
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg, make_offer
from apps.mobile.tests.phones import Phone, get
from apps.orders.models import Leg
from apps.orders.services import StopDetails, cancel_order
from tests.cast import BAKERY, HOME, freelance, placed

pytestmark = pytest.mark.django_db
EVES_PHONE, DEES_PHONE = "+33639980101", "+33639980100"


@pytest.fixture
def bo_has(cast, hand_clock):
    """Gives Bo a new leg of the bakery's."""

    def give():
        order, leg = placed(cast)
        assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
        return order, Leg.objects.get(pk=leg.pk)

    return give


def test_a_courier_without_work_sees_their_shift_and_nothing_to_do(cast, bos_phone, hand_clock):
    seen = bos_phone.sync()
    assert seen["courier"] == {
        "id": public_id("cou", cast.bo.pk),
        "name": "Bo",
        "status": "on_duty",
        "load_legs": 0,
        "vehicle": {"kind": "bike", "speed_kmh": 15.0},
        "fleet": {"id": public_id("flt", cast.fleet.pk), "name": "Vélo Express", "mode": "assigned"},
        "paused_since": None,
    }
    assert (seen["server_time"], seen["shift"]["ends_at"]) == ("2026-06-10T10:00:00Z", "2026-06-10T14:00:00Z")
    assert (seen["shift"]["zone"], seen["is_unchanged"]) == ("Paris", False)
    assert (seen["offers"], seen["stops"]) == ([], [])


def test_off_duty_there_is_no_shift(cast, bos_phone):
    bos_phone.act("end_shift")
    assert bos_phone.sync()["shift"] is None


def test_the_stops_of_a_leg_say_all_that_is_needed_at_the_door(cast, bos_phone, bo_has):
    order, leg = bo_has()
    parcel = order.parcels.get()
    pickup, dropoff = bos_phone.sync()["stops"]
    both = {"leg_id": public_id("leg", leg.pk), "order_id": public_id("ord", order.pk), "epoch": leg.epoch}
    assert both.items() <= pickup.items()
    assert both.items() <= dropoff.items()
    assert (pickup["kind"], pickup["address"], pickup["lat"]) == ("pickup", "12 rue de Rivoli, Paris", BAKERY.lat)
    assert (dropoff["kind"], dropoff["contact_name"], dropoff["lon"]) == ("dropoff", "Eve", HOME.lon)
    assert (pickup["leg_status"], pickup["short_code"]) == ("assigned", order.short_code)
    bread = {"description": "Bread", "size": "small", "weight_g": 800, "barcode": parcel.barcode, "is_scanned": False}
    assert dropoff["parcels"] == [{"id": public_id("par", parcel.pk), **bread}]
    assert (dropoff["proof"], dropoff["proofs_given"], dropoff["hub"]) == ([], [], None)
    assert (pickup["service_s"], dropoff["service_s"]) == (180, 120)
    assert (pickup["ready_at"], dropoff["ready_at"]) == ("2026-06-10T10:00:00Z", None)


def test_stops_that_are_done_are_left_out(cast, bos_phone, bo_has):
    _, leg = bo_has()
    way = bos_phone.way_of(leg)
    bos_phone.send(*way[:2])
    assert [stop["kind"] for stop in bos_phone.sync()["stops"]] == ["dropoff"]
    bos_phone.send(*way[2:])
    assert bos_phone.sync()["stops"] == []


def test_a_phone_number_is_shown_only_while_the_leg_is_on_its_way(cast, bos_phone, bo_has):
    _, leg = bo_has()
    assert [stop["phone"] for stop in bos_phone.sync()["stops"]] == [DEES_PHONE, EVES_PHONE]
    bos_phone.send(*bos_phone.way_of(leg))
    assert EVES_PHONE.encode() not in get("sync", token=bos_phone.token).content


def test_a_cancelled_order_shows_no_phone_number_even_before_the_courier_is_released(cast, bos_phone, bo_has):
    order, _ = bo_has()
    cancel_order(order_id=order.pk, reason="closed")
    assert EVES_PHONE.encode() not in get("sync", token=bos_phone.token).content


def test_another_courier_sees_nothing_of_it(cast, bos_phone, cys_phone, bo_has):
    bo_has()
    assert cys_phone.sync()["stops"] == []


def test_an_offer_shows_what_it_pays_and_where_it_goes_but_not_to_whom(cast, bos_phone, cys_phone, hand_clock):
    freelance(cast.fleet)
    order, leg = placed(cast)
    offer = make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.bo.pk)
    (seen,) = bos_phone.sync()["offers"]
    assert (seen["id"], seen["leg_id"]) == (public_id("off", offer.pk), public_id("leg", leg.pk))
    assert seen["payout"] == {"amount": offer.payout_cents, "currency": "EUR"}
    assert (seen["parcels"], seen["weight_g"], seen["distance_m"]) == (1, 800, order.distance_m)
    assert set(seen["dropoff"]) == {"address", "lat", "lon"}
    assert EVES_PHONE.encode() not in get("sync", token=bos_phone.token).content
    assert cys_phone.sync()["offers"] == []
    hand_clock.advance(minutes=5)
    assert bos_phone.sync()["offers"] == []


def test_sync_costs_nine_queries_however_long_the_route(cast, bos_phone, bo_has):
    counts = []
    for _ in range(3):
        bo_has()
        with CaptureQueriesContext(connection) as queries:
            assert bos_phone.sync()["stops"]
        counts.append(len(queries))
    assert counts == [9, 9, 9]


def test_an_order_without_contact_details_can_be_shown(cast, bos_phone, hand_clock):
    bare = StopDetails("somewhere", HOME.lat, HOME.lon)
    _, leg = placed(cast, dropoff=bare)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    assert bos_phone.sync()["stops"][1]["phone"] == ""


# --- since ------------------------------------------------------------------------------------------------------------


def synced(phone, since=None):
    answer = get("sync" if since is None else f"sync?since={since}", token=phone.token)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_phone_that_has_seen_everything_is_told_so_in_a_few_bytes(cast, bos_phone, django_assert_num_queries):
    news = synced(bos_phone)["news"]
    with django_assert_num_queries(1):
        seen = synced(bos_phone, news)
    assert set(seen) == {"server_time", "news", "advice", "is_unchanged"}
    assert (seen["is_unchanged"], seen["news"]) == (True, news)


def test_what_changed_since_is_told_with_everything_else(cast, bos_phone, bo_has, django_capture_on_commit_callbacks):
    news = synced(bos_phone)["news"]
    with django_capture_on_commit_callbacks(execute=True):
        bo_has()
    seen = synced(bos_phone, news)
    assert (seen["is_unchanged"], len(seen["stops"])) == (False, 2)
    assert synced(bos_phone, seen["news"])["is_unchanged"]
    assert not synced(bos_phone, news)["is_unchanged"], "an old number is no reason to believe it"


def test_a_phone_is_believed_only_what_it_was_told_itself(cast, bos_phone, messages):
    news = synced(bos_phone)["news"]
    other = Phone.signed_in(cast.bo.phone, messages)
    assert not synced(other, news)["is_unchanged"]
    assert synced(other, news)["is_unchanged"]


def test_after_a_flush_of_redis_everything_is_told_again(cast, bos_phone):
    assert synced(bos_phone)["news"] == 0
    redis().flushall()
    assert not synced(bos_phone, 0)["is_unchanged"]


def test_after_five_minutes_everything_is_told_again_since_a_push_may_have_been_lost(cast, bos_phone):
    synced(bos_phone)
    (key,) = redis().keys("told:*")
    assert 290 < redis().ttl(key) <= 300


@pytest.mark.parametrize("query", ["since=-1", "since=x", "since=1e3", "until=7", f"since={2**53}"])
def test_what_is_no_news_counter_is_refused(cast, bos_phone, query):
    assert get(f"sync?{query}", token=bos_phone.token).status_code == 400


def test_asking_is_a_sign_of_life_on_duty_and_leaves_no_trace_off_duty(
    cast, bos_phone, hand_clock, django_capture_on_commit_callbacks
):
    bos_phone.sync()
    assert last_seen([cast.bo.pk]) == {cast.bo.pk: hand_clock().timestamp()}
    with django_capture_on_commit_callbacks(execute=True):
        bos_phone.act("end_shift")
    seen = bos_phone.sync()
    assert last_seen([cast.bo.pk]) == {}
    assert seen["advice"]["report_every_s"] is None
