"""Webhooks with real processes and threads: each message once, in its order's order, whoever is killed or slow."""

import os
import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from apps.core.models import Event
from apps.webhooks.leases import wall
from apps.webhooks.lifecycle import MessageStatus
from apps.webhooks.models import LANES, Attempt, Message
from apps.webhooks.selectors import endpoints_with_due_messages
from apps.webhooks.services import deliver_due_of
from tests.arena import Arena, call
from tests.cast import assemble_cast, placed
from tests.hooks import CARRIED, LOOPBACK, LegMove, Sink, answers, deliver, hangs, listening, move_leg, relay

pytestmark = pytest.mark.django_db(transaction=True)
TOLD = ["order.placed", "order.assigned", "order.picked_up", "order.out_for_delivery", "order.delivered"]


@pytest.fixture(scope="module", params=["locks as they are", "locks always succeed"])
def arena(request, database_url):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSIER_WEBHOOK_ALLOWED_ADDRESSES", LOOPBACK)
        arena = Arena(database_url=database_url, size=4, locks_open=request.param == "locks always succeed")
    yield arena
    arena.close()


@pytest.fixture
def players(transactional_db, settings):
    settings.WEBHOOK_ALLOWED_ADDRESSES = [LOOPBACK]
    return assemble_cast()


@pytest.fixture
def sinks():
    """Makes sinks and closes them."""
    made: list[Sink] = []

    def make(*script):
        made.append(Sink(*script))
        return made[-1]

    yield make
    for sink in made:
        sink.close()


def slowly(connection_made):
    time.sleep(0.02)
    answers(200)(connection_made)


def very_slowly(connection_made):
    time.sleep(0.4)
    answers(200)(connection_made)


def carried_quietly(players, count: int) -> None:
    """Orders from placing to the door; nobody has handed on their events yet."""
    for _ in range(count):
        _, leg = placed(players)
        for status in CARRIED:
            move_leg(leg_id=leg.pk, move=LegMove(status, players.bo.pk))


def leases_end() -> None:
    """As 30 seconds later."""
    Message.objects.filter(lane__gt=0).update(leased_until=wall() - timedelta(seconds=1))
    Event.objects.filter(relayed_at=None).update(leased_until=None)


def told_by_order(sink: Sink) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for request in sink.received:
        told.setdefault(request.content["data"]["order_id"], []).append(request.kind)
    return told


def test_two_relays_and_two_workers_at_once_deliver_each_message_once_and_in_order(arena, players, sinks):
    sink = sinks(slowly)
    listening(players.bakery.pk, sink)
    carried_quietly(players, 6)
    for _ in range(20):
        answered = arena.race(call("relay"), call("deliver"), call("relay"), call("deliver"))
        assert answered == ["done"] * 4
        if len(sink.received) == 6 * len(TOLD):
            break
    assert list(told_by_order(sink).values()) == [TOLD] * 6
    ids = Counter(request.headers["webhook-id"] for request in sink.received)
    assert set(ids.values()) == {1}
    assert sink.most_at_a_time <= len(LANES)
    assert Attempt.objects.count() == len(sink.received)
    assert set(Message.objects.values_list("status", flat=True)) == {MessageStatus.DELIVERED}


def test_four_workers_hold_two_messages_of_an_endpoint_at_most(arena, players, sinks):
    sink = sinks(very_slowly)
    listening(players.bakery.pk, sink)
    for _ in range(12):
        placed(players)
    relay()
    while Message.objects.filter(status=MessageStatus.PENDING).exists():
        arena.race(*[call("deliver")] * 4)
    assert sink.most_at_a_time == len(LANES)
    assert len(sink.received) == 12


@pytest.fixture
def worker(database_url):
    """Starts processes that deliver, to be killed."""
    arenas = []

    def start():
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COURSIER_WEBHOOK_ALLOWED_ADDRESSES", LOOPBACK)
            arenas.append(Arena(database_url=database_url, size=1, locks_open=False))
        process = arenas[-1].contenders[0]
        process.stdin.write(call("deliver").as_line())
        process.stdin.flush()
        return process

    yield start
    for arena in arenas:
        for process in arena.contenders:
            process.kill()
            process.wait(timeout=20)
            process.stdin.close()
            process.stdout.close()


def wait_for(condition, *, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def kill(process) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=20)
    end_transactions_of_the_dead()


def end_transactions_of_the_dead() -> None:
    """As a minute later on MongoDB, which hears of no death: until then what a killed process was writing is locked."""
    if connection.vendor == "mongodb":
        connection.connection.admin.command("killAllSessions", [])


def test_a_worker_killed_in_the_middle_of_a_delivery_loses_nothing(players, sinks, worker):
    sink = sinks(hangs, answers(200))
    listening(players.bakery.pk, sink)
    carried_quietly(players, 1)
    relay()
    process = worker()
    wait_for(lambda: sink.received)
    kill(process)
    assert Message.objects.filter(lane__gt=0).count() == 1
    assert deliver() == 0  # nobody else takes it, nor overtakes it, before the lease ends
    leases_end()
    deliver()
    assert [request.kind for request in sink.received] == ["order.placed", *TOLD]
    first, again = sink.received[:2]
    assert (first.headers["webhook-id"], first.body) == (again.headers["webhook-id"], again.body)
    assert not Message.objects.exclude(status=MessageStatus.DELIVERED).exists()


def test_workers_killed_at_any_moment_lose_nothing(players, sinks, worker):
    chance = random.Random(7)
    sink = sinks(slowly)
    listening(players.bakery.pk, sink)
    carried_quietly(players, 4)
    relay()
    for _ in range(4):
        process = worker()
        before = len(sink.received)
        wait_for(lambda seen=before: len(sink.received) > seen)
        time.sleep(chance.uniform(0, 0.08))
        kill(process)
        leases_end()
        if not Message.objects.filter(status=MessageStatus.PENDING).exists():
            break
    while deliver():
        pass
    assert not Message.objects.exclude(status=MessageStatus.DELIVERED).exists()
    for kinds in told_by_order(sink).values():
        assert list(dict.fromkeys(kinds)) == TOLD


class Workers:
    """Threads that deliver as Celery's do: every tick a task for each endpoint with something due."""

    def __init__(self, size: int) -> None:
        self._pool = ThreadPoolExecutor(size)

    def work_until(self, condition, *, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        running = {}
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            for endpoint_id in endpoints_with_due_messages():
                tasks = [task for task in running.get(endpoint_id, ()) if not task.done()]
                if len(tasks) < 3:  # more than an endpoint has lanes, as queues hold
                    running[endpoint_id] = [*tasks, self._pool.submit(self._deliver, endpoint_id)]
            time.sleep(0.1)

    @staticmethod
    def _deliver(endpoint_id) -> int:
        try:
            return deliver_due_of(endpoint_id, seconds=1.0)
        finally:
            connection.close()

    def close(self) -> None:
        self._pool.shutdown(wait=True)


def seconds_to_deliver(players, healthy: list[Sink], orders: int) -> float:
    """From placing to the last delivery to healthy endpoints."""
    wanted = len(healthy[0].received) + orders
    for _ in range(orders):
        placed(players)
    relay()
    began = time.monotonic()
    workers = Workers(12)
    workers.work_until(lambda: all(len(sink.received) >= wanted for sink in healthy))
    took = max(request.at for sink in healthy for request in sink.received) - began
    workers.close()
    return took


HANGS_S = 10.0  # longer than a busy machine may take for the others


def test_one_dead_endpoint_slows_no_healthy_one(players, sinks, monkeypatch):
    monkeypatch.setattr("apps.webhooks.sending.TIMEOUT_S", HANGS_S)
    healthy = [sinks() for _ in range(8)]
    for sink in healthy:
        listening(players.bakery.pk, sink)
    alone = seconds_to_deliver(players, healthy, orders=8)
    dead = sinks(hangs)
    listening(players.bakery.pk, dead)
    beside_a_dead_one = seconds_to_deliver(players, healthy, orders=8)
    assert dead.most_at_a_time <= len(LANES)
    assert len(dead.received) >= 1
    assert beside_a_dead_one < alone + 0.9 * HANGS_S, "somebody waited for a delivery that hung"
    assert Counter(len(sink.received) for sink in healthy) == {16: 8}
