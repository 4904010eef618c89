"""The queue `webhooks`: from the commit of an order to the endpoint, through a real worker of threads."""

import os
import subprocess
import time

import pytest
from django.conf import settings as configured

from apps.core.redis import connection
from apps.webhooks.models import Message
from apps.webhooks.services import send_test_event
from coursier.celery import app
from coursier.embedded.programs import worker_programs
from tests.broker import delivering_at_once, losing_everything
from tests.cast import assemble_cast, placed
from tests.hooks import LOOPBACK, Sink, answers, listening
from workers.relay import drain_outbox


@pytest.fixture
def sink(settings):
    settings.WEBHOOK_ALLOWED_ADDRESSES = [LOOPBACK]
    sink = Sink(answers(200))
    yield sink
    sink.close()


@pytest.mark.django_db
def test_an_order_reaches_an_endpoint_by_way_of_the_relay(cast, sink):
    listening(cast.bakery.pk, sink)
    placed(cast)
    with delivering_at_once() as sent:
        drain_outbox()
        drain_outbox()  # what the plan wrote: its commit asks for the relay
    assert sink.kinds == ["order.placed", "order.assigned"]
    assert "webhooks.deliver_to" in sent


@pytest.mark.django_db
def test_a_test_event_goes_out_at_once_by_way_of_the_relay(cast, sink):
    endpoint = listening(cast.bakery.pk, sink)
    with delivering_at_once() as sent:
        send_test_event(endpoint)
        drain_outbox()
    assert sink.kinds == ["webhook.test"]
    assert "webhooks.deliver_to" in sent


@pytest.mark.django_db
def test_a_test_event_whose_hint_is_lost_goes_out_in_the_next_second(cast, sink):
    endpoint = listening(cast.bakery.pk, sink)
    with losing_everything():
        send_test_event(endpoint)
        drain_outbox()
    assert sink.connections == 0
    with delivering_at_once():
        app.tasks["webhooks.deliver_due"].run()
    assert sink.kinds == ["webhook.test"]


@pytest.mark.django_db
def test_hints_that_are_lost_cost_until_the_next_second_and_no_message(cast, sink):
    listening(cast.bakery.pk, sink)
    placed(cast)
    with losing_everything() as lost:
        drain_outbox()
    assert "webhooks.deliver_due" in lost
    assert sink.connections == 0
    with delivering_at_once():
        app.tasks["webhooks.deliver_due"].run()
    assert sink.kinds == ["order.placed"]


@pytest.mark.django_db
def test_without_a_broker_the_message_is_written_once_when_the_events_are_handed_on(cast, sink, monkeypatch):
    from kombu.exceptions import OperationalError

    def away(*_args, **_options):
        raise OperationalError("no broker")

    listening(cast.bakery.pk, sink)
    placed(cast)
    monkeypatch.setattr(app, "send_task", away)
    assert drain_outbox() == 0
    monkeypatch.undo()
    with losing_everything():
        drain_outbox()
    assert Message.objects.count() == 1


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_of_threads_delivers_within_two_seconds_of_the_commit(database_url, sink, tmp_path):
    cast = assemble_cast()
    (program,) = [program for program in worker_programs() if program.name == "worker-webhooks"]
    said = tmp_path / "worker.log"
    places = {"DATABASE_URL": database_url, "REDIS_URL": configured.REDIS_URL, "PYTHONWARNINGS": "ignore"}
    environment = {**os.environ, **places, "COURSIER_WEBHOOK_ALLOWED_ADDRESSES": LOOPBACK}
    with said.open("w") as log:
        worker = subprocess.Popen(program.command, env=environment, stdout=log, stderr=log)
    try:
        listening(cast.bakery.pk, sink)
        app.send_task("webhooks.deliver_due", ignore_result=True)
        wait_for(lambda: not connection().llen("webhooks"), said)  # the worker is up
        placed(cast)
        began = time.monotonic()
        drain_outbox()
        wait_for(lambda: sink.received, said)
        assert sink.received[0].at - began < 2.0
    finally:
        worker.terminate()
        worker.wait(timeout=60)
    assert "Traceback" not in said.read_text()


def wait_for(condition, said, *, seconds=120.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, said.read_text()
        time.sleep(0.02)
