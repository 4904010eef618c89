"""The relay: events reach their subscribers after commit, once per batch, in order, and survive a lost broker."""

from functools import partial

import orjson
import pytest
from kombu.exceptions import OperationalError

from apps.core import events
from apps.core.events import RELAY_TASK
from apps.core.models import Event
from apps.core.outbox import claim_events
from apps.core.redis import RedisError, connection
from apps.dispatch.services.wakeups import due_zones, take_turn
from apps.orders.events import OrderPlaced
from apps.orders.models import Order
from apps.orders.selectors.search import search_orders
from apps.orders.services import cancel_order
from coursier.celery import app
from tests.broker import losing_everything
from tests.cast import placed
from workers.relay import LIVE_CHANNEL, drain_outbox
from workers.subscriptions import SUBSCRIPTIONS

pytestmark = pytest.mark.django_db


def test_many_orders_of_a_zone_ask_for_one_plan(cast):
    for _ in range(5):
        placed(cast)
    with losing_everything() as sent:
        assert drain_outbox() == 5
    assert sent == ["dispatch.plan_zone"]


def test_a_zone_that_is_to_be_planned_already_is_not_asked_for_again(cast):
    placed(cast)
    with losing_everything() as sent:
        drain_outbox()
        placed(cast)
        drain_outbox()
        assert sent == ["dispatch.plan_zone"]
        assert due_zones([cast.zone.pk])
        assert take_turn(cast.zone.pk)
        placed(cast)
        drain_outbox()
    assert sent == 2 * ["dispatch.plan_zone"]


def test_an_event_is_handed_on_once(cast):
    placed(cast)
    with losing_everything():
        assert drain_outbox() == 1
        assert drain_outbox() == 0


def test_without_a_broker_events_wait_and_are_handed_on_later(cast, monkeypatch):
    placed(cast)

    def away(*_args, **_options):
        raise OperationalError("no broker")

    monkeypatch.setattr(app, "send_task", away)
    assert drain_outbox() == 0
    monkeypatch.undo()
    with losing_everything() as sent:
        assert drain_outbox() == 1
    assert sent == ["dispatch.plan_zone"]


def test_orders_are_found_by_their_words_once_the_relay_looked(cast):
    order, _ = placed(cast, external_id="ZEBRA-7")
    assert search_orders(cast.dee, "zebra", limit=5).orders == []
    with losing_everything():
        drain_outbox()
    assert [found.order["id"] for found in search_orders(cast.dee, "zebra", limit=5).orders] == [order.pk.hex]


def test_a_relay_with_much_to_do_stops_in_time_and_asks_for_the_next_one(cast, monkeypatch):
    for _ in range(3):
        placed(cast)
    monkeypatch.setattr("workers.relay.claim_events", partial(claim_events, limit=1))
    monkeypatch.setattr("workers.relay.TURN_S", 0.0)
    for left in (2, 1, 0):
        with losing_everything() as sent:
            assert drain_outbox() == 1
        assert RELAY_TASK in sent
        assert Event.objects.filter(relayed_at=None).count() == left


def test_a_batch_belongs_to_one_relay_until_its_lease_ends(cast):
    placed(cast)
    first, second = claim_events(), claim_events()
    assert (len(first.events), len(second.events)) == (1, 0)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("SomethingOld", {}),
        ("LegPinned", {"order_id": "lost"}),
        ("OrderPlaced", {"order_id": "not an id"}),
        ("OrderPlaced", {"placed_at": "yesterday"}),
    ],
    ids=["a kind that no app knows", "a field that is missing", "an id that is none", "a time that is none"],
)
def test_an_event_that_nobody_can_read_does_not_stop_the_others(cast, name, payload):
    Event.objects.create(name=name, payload=payload)
    placed(cast)
    with losing_everything() as sent:
        assert drain_outbox() == 2
    assert sent == ["dispatch.plan_zone"]


def test_live_screens_are_told_of_every_event_in_order(cast):
    listener = connection().pubsub(ignore_subscribe_messages=True)
    listener.subscribe(LIVE_CHANNEL)
    listener.get_message(timeout=1)
    order, _ = placed(cast)
    cancel_order(order_id=order.pk, reason="no flour")
    with losing_everything():
        drain_outbox()
    told = [orjson.loads(message["data"]) for message in iter(lambda: listener.get_message(timeout=1), None)]
    listener.close()
    assert [push["name"] for push in told] == ["OrderPlaced", "LegMoved", "OrderCancelled"]
    assert {push["order_id"] for push in told} == {str(order.pk)}


def test_every_subscribed_task_exists_and_takes_what_it_is_sent():
    import inspect

    app.loader.import_default_modules()
    for reactions in SUBSCRIPTIONS.values():
        for reaction in reactions:
            inspect.signature(app.tasks[reaction.task].run).bind(*reaction.arguments)


def test_an_order_is_placed_while_the_broker_is_away(cast, monkeypatch, django_capture_on_commit_callbacks):
    def away(*_args, **_options):
        raise OperationalError("no broker")

    monkeypatch.setattr(app, "send_task", away)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        placed(cast)
    assert callbacks
    assert Order.objects.count() == 1
    assert Event.objects.get().name == OrderPlaced.__name__


def test_the_relay_is_asked_once_until_it_looks(cast, django_capture_on_commit_callbacks):
    with losing_everything() as sent:
        for _ in range(3):
            with django_capture_on_commit_callbacks(execute=True):
                placed(cast)
    assert sent == [RELAY_TASK]
    with losing_everything() as sent:
        drain_outbox()
        with django_capture_on_commit_callbacks(execute=True):
            placed(cast)
    assert sent == ["dispatch.plan_zone", RELAY_TASK]


def test_the_relay_is_asked_every_time_while_redis_is_away(cast, monkeypatch, django_capture_on_commit_callbacks):
    def away():
        raise RedisError("no Redis")

    monkeypatch.setattr(events, "connection", away)
    with losing_everything() as sent:
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                placed(cast)
    assert sent == [RELAY_TASK] * 2
