"""The live stream of a phone: the counter at once and whenever it changes, nothing after the phone is signed out."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import orjson
import pytest
from django.test import Client
from redis.exceptions import ConnectionError as RedisAway

from apps.core.live import slots as core_slots
from apps.core.live import stream as core_stream
from apps.couriers.positions import tell_couriers
from apps.couriers.services import revoke_devices
from apps.couriers.services.devices import register_device
from apps.mobile import live
from apps.mobile.live import slots
from apps.mobile.tests.phones import get
from tests.cast import assemble_cast
from tests.web_server import web_server


@contextlib.contextmanager
def listening(phone, **headers):
    """The frames of a stream; it is closed in the end, as when a phone goes away."""
    answer = Client().get("/mobile/v1/events", headers={"Authorization": f"Bearer {phone.token}", **headers})
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/event-stream"
    assert answer["Cache-Control"] == "no-cache, no-transform"
    try:
        yield (chunk.decode() for chunk in answer.streaming_content)
    finally:
        answer._iterator.close()


def news_in(frames):
    """The counters that the frames tell, one by one."""
    for text in frames:
        if text.startswith("event: news\n"):
            yield orjson.loads(text.partition("data: ")[2])["news"]


@pytest.mark.django_db
def test_the_counter_comes_at_once_and_whenever_it_changes(cast, bos_phone):
    with listening(bos_phone, Accept="text/event-stream") as frames:
        news = news_in(frames)
        assert next(news) == 0
        tell_couriers([cast.bo.pk])
        assert next(news) == 1
        tell_couriers([cast.cy.pk])
        tell_couriers([cast.bo.pk])
        assert next(news) == 2


@pytest.mark.django_db
def test_a_push_that_was_lost_is_told_a_second_later(cast, bos_phone):
    with listening(bos_phone) as frames:
        news = news_in(frames)
        assert next(news) == 0
        core_stream.connection().hincrby("news", str(cast.bo.pk), 1)  # and nobody publishes it
        assert next(news) == 1


@pytest.mark.django_db
def test_the_stream_of_a_device_that_is_signed_out_ends(cast, bos_phone):
    with listening(bos_phone) as frames:
        assert next(news_in(frames)) == 0
        revoke_devices(courier_id=cast.bo.pk)
        began = time.monotonic()
        assert list(frames) == []
    assert time.monotonic() - began < 2


@pytest.mark.django_db
def test_a_quiet_stream_gives_signs_of_life_and_ends_by_itself(cast, bos_phone, monkeypatch):
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.0)
    monkeypatch.setattr(live.NewsStream.__init__, "__kwdefaults__", {"lasts_s": 1.5})
    with listening(bos_phone) as frames:
        told = list(frames)
    assert told[0].startswith("retry: ")
    assert told[1].startswith("event: news")
    assert set(told[2:]) == {": beat\n\n"}


@pytest.mark.django_db
def test_without_redis_the_stream_ends_and_gives_its_place_back(cast, bos_phone, monkeypatch):
    def away():
        raise RedisAway

    monkeypatch.setattr(core_stream, "connection", away)
    with listening(bos_phone) as frames:
        assert list(news_in(frames)) == []
    assert slots.take(1)
    slots.give_back()


@pytest.mark.django_db
def test_when_all_places_are_taken_a_phone_is_told_to_poll(cast, bos_phone, cys_phone, settings):
    settings.COURIER_STREAMS = 1
    with listening(bos_phone) as frames:
        next(frames)
        refused = get("events", token=cys_phone.token)
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "no_stream")
        assert int(refused["Retry-After"]) > 0
        assert refused["Content-Type"] == "application/json"
    with listening(cys_phone) as frames:
        assert next(news_in(frames)) == 0


@pytest.mark.django_db
def test_streams_leave_threads_for_everything_else_however_many_they_may_be(cast, bos_phone, settings):
    settings.COURIER_STREAMS, settings.WEB_THREADS = 100, core_slots.LEFT_FREE + 1
    with listening(bos_phone) as frames:
        next(frames)
        assert get("events", token=bos_phone.token).status_code == 503
    settings.WEB_THREADS = core_slots.LEFT_FREE
    assert get("events", token=bos_phone.token).status_code == 503


@pytest.mark.django_db
def test_who_is_not_signed_in_hears_nothing(cast):
    assert get("events").status_code == 401
    assert get("events", token="cd_wrong").status_code == 401


# --- over HTTP --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def web(database_url):
    """Two processes of the role `mobile`, of six threads each, two of which may be streams."""
    of_two = {"COURSIER_ROLE": "mobile", "COURSIER_WEB_WORKERS": "2", "COURSIER_WEB_THREADS": "6"}
    with web_server(database_url, COURSIER_COURIER_STREAMS="50", **of_two) as address:
        yield address


@pytest.fixture
def bo(transactional_db, web):
    """Bo, and a client with his token on the running servers."""
    bo = assemble_cast().bo
    token = register_device(courier_id=bo.pk, label="phone")
    headers, limits = {"Authorization": f"Bearer {token}"}, httpx.Limits(max_connections=100)
    with httpx.Client(
        base_url=f"{web}/mobile/v1", headers=headers, timeout=20, limits=limits, trust_env=False
    ) as client:
        yield bo, client


@pytest.mark.django_db(transaction=True)
def test_over_http_a_change_arrives_at_once_and_a_revoked_device_hears_the_end(bo):
    courier, client = bo
    with client.stream("GET", "/events", headers={"Accept": "text/event-stream"}) as answer:
        lines = answer.iter_lines()
        assert counter(lines) == 0
        began = time.monotonic()
        tell_couriers([courier.pk])
        assert counter(lines) == 1
        assert time.monotonic() - began < 0.5
        revoke_devices(courier_id=courier.pk)
        began = time.monotonic()
        assert not [line for line in lines if line.startswith("data")]
        assert time.monotonic() - began < 2.5
    assert client.get("/sync").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_over_http_as_many_streams_as_there_may_be_keep_no_sync_waiting(bo):
    _, client = bo
    with contextlib.ExitStack() as stack:
        answers = [stack.enter_context(client.stream("GET", "/events")) for _ in range(24)]
        statuses = [answer.status_code for answer in answers]
        assert set(statuses) == {200, 503}
        assert statuses.count(200) <= 2 * 2
        with ThreadPoolExecutor(8) as pool:
            took = list(pool.map(lambda _: timed(lambda: client.get("/sync").raise_for_status()), range(40)))
    assert max(took) < 5


def counter(lines):
    """The next counter that is told."""
    return next(orjson.loads(line.removeprefix("data: "))["news"] for line in lines if line.startswith("data: "))


def timed(ask):
    began = time.monotonic()
    ask()
    return time.monotonic() - began
