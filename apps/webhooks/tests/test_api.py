"""`/v1/webhook_endpoints`: what integrators may do with their own endpoints, and nobody with another's."""

import pytest
from standardwebhooks import Webhook

from apps.core import short_memory
from apps.core.ids import public_id
from apps.core.models import Event, IdempotentAnswer
from apps.webhooks.lifecycle import MessageStatus
from apps.webhooks.models import Endpoint, Message
from apps.webhooks.services.endpoints import MOST_ENDPOINTS
from tests.hooks import (
    answers,
    deliver,
    endpoint_of,
    error_code,
    listening,
    nothing_changes,
    only_message,
    ordered,
    published,
    relay,
    secret,
    shown_id,
    wrong_fields,
)

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.org/coursier"


def message_id(message: Message) -> str:
    return "/messages/" + public_id("msg", message.pk)


def test_an_endpoint_is_created_and_its_secret_is_shown_once(dee, sink, cast):
    answer = dee.creates(sink.url, kinds=["order.placed"], description="till")
    assert answer.status_code == 201
    shown = answer.json()
    assert shown["secret"].startswith("whsec_")
    assert {name: shown[name] for name in ("url", "kinds", "description", "is_test", "enabled")} == {
        "url": sink.url,
        "kinds": ["order.placed"],
        "description": "till",
        "is_test": False,
        "enabled": True,
    }
    path = f"/{shown['id']}"
    assert "secret" not in dee.gets(path).json()
    assert "secret" not in dee.gets().json()["data"][0]
    assert published() == ["EndpointCreated"]
    ordered(cast)
    deliver()
    Webhook(shown["secret"]).verify(sink.received[0].body, sink.received[0].headers)


def test_no_secret_is_in_the_database(dee, sink):
    shown = dee.creates(sink.url).json()
    rotated = dee.posts(f"/{shown['id']}/rotate_secret").json()
    rows = [*Endpoint.objects.values(), *IdempotentAnswer.objects.values(), *Event.objects.values()]
    for told in (shown["secret"], rotated["secret"]):
        bare = told.removeprefix("whsec_")
        assert not [row for row in rows if bare in str(row)]


def test_a_repeated_request_makes_one_endpoint_and_shows_the_same_secret(dee):
    first, again = (dee.creates(URL, key="the same") for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Endpoint.objects.count() == 1


def test_a_repetition_from_before_the_platforms_key_was_replaced_is_refused_with_a_code(dee, settings):
    dee.creates(URL, key="the same")
    settings.SECRET_KEY = "the platform's new key " * 4
    with nothing_changes():
        answer = dee.creates(URL, key="the same")
    assert (answer.status_code, error_code(answer)) == (409, "secret_lost")


@pytest.mark.parametrize(
    ("fields", "path", "code"),
    [
        ({"url": "http://hooks.example.org/"}, "url", "not_https"),
        ({"url": "https://hooks.example.org:8080/"}, "url", "port"),
        ({"url": "https://127.0.0.1/"}, "url", "address_not_public"),
        ({"url": "https://0x7f.1/"}, "url", "address_not_public"),
        ({"url": "https://localhost/"}, "url", "malformed"),
        ({"url": "https://a:b@hooks.example.org/"}, "url", "userinfo"),
        ({"url": "https://hooks.example.org/#part"}, "url", "fragment"),
        ({"url": "https://hôoks.example.org/"}, "url", "malformed"),
        ({"url": "https://" + "a" * 500}, "url", "max_length"),
        ({"kinds": ["order.eaten"]}, "kinds[0]", "invalid_choice"),
        ({"kinds": "order.placed"}, "kinds", "not_a_list"),
        ({"description": "d" * 201}, "description", "max_length"),
        ({"is_test": True}, "is_test", "unknown_field"),
        ({"seed": "mine"}, "seed", "unknown_field"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_made(fields, path, code, dee):
    with nothing_changes():
        answer = dee.creates(**fields)
    assert answer.status_code in (400, 422)
    assert wrong_fields(answer).get(path) == code


def test_an_organisation_has_so_many_endpoints_at_most(dee, cast, sandbox):
    for _ in range(MOST_ENDPOINTS):
        assert dee.creates(URL).status_code == 201
    with nothing_changes():
        answer = dee.creates(URL)
    assert (answer.status_code, error_code(answer)) == (409, "too_many_webhook_endpoints")
    assert sandbox.creates(URL).status_code == 201


def test_endpoints_are_listed_newest_first_with_as_many_queries_for_one_as_for_many(dee, django_assert_max_num_queries):
    ids = [dee.creates(URL).json()["id"] for _ in range(5)]
    with django_assert_max_num_queries(2):  # the key, the page
        page = dee.gets(limit=3).json()
    assert [row["id"] for row in page["data"]] == ids[:1:-1]
    assert [row["id"] for row in dee.gets(cursor=page["next_cursor"]).json()["data"]] == ids[1::-1]


def test_an_endpoint_is_changed(dee, cast):
    path = f"/{dee.creates(URL).json()['id']}"
    answer = dee.patches(path, url=f"{URL}/2", kinds=["order.delivered"], description="kitchen")
    assert answer.status_code == 200
    assert dee.gets(path).json() == answer.json()
    assert (answer.json()["url"], answer.json()["kinds"]) == (f"{URL}/2", ["order.delivered"])
    assert Event.objects.get(name="EndpointChanged").payload["changed"] == "url,kinds,description"
    with nothing_changes():
        assert dee.patches(path, url=f"{URL}/2", enabled=True).status_code == 200


@pytest.mark.parametrize("changes", [{"url": "https://10.0.0.1/"}, {"enabled": "yes"}, {"enabled": 1}, {"id": "x"}])
def test_a_wrong_change_changes_nothing(changes, dee):
    path = f"/{dee.creates(URL).json()['id']}"
    with nothing_changes():
        assert dee.patches(path, **changes).status_code in (400, 422)


def test_an_endpoint_is_disabled_and_enabled_by_its_owner(dee, cast, sink):
    path = f"/{dee.creates(sink.url).json()['id']}"
    ordered(cast)
    shown = dee.patches(path, enabled=False).json()
    assert (shown["enabled"], shown["disabled_reason"]) == (False, "by_owner")
    assert only_message().status == MessageStatus.FAILED
    relay()
    shown = dee.patches(path, enabled=True).json()
    assert (shown["enabled"], shown["disabled_reason"], shown["disabled_at"]) == (True, "", None)
    assert published().count("EndpointDisabled") == published().count("EndpointEnabled") == 1


def test_a_deleted_endpoint_is_gone_and_sent_nothing(dee, cast, sink):
    answer = dee.creates(sink.url)
    path = f"/{answer.json()['id']}"
    ordered(cast)
    assert dee.deletes(path).status_code == 204
    assert deliver() == 0
    ordered(cast)
    assert deliver() == 0
    assert sink.connections == 0
    assert dee.gets(path).status_code == dee.deletes(path).status_code == 404
    assert dee.gets().json()["data"] == []
    assert endpoint_of(answer).seed == ""
    assert published().count("EndpointDeleted") == 1


def test_a_secret_is_rotated(dee, cast, sink):
    answer = dee.creates(sink.url)
    rotated = dee.posts(f"/{answer.json()['id']}/rotate_secret")
    assert rotated.status_code == 200
    assert rotated.json()["secret"] != answer.json()["secret"]
    assert rotated.json()["secret"] == secret(endpoint_of(answer))
    ordered(cast)
    deliver()
    for told in (answer, rotated):
        Webhook(told.json()["secret"]).verify(sink.received[0].body, sink.received[0].headers)
    assert published().count("SecretRotated") == 1


def test_the_log_shows_messages_with_their_attempts(dee, cast, new_sink, hand_clock):
    sink = new_sink(answers(500, body=b"closed"), answers(200, body=b"thanks"))
    path = shown_id(listening(cast.bakery.pk, sink))
    order, _ = ordered(cast)
    deliver()
    hand_clock.advance(seconds=10)
    deliver()
    (row,) = dee.gets(f"{path}/messages").json()["data"]
    assert (row["kind"], row["status"], row["order_id"]) == (
        "order.placed",
        "delivered",
        public_id("ord", order.pk),
    )
    assert [attempt["status_code"] for attempt in row["attempts"]] == [500, 200]
    assert "answer" not in row["attempts"][0]
    one = dee.gets(f"{path}/messages/{row['id']}").json()
    assert [attempt["answer"] for attempt in one["attempts"]] == ["closed", "thanks"]
    assert one["body"] == sink.received[0].content


def test_the_log_is_filtered_by_status_and_kind(dee, cast, new_sink):
    path = shown_id(listening(cast.bakery.pk, new_sink(answers(200), answers(500))))
    for _ in range(2):
        ordered(cast)
    deliver()
    for status in ("delivered", "pending"):
        (row,) = dee.gets(f"{path}/messages", status=status).json()["data"]
        assert row["status"] == status
    assert dee.gets(f"{path}/messages", status="failed").json()["data"] == []
    assert len(dee.gets(f"{path}/messages", kind="order.placed").json()["data"]) == 2
    assert dee.gets(f"{path}/messages", kind="order.delivered").json()["data"] == []
    assert dee.gets(f"{path}/messages", status="eaten").status_code == 400
    assert dee.gets(f"{path}/messages", stauts="failed").status_code == 400


def test_a_page_of_the_log_takes_as_many_queries_for_one_message_as_for_many(dee, cast, sink):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    path = shown_id(listening(cast.bakery.pk, sink))
    counts = []
    for more in (1, 9):
        for _ in range(more):
            ordered(cast)
        deliver()
        short_memory.forget_everything()
        with CaptureQueriesContext(connection) as asked:
            assert dee.gets(f"{path}/messages").status_code == 200
        counts.append(len(asked))
    assert counts == [4, 4]  # the key, the endpoint, the page, its attempts


def test_a_message_is_replayed_with_its_id_and_body(dee, cast, sink):
    path = shown_id(listening(cast.bakery.pk, sink))
    ordered(cast)
    deliver()
    answer = dee.posts(f"{path}{message_id(only_message())}/replay")
    assert (answer.status_code, answer.json()["status"]) == (200, "pending")
    deliver()
    first, again = sink.received
    assert (first.body, first.headers["webhook-id"]) == (again.body, again.headers["webhook-id"])
    assert published().count("MessagesReplayed") == 1


def test_what_is_on_its_way_is_not_replayed(dee, cast, sink):
    path = shown_id(listening(cast.bakery.pk, sink))
    ordered(cast)
    with nothing_changes():
        answer = dee.posts(f"{path}{message_id(only_message())}/replay")
    assert (answer.status_code, error_code(answer)) == (409, "illegal_message_move")


def test_everything_that_failed_since_a_time_is_replayed(dee, cast, new_sink, hand_clock):
    sink = new_sink(answers(410), answers(200))
    path = shown_id(listening(cast.bakery.pk, sink))
    ordered(cast)
    hand_clock.advance(hours=1)
    since = hand_clock.moment.isoformat()
    for _ in range(3):
        ordered(cast)
    deliver()
    relay()
    with nothing_changes():
        answer = dee.posts(f"{path}/replay", {"since": since})
    assert (answer.status_code, error_code(answer)) == (409, "webhook_endpoint_disabled")
    dee.patches(path, enabled=True)
    assert dee.posts(f"{path}/replay", {"since": since}).json() == {"replayed": 3}
    deliver()
    assert Message.objects.filter(status=MessageStatus.DELIVERED).count() == 3
    with nothing_changes():
        assert dee.posts(f"{path}/replay", {"since": since}).json() == {"replayed": 0}


PATHS = (
    ("get", ""),
    ("patch", ""),
    ("delete", ""),
    ("post", "/rotate_secret"),
    ("post", "/test"),
    ("post", "/replay"),
    ("get", "/messages"),
    ("get", "{message}"),
    ("post", "{message}/replay"),
)


def asks(caller, method: str, path: str):
    body = {"since": "2026-06-01T00:00:00Z"} if path.endswith("/replay") and "messages" not in path else {}
    match method:
        case "get":
            return caller.gets(path)
        case "patch":
            return caller.patches(path, description="mine now")
        case "delete":
            return caller.deletes(path)
    return caller.posts(path, body)


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("stranger", ["florist", "sandbox"])
def test_a_stranger_finds_nothing_and_changes_nothing(method, path, stranger, cast, request):
    caller, sink = request.getfixturevalue(stranger), request.getfixturevalue("sink")
    endpoint = listening(cast.bakery.pk, sink)
    ordered(cast)
    deliver()
    before = sink.connections
    with nothing_changes():
        answer = asks(caller, method, shown_id(endpoint) + path.format(message=message_id(only_message())))
    assert (answer.status_code, error_code(answer)) == (404, "webhook_endpoint_not_found")
    assert sink.connections == before


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_key_that_may_only_read_changes_nothing(method, path, cast, sink, reader):
    endpoint = listening(cast.bakery.pk, sink)
    ordered(cast)
    deliver()
    with nothing_changes():
        answer = asks(reader, method, shown_id(endpoint) + path.format(message=message_id(only_message())))
    assert answer.status_code == (200 if method == "get" else 403)


def test_a_message_of_another_endpoint_is_not_found(dee, cast, new_sink):
    one, other = (listening(cast.bakery.pk, new_sink(), kinds=(kind,)) for kind in ("order.placed", "order.failed"))
    ordered(cast)
    path = message_id(only_message())
    assert dee.gets(shown_id(one) + path).status_code == 200
    assert error_code(dee.gets(shown_id(other) + path)) == "webhook_message_not_found"


def test_lists_of_strangers_are_empty(dee, florist, sandbox, sink):
    dee.creates(URL)
    assert florist.gets().json()["data"] == sandbox.gets().json()["data"] == []


@pytest.mark.parametrize("path", ["/whe_1", "/ord_" + "0" * 32, "/whe_" + "0" * 32])
def test_an_id_that_names_nothing_is_not_found(path, dee):
    assert dee.gets(path).status_code == 404


def test_a_test_keys_endpoint_is_for_tests(sandbox, cast, sink):
    answer = sandbox.creates(sink.url)
    assert answer.json()["is_test"] is True
    ordered(cast)
    ordered(cast, is_test=True, external_id="robots")
    deliver()
    assert [request.content["data"]["external_id"] for request in sink.received] == ["robots"]
