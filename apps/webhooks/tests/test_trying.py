"""`/v1/webhook_endpoints/{id}/test`: a test event is written, sent by a worker, and seen in the log."""

from datetime import timedelta

import pytest

from apps.webhooks.leases import wall
from apps.webhooks.lifecycle import MessageStatus
from apps.webhooks.models import Message
from apps.webhooks.selectors import endpoints_with_due_messages
from apps.webhooks.services.claiming import claim_test
from tests.hooks import (
    answers,
    deliver,
    error_code,
    hangs,
    listening,
    nothing_changes,
    only_message,
    ordered,
    published,
    shown_id,
)

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.org/coursier"


def after_a_test(dee, path: str):
    """A test event, after the workers' next second: the message as the log has it."""
    asked = dee.posts(f"{path}/test")
    assert asked.status_code == 202, asked.json()
    deliver()
    return dee.gets(f"{path}/messages/{asked.json()['id']}").json()


def test_a_test_event_is_written_and_nothing_is_sent_by_who_is_asked(dee, sink):
    path = f"/{dee.creates(sink.url).json()['id']}"
    asked = dee.posts(f"{path}/test")
    shown = asked.json()
    assert (asked.status_code, shown["kind"], shown["status"], shown["attempts"]) == (
        202,
        "webhook.test",
        "pending",
        [],
    )
    assert sink.connections == 0
    assert dee.gets(f"{path}/messages").json()["data"][0]["id"] == shown["id"]
    assert published() == ["EndpointCreated", "EndpointTestRequested"]


def test_a_worker_sends_it_signed_and_the_log_has_the_answer(dee, sink):
    answer = dee.creates(sink.url)
    shown = after_a_test(dee, f"/{answer.json()['id']}")
    assert (shown["status"], shown["next_attempt_at"]) == ("delivered", None)
    assert [(each["status_code"], each["answer"]) for each in shown["attempts"]] == [(200, "ok")]
    content = sink.received[0].verified(answer.json()["secret"])
    assert content == shown["body"]
    assert (content["type"], content["data"]["endpoint_id"]) == ("webhook.test", answer.json()["id"])
    assert sink.received[0].headers["webhook-id"] == shown["id"]


def test_a_test_event_that_fails_is_not_tried_again(dee, new_sink, short_deadline, hand_clock):
    sink = new_sink(answers(500, body=b"no such table"), hangs, answers(410))
    path = f"/{dee.creates(sink.url).json()['id']}"
    first, second, third = (after_a_test(dee, path) for _ in range(3))
    assert [each["status"] for each in (first, second, third)] == ["failed"] * 3
    assert [attempt["answer"] for attempt in first["attempts"]] == ["no such table"]
    assert [(attempt["status_code"], attempt["error"]) for attempt in second["attempts"]] == [(None, "timeout")]
    assert third["attempts"][0]["status_code"] == 410
    hand_clock.advance(days=2)
    assert deliver() == 0
    shown = dee.gets(path).json()
    assert (shown["enabled"], shown["failing_since"]) == (True, None)


def test_an_address_that_became_private_is_not_sent_to_by_a_test_either(dee, sink, settings):
    path = f"/{dee.creates(sink.url).json()['id']}"
    settings.WEBHOOK_ALLOWED_ADDRESSES = []
    shown = after_a_test(dee, path)
    assert (shown["status"], len(shown["attempts"]), sink.connections) == ("failed", 1, 0)
    assert shown["attempts"][0]["error"]


def test_a_disabled_endpoint_can_be_tested_before_it_is_enabled(dee, sink):
    path = f"/{dee.creates(sink.url).json()['id']}"
    dee.patches(path, enabled=False)
    assert after_a_test(dee, path)["status"] == "delivered"


def test_an_endpoint_that_is_left_alone_for_a_while_can_be_tested(dee, cast, sink, hand_clock):
    endpoint = listening(cast.bakery.pk, sink)
    endpoint.swap(failures_in_row=10, paused_until=hand_clock() + timedelta(minutes=1))
    assert after_a_test(dee, shown_id(endpoint))["status"] == "delivered"
    endpoint.refresh_from_db()
    assert (endpoint.failures_in_row, endpoint.paused_until is None) == (10, False)


def test_a_test_waits_for_nothing_and_nothing_waits_for_it(dee, cast, sink):
    path = shown_id(listening(cast.bakery.pk, sink))
    ordered(cast)
    dee.posts(f"{path}/test")
    deliver()
    assert sink.kinds == ["webhook.test", "order.placed"]


def test_one_test_at_a_time_and_who_comes_second_is_told_which(dee, cast, sink):
    path = shown_id(listening(cast.bakery.pk, sink))
    first = dee.posts(f"{path}/test").json()
    with nothing_changes():
        refused = dee.posts(f"{path}/test")
    assert (refused.status_code, error_code(refused)) == (409, "webhook_test_running")
    assert refused.json()["error"]["state"] == {"message_id": first["id"]}
    deliver()
    assert dee.posts(f"{path}/test").status_code == 202


def test_a_test_whose_worker_was_killed_has_failed_and_the_next_goes_out(dee, cast, sink):
    path = shown_id(listening(cast.bakery.pk, sink))
    dee.posts(f"{path}/test")
    killed = only_message()
    assert claim_test(killed.endpoint_id).pk == killed.pk
    assert claim_test(killed.endpoint_id) is None
    assert deliver() == 0
    Message.objects.update(leased_until=wall() - timedelta(seconds=1))
    assert deliver() == 0
    killed.refresh_from_db()
    assert (killed.status, killed.lane, sink.connections) == (MessageStatus.FAILED, 0, 0)
    assert after_a_test(dee, path)["status"] == "delivered"


def test_a_test_to_an_endpoint_that_was_deleted_meanwhile_is_not_sent(dee, cast, sink):
    path = shown_id(listening(cast.bakery.pk, sink))
    dee.posts(f"{path}/test")
    dee.deletes(path)
    assert deliver() == 0
    assert (only_message().status, sink.connections) == (MessageStatus.FAILED, 0)
    assert endpoints_with_due_messages() == []
