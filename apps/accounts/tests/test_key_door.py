"""The door of the REST API: who comes in, for what, how often, and what everybody else is told."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import ApiKey
from apps.accounts.principals import Scope
from apps.accounts.selectors import principal_of_key
from apps.accounts.services import create_api_key, revoke_api_key
from apps.core import clock, rate_limit, short_memory
from apps.core.models import Event, IdempotentAnswer
from apps.core.redis import connection
from tests.cast import BAKERY, HOME

pytestmark = pytest.mark.django_db
ORDERS = "/v1/orders"
ORDER = {
    "pickup": {"address": "12 rue de Rivoli, Paris", "lat": BAKERY.lat, "lon": BAKERY.lon},
    "dropoff": {"address": "3 rue de Charonne, Paris", "lat": HOME.lat, "lon": HOME.lon},
    "parcels": [{"weight_g": 800}],
}


def client(secret: str | None) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}") if secret else APIClient()


def key_of(cast, **options):
    return create_api_key(organisation_id=cast.bakery.pk, name="till", **options)


def shape(answer) -> tuple[int, str]:
    """Status and code of an error, whose shape and request id are checked on the way."""
    error = answer.json()["error"]
    assert {"code", "message", "request_id", "fields"} <= set(error)
    assert error["request_id"] == answer["X-Request-Id"]
    return answer.status_code, error["code"]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "unauthenticated"),
        ("", "unauthenticated"),
        ("Bearer", "invalid_api_key"),
        ("Bearer ck_live_unknown", "invalid_api_key"),
        ("Bearer cd_a-courier's-token", "invalid_api_key"),
        ("Basic ZGVlOmRlZQ==", "invalid_api_key"),
        ("Bearer ck_é", "invalid_api_key"),
    ],
)
def test_nobody_comes_in_without_a_key(cast, header, code):
    caller = APIClient() if header is None else APIClient(HTTP_AUTHORIZATION=header)
    refused = caller.get(ORDERS)
    assert shape(refused) == (401, code)
    assert refused["WWW-Authenticate"] == "Bearer"


def test_a_revoked_key_opens_nothing_and_the_other_key_still_does(cast):
    row, secret = key_of(cast)
    revoke_api_key(key_id=row.pk)
    assert shape(client(secret).get(ORDERS)) == (401, "invalid_api_key")
    assert client(cast.dee_key).get(ORDERS).status_code == 200


def test_a_key_revoked_after_it_was_used_opens_nothing(cast):
    row, secret = key_of(cast)
    assert client(secret).get(ORDERS).status_code == 200
    revoke_api_key(key_id=row.pk)
    assert shape(client(secret).get(ORDERS)) == (401, "invalid_api_key")


def test_a_key_revoked_by_another_process_opens_nothing_a_second_later(cast, monkeypatch):
    row, secret = key_of(cast)
    at = 1000.0
    monkeypatch.setattr(short_memory.time, "monotonic", lambda: at)
    assert client(secret).get(ORDERS).status_code == 200
    ApiKey.objects.filter(pk=row.pk).update(revoked_at=clock.now())
    at += short_memory.LIFE_S
    assert shape(client(secret).get(ORDERS)) == (401, "invalid_api_key")


def test_a_key_in_use_is_looked_up_once_a_second(cast, django_assert_num_queries):
    _, secret = key_of(cast)
    client(secret).get(ORDERS)
    with django_assert_num_queries(0):
        principal_of_key(secret)


def test_a_key_remembered_is_still_held_to_its_expiry(cast, hand_clock):
    _, secret = key_of(cast, expires_at=hand_clock() + timedelta(hours=1))
    assert client(secret).get(ORDERS).status_code == 200
    hand_clock.advance(hours=1)
    assert shape(client(secret).get(ORDERS)) == (401, "invalid_api_key")


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [((), 403, 403), ((Scope.ORDERS_READ,), 200, 403), ((Scope.ORDERS_WRITE,), 403, 201)],
)
def test_a_key_does_what_its_scopes_say_and_no_more(cast, scopes, reads, writes):
    caller = client(key_of(cast, scopes=scopes)[1])
    assert caller.get(ORDERS).status_code == reads
    answer = caller.post(ORDERS, ORDER, headers={"Idempotency-Key": "k"})
    assert answer.status_code == writes
    assert Event.objects.count() == IdempotentAnswer.objects.count() == (writes == 201)


def test_a_refused_key_is_told_which_scope_it_lacks(cast):
    caller = client(key_of(cast, scopes=(Scope.ORDERS_READ,))[1])
    answers = caller.get("/v1/hubs"), caller.post(ORDERS, ORDER, headers={"Idempotency-Key": "k"})
    assert {shape(answer) for answer in answers} == {(403, "forbidden")}
    messages = [answer.json()["error"]["message"] for answer in answers]
    assert messages == ["This key lacks the scope hubs:read.", "This key lacks the scope orders:write."]
    assert not Event.objects.exists()


@pytest.mark.parametrize("path", [ORDERS, "/v1/connections", "/v1/webhook_endpoints", "/v1/slots"])
def test_what_a_query_says_twice_is_refused_rather_than_half_read(cast, path):
    refused = client(cast.dee_key).get(f"{path}?status=placed&limit=1&status=delivered")
    assert shape(refused) == (400, "invalid_request")
    fields = refused.json()["error"]["fields"]
    assert fields == [{"path": "status", "code": "repeated", "message": "Say it once."}]


def test_a_retry_under_a_rotated_key_gets_the_first_answer(cast):
    answers = [
        client(secret).post(ORDERS, ORDER, headers={"Idempotency-Key": "k"})
        for secret in (cast.dee_key, key_of(cast)[1])
    ]
    assert answers[0].json() == answers[1].json()
    assert Event.objects.count() == 1


@pytest.mark.parametrize("path", ["/v1/", "/v1/nothing", "/v1/orders/", "/v1/orders/a/b/c"])
def test_a_path_that_does_not_exist_is_told_in_the_one_shape(cast, path):
    assert shape(client(cast.dee_key).get(path)) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("delete", "/v1/orders", "GET, POST"),
        ("put", "/v1/orders/ord_1", "GET, PATCH"),
        ("get", "/v1/quotes", "POST"),
        ("options", "/v1/quotes", "POST"),
    ],
)
def test_a_method_that_does_not_exist_is_told_in_the_one_shape(cast, method, path, allowed):
    refused = getattr(client(cast.dee_key), method)(path)
    assert shape(refused) == (405, "method_not_allowed")
    assert set(refused["Allow"].split(", ")) - {"HEAD"} == set(allowed.split(", "))


def test_head_is_answered_as_get_without_a_body(cast):
    answer = client(cast.dee_key).head(ORDERS)
    assert (answer.status_code, answer.content) == (200, b"")


def test_our_own_fault_is_told_in_the_one_shape(cast, settings):
    settings.RATE_LIMIT_PER_S = None  # as good a fault as any: no number
    caller = APIClient(HTTP_AUTHORIZATION=f"Bearer {cast.dee_key}", raise_request_exception=False)
    assert shape(caller.get(ORDERS)) == (500, "server_error")


def test_one_organisation_may_burst_and_then_waits(cast, settings):
    settings.RATE_LIMIT_PER_S = 0.01  # so slow that no token comes back while the test runs
    caller = client(cast.dee_key)
    assert caller.get(ORDERS).status_code == 200
    refused = caller.get(ORDERS)
    assert shape(refused) == (429, "too_many_requests")
    assert 1 <= int(refused["Retry-After"]) <= 100


def test_a_refused_request_places_nothing(cast, settings):
    settings.RATE_LIMIT_PER_S = 0.01
    caller = client(cast.dee_key)
    caller.get(ORDERS)
    refused = caller.post(ORDERS, ORDER, headers={"Idempotency-Key": "k"})
    assert shape(refused) == (429, "too_many_requests")
    assert not Event.objects.exists()
    assert not IdempotentAnswer.objects.exists()


def test_keys_of_one_organisation_share_its_limit_and_no_other(cast, settings):
    settings.RATE_LIMIT_PER_S = 0.01
    assert client(cast.dee_key).get(ORDERS).status_code == 200
    assert client(key_of(cast)[1]).get(ORDERS).status_code == 429
    _, other = create_api_key(organisation_id=cast.fleet_owner.pk, name="report")
    assert client(other).get(ORDERS).status_code == 200


@pytest.fixture
def _redis_away(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    connection.cache_clear()
    rate_limit._script.cache_clear()
    yield
    connection.cache_clear()
    rate_limit._script.cache_clear()


@pytest.mark.usefixtures("_redis_away")
def test_with_redis_away_everybody_may_pass(cast, caplog):
    assert client(cast.dee_key).get(ORDERS).status_code == 200
    assert "letting it pass" in caplog.text


def test_every_answer_carries_a_request_id_and_keeps_a_sane_one(cast):
    caller = client(cast.dee_key)
    assert caller.get(ORDERS, headers={"X-Request-Id": "trace-0001"})["X-Request-Id"] == "trace-0001"
    made = caller.get(ORDERS, headers={"X-Request-Id": "<script>"})["X-Request-Id"]
    assert made.isalnum()
    assert made != caller.get(ORDERS)["X-Request-Id"]


def test_the_next_caller_on_a_thread_is_not_signed_for_by_the_one_before(cast):
    from apps.core.events import DomainEvent, publish

    client(cast.dee_key).get(ORDERS)
    publish(type("SomethingHappened", (DomainEvent,), {})())
    assert [event.actor for event in Event.objects.all()] == ["system"]


def test_coming_in_costs_one_query(cast, django_assert_num_queries):
    caller = client(cast.dee_key)
    with django_assert_num_queries(1):
        assert caller.get("/v1/quotes").status_code == 405
