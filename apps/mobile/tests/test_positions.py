"""Positions: the fast path keeps the same rules and the same errors as the rest."""

import orjson
import pytest
from redis import Redis

from apps.core.redis import connection
from apps.couriers.positions import NOW, TRACK, positions_now, tell_couriers
from apps.mobile.tests.phones import get
from tests.cast import BAKERY, HOME

pytestmark = pytest.mark.django_db


def point(clock, *, at=HOME, **changes):
    return {"lat": at.lat, "lon": at.lon, "device_time": clock().isoformat(), **changes}


def fields_of(answer):
    assert answer.status_code == 400, answer.content
    return {(field["path"], field["code"]) for field in answer.json()["error"]["fields"]}


def test_the_newest_point_by_the_phones_clock_is_where_the_courier_is(cast, bos_phone, hand_clock):
    older = point(hand_clock, at=BAKERY)
    hand_clock.advance(seconds=5)
    newer = point(hand_clock, at=HOME, accuracy_m=12)
    answer = bos_phone.post("positions", {"positions": [newer, older]})
    assert (answer.status_code, answer.json()) == (200, {"accepted": 2, "news": 0})
    (found,) = positions_now([cast.bo.pk]).values()
    assert (found.lat, found.lon) == pytest.approx((HOME.lat, HOME.lon), abs=1e-4)
    assert connection().xlen(TRACK) == 1


def test_the_answer_tells_that_something_changed(cast, bos_phone, hand_clock):
    tell_couriers([cast.bo.pk])
    news = bos_phone.post("positions", {"positions": [point(hand_clock)]}).json()["news"]
    assert (news, bos_phone.sync()["news"]) == (1, 1)


def test_five_hundred_points_are_one_batch(cast, bos_phone, hand_clock):
    batch = [point(hand_clock)] * 500
    assert bos_phone.post("positions", {"positions": batch}).json()["accepted"] == 500
    assert fields_of(bos_phone.post("positions", {"positions": [*batch, point(hand_clock)]})) == {
        ("positions", "out_of_range")
    }


def test_nobody_is_followed_off_duty(cast, bos_phone, hand_clock):
    bos_phone.act("end_shift")
    answer = bos_phone.post("positions", {"positions": [point(hand_clock)]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "off_duty")
    assert positions_now([cast.bo.pk]) == {}
    assert not connection().exists(TRACK)


def test_a_pause_is_still_duty(cast, bos_phone, hand_clock):
    bos_phone.act("pause")
    assert bos_phone.post("positions", {"positions": [point(hand_clock)]}).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("lat", 91, "out_of_range"),
        ("lon", -180.5, "out_of_range"),
        ("lat", "48.85", "invalid"),
        ("lat", True, "invalid"),
        ("lon", None, "invalid"),
        ("device_time", "2026-06-10T10:00:00", "naive"),
        ("device_time", "yesterday", "invalid"),
        ("device_time", 1781085600, "invalid"),
        ("device_time", "9999-12-31T23:59:59-14:00", "out_of_range"),
        ("accuracy_m", -1, "invalid"),
        ("accuracy_m", "5", "invalid"),
        ("speed", 5, "unknown_field"),
    ],
)
def test_a_wrong_point_is_named_and_none_is_kept(bos_phone, hand_clock, field, value, code):
    answer = bos_phone.post("positions", {"positions": [point(hand_clock), point(hand_clock, **{field: value})]})
    assert fields_of(answer) == {(f"positions[1].{field}", code)}
    assert not connection().exists(NOW)


@pytest.mark.parametrize("missing", ["lat", "lon", "device_time"])
def test_a_point_without_place_or_time_is_refused(cast, bos_phone, hand_clock, missing):
    incomplete = point(hand_clock)
    del incomplete[missing]
    assert fields_of(bos_phone.post("positions", {"positions": [incomplete]})) == {
        (f"positions[0].{missing}", "invalid")
    }


@pytest.mark.parametrize(
    "body",
    [[], {}, {"positions": []}, {"positions": {}}, {"positions": [[]]}, None, {"points": []}, b"{", b"\xff", b""],
)
def test_a_body_that_is_no_batch_is_refused(cast, bos_phone, body):
    answer = bos_phone.post("positions", body)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")
    assert set(answer.json()["error"]) == {"code", "message", "request_id", "fields"}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_a_place_is_finite(cast, bos_phone, hand_clock, number):
    body = orjson.dumps({"positions": [point(hand_clock)]}).replace(str(HOME.lat).encode(), number.encode())
    assert bos_phone.post("positions", body).status_code == 400


def test_a_body_beyond_the_limit_is_not_read(cast, bos_phone):
    answer = bos_phone.post("positions", b" " * (256 * 1024 + 1))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "request_too_large")


def test_positions_are_sent_not_read(cast, bos_phone):
    answer = get("positions", token=bos_phone.token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


def test_a_batch_costs_one_query(cast, bos_phone, hand_clock, django_assert_num_queries):
    batch = {"positions": [point(hand_clock)] * 50}
    with django_assert_num_queries(1):
        bos_phone.post("positions", batch)


def test_without_redis_the_phone_is_told_to_send_again(cast, bos_phone, hand_clock, no_redis):
    answer = bos_phone.post("positions", {"positions": [point(hand_clock)]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")


def test_without_redis_actions_and_sync_go_on(cast, bos_phone, no_redis):
    assert bos_phone.act("pause")["outcome"] == "applied"
    assert (bos_phone.sync()["courier"]["status"], bos_phone.sync()["news"]) == ("paused", 0)


@pytest.fixture
def no_redis(bos_phone, monkeypatch):
    """Redis is away: its port answers nobody. Bo is signed in already."""
    away = Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    for module in ("apps.couriers.positions", "apps.core.redis"):
        monkeypatch.setattr(f"{module}.connection", lambda: away)
