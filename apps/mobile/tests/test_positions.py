"""Positions: the fast path keeps the same rules and the same errors as the rest."""

from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from django.db import connection as database
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from rest_framework.exceptions import ValidationError

from apps.core.geo import Point
from apps.core.redis import connection
from apps.couriers.positions import NOW, TRACK, last_seen, positions_now, tell_couriers
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg
from apps.mobile.positions import carefully_read_points, read_points, usual_points
from apps.mobile.tests.phones import get
from tests.cast import BAKERY, HOME, placed

pytestmark = pytest.mark.django_db


def point(clock, *, at=HOME, **changes):
    return {"lat": at.lat, "lon": at.lon, "device_time": clock().isoformat(), **changes}


def place_of(courier):
    (found,) = positions_now([courier.pk]).values()
    return found.lat, found.lon


def fields_of(answer):
    assert answer.status_code == 400, answer.content
    return {(field["path"], field["code"]) for field in answer.json()["error"]["fields"]}


def test_the_newest_point_by_the_phones_clock_is_where_the_courier_is(cast, bos_phone, hand_clock):
    older = point(hand_clock, at=BAKERY)
    hand_clock.advance(minutes=4)
    newer = point(hand_clock, at=HOME, accuracy_m=12)
    answer = bos_phone.post("positions", {"positions": [newer, older]})
    assert (answer.status_code, answer.json()["accepted"], answer.json()["news"]) == (200, 2, 0)
    assert place_of(cast.bo) == pytest.approx((HOME.lat, HOME.lon), abs=1e-4)
    assert connection().xlen(TRACK) == 1


def test_a_batch_that_comes_late_does_not_move_a_courier_back(cast, bos_phone, hand_clock):
    late = point(hand_clock, at=BAKERY)
    hand_clock.advance(minutes=4)
    bos_phone.post("positions", {"positions": [point(hand_clock, at=HOME)]})
    assert bos_phone.post("positions", {"positions": [late]}).json()["accepted"] == 1, "it belongs to the track"
    assert place_of(cast.bo) == pytest.approx((HOME.lat, HOME.lon), abs=1e-4)


def test_two_batches_at_the_same_moment_by_the_phones_clock_end_in_the_last(cast, bos_phone, hand_clock):
    near = Point(HOME.lat, HOME.lon + 0.0005)
    for at in (HOME, near):
        bos_phone.post("positions", {"positions": [point(hand_clock, at=at)]})
    assert place_of(cast.bo) == pytest.approx((near.lat, near.lon), abs=1e-5)


def test_points_from_before_the_shift_and_from_the_future_are_left_out(cast, bos_phone, hand_clock):
    before = {**point(hand_clock), "device_time": (hand_clock() - timedelta(seconds=1)).isoformat()}
    ahead = {**point(hand_clock), "device_time": (hand_clock() + timedelta(minutes=5, seconds=1)).isoformat()}
    answer = bos_phone.post("positions", {"positions": [before, ahead]})
    assert (answer.status_code, answer.json()["accepted"]) == (200, 0)
    assert positions_now([cast.bo.pk]) == {}
    assert not connection().exists(TRACK)
    just = {**point(hand_clock), "device_time": (hand_clock() + timedelta(minutes=5)).isoformat()}
    assert bos_phone.post("positions", {"positions": [before, point(hand_clock), just]}).json()["accepted"] == 2
    ((_, entry),) = connection().xrange(TRACK)
    assert [row[0] for row in orjson.loads(entry["points"])] == [
        hand_clock().timestamp(),
        hand_clock().timestamp() + 300,
    ]


def test_who_sends_nothing_but_old_points_is_heard_all_the_same(cast, bos_phone, hand_clock):
    old = {**point(hand_clock), "device_time": (hand_clock() - timedelta(hours=1)).isoformat()}
    hand_clock.advance(minutes=7)
    bos_phone.post("positions", {"positions": [old]})
    assert last_seen([cast.bo.pk]) == {cast.bo.pk: hand_clock().timestamp()}


def test_nobody_is_where_they_cannot_have_got(cast, bos_phone, hand_clock):
    bos_phone.post("positions", {"positions": [point(hand_clock, at=BAKERY)]})
    hand_clock.advance(seconds=10)
    bos_phone.post("positions", {"positions": [point(hand_clock, at=HOME)]})  # 1.6 km in ten seconds
    assert place_of(cast.bo) == pytest.approx((BAKERY.lat, BAKERY.lon), abs=1e-4)
    hand_clock.advance(seconds=60)
    bos_phone.post("positions", {"positions": [point(hand_clock, at=HOME)]})  # by now it is possible
    assert place_of(cast.bo) == pytest.approx((HOME.lat, HOME.lon), abs=1e-4)


def test_a_jump_at_the_end_of_a_batch_is_passed_over(cast, bos_phone, hand_clock):
    track = [point(hand_clock, at=BAKERY)]
    hand_clock.advance(seconds=2)
    track.append(point(hand_clock, at=BAKERY))
    hand_clock.advance(seconds=2)
    bos_phone.post("positions", {"positions": [*track, point(hand_clock, at=HOME)]})
    assert place_of(cast.bo) == pytest.approx((BAKERY.lat, BAKERY.lon), abs=1e-4)


def test_a_place_known_to_no_more_than_200_metres_is_not_where_somebody_is(cast, bos_phone, hand_clock):
    bos_phone.post("positions", {"positions": [point(hand_clock, at=BAKERY, accuracy_m=200)]})
    hand_clock.advance(minutes=5)
    assert bos_phone.post("positions", {"positions": [point(hand_clock, accuracy_m=200.5)]}).json()["accepted"] == 1
    assert place_of(cast.bo) == pytest.approx((BAKERY.lat, BAKERY.lon), abs=1e-4)


def test_the_advice_follows_what_the_courier_has_to_do(cast, bos_phone, hand_clock):
    def advice():
        return bos_phone.post("positions", {"positions": [point(hand_clock)]}).json()["advice"]

    waiting = advice()
    bos_phone.act("pause")
    pausing = advice()
    bos_phone.act("resume")
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    assert advice() == {"report_every_s": 10, "report_points": 5, "min_move_m": 15, "sync_every_s": 60}
    assert 10 < waiting["report_every_s"] < pausing["report_every_s"]


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


def test_after_a_restart_of_redis_the_next_batch_is_kept(cast, bos_phone, hand_clock):
    bos_phone.post("positions", {"positions": [point(hand_clock)]})
    connection().flushall()
    connection().script_flush()
    assert bos_phone.post("positions", {"positions": [point(hand_clock)]}).json()["accepted"] == 1
    assert place_of(cast.bo) == pytest.approx((HOME.lat, HOME.lon), abs=1e-4)


def test_a_device_signed_out_is_refused_with_its_next_batch(cast, bos_phone, hand_clock):
    bos_phone.post("positions", {"positions": [point(hand_clock)]})
    bos_phone.post("sign_out", {})
    assert bos_phone.post("positions", {"positions": [point(hand_clock)]}).status_code == 401


def test_the_look_up_is_still_one_by_an_index(cast, bos_phone, hand_clock, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        bos_phone.post("positions", {"positions": [point(hand_clock)]})
    if database.vendor != "mongodb":
        assert "token_hash" in queries[0]["sql"]


USUAL = {
    "lat": st.floats(-90, 90),
    "lon": st.floats(-180, 180),
    "accuracy_m": st.none() | st.integers(0, 10_000) | st.floats(0, 1e6),
    "device_time": st.builds(
        lambda moment, minutes: moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat(),
        st.integers(31_536_000_000, 4_070_908_800_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC)),
        st.integers(-14 * 60, 14 * 60),
    ),
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=2),
    st.sampled_from(
        [
            "2026-06-10",
            "2026-06-10T10:00:00",
            "2026-06-10T10:00:00Z",
            "20260610T100000Z",
            "2026-W24-3T10:00:00Z",
            "9999-12-31T23:59:59-14:00",
            "0001-01-01T00:00:00+14:00",
            "1969-12-31T23:59:59Z",
            "2100-12-31T23:59:59Z",
            "2026-06-10T24:00:00Z",
            "2026-06-10T10:00:00.9999999Z",
        ]
    ),
)
ROWS = st.lists(
    st.one_of(
        st.fixed_dictionaries(USUAL),
        st.fixed_dictionaries({}, optional={name: values | ODD for name, values in USUAL.items()} | {"speed": ODD}),
        ODD,
    ),
    min_size=1,
    max_size=4,
)


@given(ROWS)
def test_the_fast_lane_takes_what_the_fields_take_and_nothing_else(rows):
    fast = usual_points(rows)
    try:
        careful = carefully_read_points(rows)
    except ValidationError:
        assert fast is None
        return
    assert fast is None or fast == careful
    assert read_points({"positions": rows}) == careful


@given(st.lists(st.fixed_dictionaries(USUAL), min_size=1, max_size=4))
def test_what_phones_send_takes_the_fast_lane(rows):
    assert usual_points(rows) == carefully_read_points(rows)
