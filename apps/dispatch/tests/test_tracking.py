"""GET /v1/tracking/{token}: what the recipient sees, and never more."""

import orjson
import pytest
from rest_framework.test import APIClient

from apps.core.redis import connection
from apps.couriers.positions import Fix, record_positions
from apps.dispatch.api.tracking import BURST
from apps.dispatch.tests.expected import bring, expected_with_bo
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order
from apps.orders.services import cancel_order
from tests.cast import BAKERY, placed

pytestmark = pytest.mark.django_db
TO_PICKUP = (LegStatus.ASSIGNED, LegStatus.AT_PICKUP)
ON_THE_WAY = (LegStatus.PICKED_UP, LegStatus.AT_DROPOFF)


@pytest.fixture
def followed(cast, hand_clock):
    """An order that Bo has, who is somewhere."""
    record_positions(cast.bo.pk, [Fix(BAKERY, hand_clock())], at=hand_clock())
    return expected_with_bo(cast, hand_clock())


def tracks(order: Order | str, **client):
    connection().delete("rate:tracking:127.0.0.1")
    token = order if isinstance(order, str) else order.tracking_token
    return APIClient(**client).get(f"/v1/tracking/{token}")


def test_a_recipient_sees_how_far_it_is_and_when_it_comes(followed):
    answer = tracks(followed[0])
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "assigned",
        "promised_pickup_at": "2026-06-10T10:00:00Z",
        "promised_dropoff_at": "2026-06-10T10:40:00Z",
        "expected_pickup_at": "2026-06-10T10:05:00Z",
        "expected_dropoff_at": "2026-06-10T10:20:00Z",
        "picked_up_at": None,
        "ended_at": None,
        "courier": None,
        "pin": None,
    }


def test_before_anybody_has_it_nothing_is_expected(cast):
    answer = tracks(placed(cast)[0]).json()
    assert (answer["status"], answer["expected_dropoff_at"], answer["courier"]) == ("placed", None, None)


def test_the_courier_is_followed_between_pickup_and_dropoff_only(followed, cast):
    order, leg = followed
    seen = []
    for status in (LegStatus.AT_PICKUP, *ON_THE_WAY, LegStatus.DELIVERED):
        bring(leg, cast, status)
        seen.append(tracks(order).json()["courier"])
    there = seen[1]
    assert there["first_name"] == "Bo"
    assert (round(there["position"]["lat"], 3), round(there["position"]["lon"], 3)) == (BAKERY.lat, BAKERY.lon)
    assert seen == [None, there, there, None]


@pytest.mark.parametrize("then", [LegStatus.FAILED, LegStatus.RETURNING])
def test_a_courier_who_could_not_hand_over_is_followed_no_more(followed, cast, then):
    order, leg = followed
    bring(leg, cast, LegStatus.AT_PICKUP, LegStatus.PICKED_UP)
    bring(leg, cast, *((LegStatus.AT_DROPOFF, then) if then == LegStatus.FAILED else (then,)))
    assert tracks(order).json()["courier"] is None


def test_a_courier_who_only_brings_it_to_a_hub_is_not_followed(followed, cast):
    order, leg = followed
    second = Leg.objects.get(pk=leg.pk)
    second.id, second.sequence, second.status, second.courier_id = Order().id, 2, LegStatus.OPEN, None
    second.save(force_insert=True)
    bring(leg, cast, LegStatus.AT_PICKUP, LegStatus.PICKED_UP)
    answer = tracks(order).json()
    assert (answer["courier"], answer["expected_dropoff_at"]) == (None, None)


def test_a_courier_whose_place_is_not_known_has_a_name(followed, cast):
    bring(followed[1], cast, LegStatus.AT_PICKUP, LegStatus.PICKED_UP)
    connection().flushall()
    assert tracks(followed[0]).json()["courier"] == {"first_name": "Bo", "position": None}


def test_nothing_of_merchant_or_recipient_is_told(followed, cast):
    order, leg = followed
    bring(leg, cast, LegStatus.AT_PICKUP, LegStatus.PICKED_UP)
    told = orjson.dumps(tracks(order).json()).decode()
    secrets = ["Rivoli", "Charonne", "Eve", "Dee", "33639", "Martin", order.pk.hex, cast.bo.pk.hex, "amount", "Bread"]
    assert [secret for secret in secrets if secret in told] == []
    assert order.tracking_token not in told


def test_what_was_done_is_said_and_nothing_is_expected_any_more(followed, cast, hand_clock):
    order, leg = followed
    bring(leg, cast, LegStatus.AT_PICKUP, LegStatus.PICKED_UP)
    hand_clock.advance(minutes=10)
    bring(leg, cast, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)
    answer = tracks(order).json()
    assert (answer["status"], answer["picked_up_at"], answer["ended_at"]) == (
        "delivered",
        "2026-06-10T10:00:00Z",
        "2026-06-10T10:10:00Z",
    )
    assert answer["expected_pickup_at"] is answer["expected_dropoff_at"] is None


def test_a_day_after_the_end_it_is_gone(cast, hand_clock):
    order, _ = placed(cast)
    cancel_order(order_id=order.pk, reason="other")
    hand_clock.advance(hours=24, seconds=-1)
    assert tracks(order).json()["status"] == "cancelled"
    hand_clock.advance(seconds=1)
    gone = tracks(order)
    assert (gone.status_code, gone.json()["error"]["code"]) == (410, "tracking_ended")


@pytest.mark.parametrize("token", ["x", "x" * 200, "é", "%00", "ord_" + "0" * 32])
def test_a_token_that_is_none_is_not_found(cast, token):
    placed(cast)
    answer = tracks(token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "order_not_found")


def test_an_id_is_no_token(cast):
    order, _ = placed(cast)
    assert tracks(str(order.pk)).status_code == tracks(f"ord_{order.pk.hex}").status_code == 404


def test_no_answer_is_kept_by_anybody_between(cast):
    order, _ = placed(cast)
    assert tracks(order)["Cache-Control"] == tracks("x")["Cache-Control"] == "no-store"


def test_one_address_asks_once_a_second_after_a_small_burst(cast):
    order, _ = placed(cast)
    tracks(order)
    answers = [APIClient().get(f"/v1/tracking/{order.tracking_token}") for _ in range(int(BURST) + 3)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert {(answer["Retry-After"], answer["Cache-Control"]) for answer in refused} == {("1", "no-store")}
    elsewhere = APIClient(REMOTE_ADDR="192.0.2.7").get(f"/v1/tracking/{order.tracking_token}")
    assert elsewhere.status_code == 200


def test_behind_a_proxy_each_caller_has_a_bucket_and_nobody_chooses_it(cast, settings):
    settings.PROXIES = 1
    path = f"/v1/tracking/{placed(cast)[0].tracking_token}"

    def asks(forwarded):
        return APIClient(REMOTE_ADDR="10.0.0.1").get(path, headers={"X-Forwarded-For": forwarded}).status_code

    assert 429 in {asks(f"203.0.113.{n}, 198.51.100.7") for n in range(int(BURST) + 3)}
    assert asks("203.0.113.99, 198.51.100.7") == 429, "a header of one's own is no way out"
    assert asks("198.51.100.7, 192.0.2.8") == 200, "and locks nobody else out"


def test_guessing_is_slowed_down_too(cast):
    tracks("x")
    assert 429 in {APIClient().get(f"/v1/tracking/guess{n}").status_code for n in range(int(BURST) + 3)}


def test_tracking_costs_a_fixed_number_of_queries(followed, cast, django_assert_num_queries):
    bring(followed[1], cast, LegStatus.AT_PICKUP, LegStatus.PICKED_UP)
    with django_assert_num_queries(4):
        assert tracks(followed[0]).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_link_only_reads(cast, method):
    order, _ = placed(cast)
    assert getattr(APIClient(), method)(f"/v1/tracking/{order.tracking_token}").status_code == 405
