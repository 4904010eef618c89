"""Deliveries to a sink that answers by a script: what is success, what is tried again, and when."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from apps.core.models import Event
from apps.webhooks.lifecycle import DisabledReason, MessageStatus
from apps.webhooks.models import Attempt, Endpoint, Message
from apps.webhooks.schedule import JITTER, MAX_TRIES, WAITS, retry_after
from apps.webhooks.sending import ANSWER_BYTES
from apps.webhooks.services import EndpointChanges, rotate_secret, update_endpoint
from tests.hooks import (
    answers,
    carried,
    deliver,
    drips_headers,
    floods,
    floods_headers,
    hangs,
    listening,
    only_message,
    ordered,
    relay,
    resets,
    says_nonsense,
    secret,
)

pytestmark = pytest.mark.django_db
DELIVERED, FAILED, PENDING = MessageStatus.DELIVERED, MessageStatus.FAILED, MessageStatus.PENDING
EXPECTED_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)  # between the ten tries


def told(cast, sink, **options):
    """An endpoint at a sink, and one message to it."""
    endpoint = listening(cast.bakery.pk, sink, **options)
    ordered(cast)
    return endpoint


def what_came_of_it() -> tuple[int | None, str]:
    attempt = Attempt.objects.order_by("-number").first()
    return attempt.status_code, attempt.error


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_success(status, cast, new_sink):
    told(cast, new_sink(answers(status, body=b"")))
    deliver()
    assert only_message().status == DELIVERED
    assert what_came_of_it() == (status, "")


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 308, 400, 401, 404, 409, 429, 500, 502, 503, 504])
def test_everything_else_is_tried_again(status, cast, new_sink):
    sink = new_sink(answers(status, Location="https://hooks.example.org/"))
    told(cast, sink)
    deliver()
    message = only_message()
    assert (message.status, message.tries, message.lane) == (PENDING, 1, 0)
    assert what_came_of_it() == (status, "")
    assert sink.connections == 1


@pytest.mark.parametrize(
    ("action", "error"),
    [
        (hangs, "timeout"),
        (resets, "connection_lost"),
        (says_nonsense, "not_http"),
        (drips_headers, "timeout"),
        (floods_headers, "not_http"),
    ],
)
def test_a_sink_that_does_not_answer_properly_is_tried_again(action, error, cast, new_sink, short_deadline):
    told(cast, new_sink(action))
    deliver()
    assert only_message().status == PENDING
    assert what_came_of_it() == (None, error)
    assert Attempt.objects.get().duration_ms < short_deadline * 1000 + 1500


def test_a_sink_that_is_away_is_tried_again(cast, sink):
    told(cast, sink)
    sink.close()
    deliver()
    assert what_came_of_it() == (None, "connection_failed")


def test_of_an_endless_answer_the_beginning_is_kept(cast, new_sink):
    told(cast, new_sink(floods))
    deliver()
    assert only_message().status == DELIVERED
    assert Attempt.objects.get().answer == ("spam" * ANSWER_BYTES)[:ANSWER_BYTES]


def test_an_answer_that_no_database_could_hold_is_kept_readable(cast, new_sink):
    told(cast, new_sink(answers(500, body=b"\x00\xff nul and nonsense \xc3")))
    deliver()
    assert "nul and nonsense" in Attempt.objects.get().answer


def test_ten_tries_at_the_times_of_the_specification_and_then_no_more(cast, new_sink, hand_clock):
    sink = new_sink(answers(500))
    told(cast, sink)
    began = hand_clock.moment
    for tries, expected in enumerate(EXPECTED_S, start=1):
        assert deliver() == 1
        message = only_message()
        assert (message.status, message.tries) == (PENDING, tries)
        waited = (message.next_attempt_at - hand_clock.moment).total_seconds()
        assert expected * (1 - JITTER) - 0.01 <= waited <= max(expected * (1 + JITTER), 60) + 0.01
        hand_clock.moment = message.next_attempt_at - timedelta(milliseconds=1)
        assert deliver() == 0
        hand_clock.moment = message.next_attempt_at
    assert deliver() == 1
    message = only_message()
    assert (message.status, message.tries, message.next_attempt_at) == (FAILED, MAX_TRIES, None)
    hand_clock.advance(days=30)
    assert deliver() == 0
    assert len(sink.received) == MAX_TRIES
    assert timedelta(hours=67) < message.created_at - began + sum(WAITS, timedelta(0)) < timedelta(hours=76)
    assert [attempt.number for attempt in Attempt.objects.order_by("number")] == list(range(1, 11))


def test_every_try_sends_the_same_body_and_id_with_a_signature_of_its_own_time(cast, new_sink, hand_clock):
    sink = new_sink(answers(500), answers(500), answers(200))
    endpoint = told(cast, sink)
    for _ in range(3):
        deliver()
        hand_clock.advance(hours=1)
    bodies = {request.body for request in sink.received}
    ids = {request.headers["webhook-id"] for request in sink.received}
    assert (len(sink.received), len(bodies), len(ids)) == (3, 1, 1)
    assert bodies == {only_message().body.encode()}
    for request in sink.received:
        request.verified(secret(endpoint))
        ahead = int(request.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()
        assert (
            abs(ahead) < 60
        )  # by the wall, which the receiver compares with, though the platform's clock is elsewhere
        assert request.headers["content-type"] == "application/json"


def test_jitter_spreads_what_failed_together(cast, new_sink):
    listening(cast.bakery.pk, new_sink(answers(500)))
    for _ in range(6):
        ordered(cast)
    while deliver():
        pass
    assert len(set(Message.objects.values_list("next_attempt_at", flat=True))) > 3


def test_retry_after_in_seconds_is_waited_for(cast, new_sink, hand_clock):
    told(cast, new_sink(answers(429, Retry_After="120"), answers(200)))
    deliver()
    hand_clock.advance(seconds=119)
    assert deliver() == 0
    hand_clock.advance(seconds=1)
    assert deliver() == 1
    assert only_message().status == DELIVERED


def test_retry_after_of_another_status_is_waited_for_by_that_message_alone(cast, new_sink, hand_clock):
    sink = new_sink(answers(500, Retry_After="120"), answers(200))
    told(cast, sink)
    deliver()
    assert only_message().next_attempt_at == hand_clock.moment + timedelta(seconds=120)
    ordered(cast)
    assert deliver() == 1


def test_retry_after_holds_for_the_other_messages_of_the_endpoint_too(cast, new_sink, hand_clock):
    sink = new_sink(answers(503, Retry_After="120"), answers(200))
    told(cast, sink)
    deliver()
    ordered(cast)
    hand_clock.advance(seconds=60)
    assert deliver() == 0
    hand_clock.advance(seconds=61)
    deliver()
    assert len(sink.received) == 3


def test_a_retry_after_that_is_sooner_than_the_schedule_changes_nothing(cast, new_sink, hand_clock):
    told(cast, new_sink(answers(500, Retry_After="1")))
    deliver()
    assert only_message().next_attempt_at > hand_clock.moment + timedelta(seconds=4)


@pytest.mark.parametrize("nonsense", ["", "soon", "-5", "1e9", "٣", "Wed, 99 Foo 2026 00:00:00 GMT", "12.5"])
def test_a_retry_after_without_sense_is_passed_over(nonsense):
    assert retry_after(nonsense) is None


def test_a_retry_after_may_be_a_date_and_is_a_day_at_most():
    soon = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    assert timedelta(minutes=9) < (retry_after(soon) or timedelta(0)) <= timedelta(minutes=10)
    assert retry_after("Wed, 10 Jun 2020 10:00:00 GMT") == timedelta(0)
    assert retry_after("999999999999999999") == timedelta(hours=24)


def test_410_disables_the_endpoint_at_once(cast, new_sink):
    sink = new_sink(answers(410))
    endpoint = told(cast, sink)
    ordered(cast)
    deliver()
    endpoint.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, DisabledReason.GONE)
    assert set(Message.objects.values_list("status", flat=True)) == {FAILED}
    assert len(sink.received) == 1
    event = Event.objects.get(name="EndpointDisabled")
    assert (event.organisation_id, event.payload["reason"]) == (cast.bakery.pk, "gone")
    assert deliver() == 0


def test_120_hours_of_nothing_but_failures_disable_the_endpoint_and_the_owner_hears_of_it(cast, new_sink, hand_clock):
    endpoint = told(cast, new_sink(answers(500)))
    deliver()
    for hours in (60, 59.9):
        hand_clock.advance(hours=hours)
        ordered(cast)
        while deliver():
            pass
        endpoint.refresh_from_db()
        assert endpoint.is_enabled
    hand_clock.advance(hours=0.2)
    ordered(cast)
    while deliver():
        pass
    endpoint.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, DisabledReason.FAILING)
    assert Event.objects.filter(name="EndpointDisabled").count() == 1
    assert not Message.objects.filter(status=PENDING).exists()


def test_one_success_begins_the_120_hours_again(cast, new_sink, hand_clock):
    endpoint = told(cast, new_sink(answers(500), answers(200), answers(500)))
    for _ in range(2):
        deliver()
        hand_clock.advance(hours=70)
        ordered(cast)
    deliver()
    endpoint.refresh_from_db()
    assert endpoint.is_enabled
    assert endpoint.failing_since == hand_clock.moment - timedelta(hours=70)


def test_what_failed_while_disabled_is_kept_and_new_events_come_again_once_enabled(cast, new_sink):
    sink = new_sink(answers(410), answers(200))
    endpoint = told(cast, sink)
    deliver()
    relay()
    update_endpoint(endpoint_id=endpoint.pk, changes=EndpointChanges(is_enabled=True))
    ordered(cast)
    deliver()
    assert sorted(Message.objects.values_list("status", flat=True)) == [DELIVERED, FAILED]


def test_ten_failures_in_a_row_open_the_circuit_and_one_message_probes_it(cast, new_sink, hand_clock):
    sink = new_sink(answers(500))
    endpoint = listening(cast.bakery.pk, sink)
    for _ in range(14):
        ordered(cast)
    while deliver():
        pass
    assert len(sink.received) == 10
    endpoint.refresh_from_db()
    assert endpoint.paused_until == hand_clock.moment + timedelta(minutes=1)
    hand_clock.advance(seconds=59)
    assert deliver() == 0
    hand_clock.advance(seconds=1)
    while deliver():
        pass
    assert len(sink.received) == 11
    sink.plays(answers(200))
    hand_clock.advance(seconds=60)
    while deliver():
        pass
    assert len(sink.received) == 11 + 13
    hand_clock.advance(minutes=6)
    assert deliver() == 1  # the probe, which failed twice and keeps to the schedule
    assert set(Message.objects.values_list("status", flat=True)) == {DELIVERED}
    endpoint.refresh_from_db()
    assert (endpoint.failures_in_row, endpoint.failing_since, endpoint.paused_until) == (0, None, None)


def test_an_order_is_told_in_its_order_though_the_first_try_fails(cast, new_sink, hand_clock):
    sink = new_sink(answers(500), answers(200))
    listening(cast.bakery.pk, sink)
    _, leg = ordered(cast, external_id="first")
    assert deliver() == 1
    carried(leg, cast.bo.pk)
    assert deliver() == 0
    _, _ = ordered(cast, external_id="second")
    assert deliver() == 1  # another order is not held up
    hand_clock.advance(seconds=6)
    deliver()
    said = [(request.content["data"]["external_id"], request.kind) for request in sink.received]
    assert said == [
        ("first", "order.placed"),
        ("second", "order.placed"),
        ("first", "order.placed"),
        ("first", "order.assigned"),
        ("first", "order.picked_up"),
        ("first", "order.out_for_delivery"),
        ("first", "order.delivered"),
    ]


def test_what_is_behind_a_dead_message_goes_on(cast, new_sink, hand_clock):
    sink = new_sink(*[answers(500)] * MAX_TRIES, answers(200))
    listening(cast.bakery.pk, sink)
    _, leg = ordered(cast)
    deliver()
    carried(leg, cast.bo.pk)
    for _ in range(MAX_TRIES):
        hand_clock.advance(hours=27)
        Endpoint.objects.update(failing_since=hand_clock.moment)  # that it would be disabled meanwhile is shown above
        deliver()
    assert sink.kinds == ["order.placed"] * MAX_TRIES + [
        "order.assigned",
        "order.picked_up",
        "order.out_for_delivery",
        "order.delivered",
    ]


def test_a_message_waits_for_an_older_event_of_its_order_that_no_relay_has_handed_on(cast, sink):
    listening(cast.bakery.pk, sink)
    _, leg = ordered(cast)
    deliver()
    carried(leg, cast.bo.pk)
    first = Event.objects.filter(name="LegMoved").order_by("id").first()
    Message.objects.filter(event_id=first.pk).delete()
    Event.objects.filter(pk=first.pk).update(relayed_at=None, leased_until=None)  # in the hands of another relay
    assert deliver() == 0
    relay()
    deliver()
    assert sink.kinds == [
        "order.placed",
        "order.assigned",
        "order.picked_up",
        "order.out_for_delivery",
        "order.delivered",
    ]


def test_many_orders_that_wait_do_not_hide_one_that_could_go(cast, new_sink, hand_clock, monkeypatch):
    monkeypatch.setattr("apps.webhooks.services.claiming.LOOKED_AT", 4)
    sink = new_sink(answers(500), answers(500), answers(200))
    listening(cast.bakery.pk, sink)
    legs = [ordered(cast)[1] for _ in range(2)]
    deliver()
    deliver()
    for leg in legs:
        carried(leg, cast.bo.pk)  # eight messages behind two that wait
    ordered(cast, external_id="free")
    while deliver():
        pass
    for _ in range(3):
        deliver()
    assert sink.received[-1].content["data"]["external_id"] == "free"


def test_both_secrets_sign_for_a_day_after_a_rotation(cast, sink, monkeypatch):
    endpoint = listening(cast.bakery.pk, sink)
    former = secret(endpoint)
    rotate_secret(endpoint_id=endpoint.pk)
    ordered(cast)
    deliver()
    sink.received[0].verified(former)
    sink.received[0].verified(secret(endpoint))
    endpoint.refresh_from_db()
    endpoint.swap(former_until=endpoint.former_until - timedelta(hours=24, seconds=1))
    ordered(cast)
    deliver()
    assert len(sink.received[1].headers["webhook-signature"].split(" ")) == 1
    sink.received[1].verified(secret(endpoint))


def test_without_the_key_of_its_secret_nothing_is_sent_and_the_log_says_so(cast, sink, settings):
    told(cast, sink)
    settings.SECRET_KEY = "another key " * 5
    deliver()
    assert what_came_of_it() == (None, "secret_lost")
    assert sink.connections == 0
    assert only_message().status == PENDING


def test_a_url_that_is_no_longer_allowed_is_not_sent_to(cast, sink, settings):
    told(cast, sink)
    settings.WEBHOOK_ALLOWED_ADDRESSES = []
    deliver()
    assert what_came_of_it() == (None, "webhook_url_refused")
    assert sink.connections == 0


def test_the_log_of_a_message_does_not_grow_without_end(cast, new_sink, hand_clock):
    from apps.webhooks.services import replay_message

    endpoint = told(cast, new_sink(answers(200)))
    for _ in range(25):
        deliver()
        replay_message(endpoint_id=endpoint.pk, message_id=only_message().pk)
    numbers = list(Attempt.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(6, 26))


def test_messages_are_forgotten_after_thirty_days_unless_they_are_on_their_way(cast, new_sink, hand_clock):
    from apps.webhooks.services import forget_old_messages

    told(cast, new_sink(answers(200), answers(500)))
    deliver()
    ordered(cast)
    deliver()
    hand_clock.advance(days=29)
    assert forget_old_messages() == 0
    hand_clock.advance(days=2)
    assert forget_old_messages() == 1
    assert [message.status for message in Message.objects.all()] == [PENDING]
    assert Attempt.objects.count() == 1
