"""One request sent many times, at once and again, to real web processes: one order, whatever happens to them."""

import contextlib
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.conf import settings

from apps.core.models import Event
from apps.orders.models import Leg, Order
from coursier.embedded.ports import free_port
from tests.authorisation.world import PLACE
from tests.cast import assemble_cast

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 50


@pytest.fixture(scope="module")
def web(database_url, tmp_path_factory):
    """Two web processes with threads, started as in the image; the address of both."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "REDIS_URL": settings.REDIS_URL,
        "COURSIER_BIND": f"127.0.0.1:{port}",
        "COURSIER_WEB_WORKERS": "2",
        "COURSIER_RATE_LIMIT_PER_S": "0",
        "COURSIER_LOG_LEVEL": "ERROR",
        "COURSIER_VAR_DIR": str(tmp_path_factory.mktemp("web")),
    }
    log = (tmp_path_factory.mktemp("log") / "web").open("w+")
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "tests.dying_web:application"]
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{address}/healthz/live", trust_env=False).is_success:
                break
        assert time.monotonic() < deadline, log.seek(0) or log.read()
        assert server.poll() is None, log.seek(0) or log.read()
        time.sleep(0.2)
    yield address
    server.terminate()
    server.wait(30)
    log.close()


@pytest.fixture
def dee(transactional_db, web):
    """Dee's system."""
    key = assemble_cast().dee_key
    limits = httpx.Limits(max_connections=AT_ONCE)
    with httpx.Client(
        base_url=f"{web}/v1", headers={"Authorization": f"Bearer {key}"}, timeout=60, limits=limits, trust_env=False
    ) as client:
        yield client


def order(client, body=PLACE, **headers):
    return client.post("/orders", json=body, headers={"Idempotency-Key": "same", **headers})


def assert_one_order():
    assert (Order.objects.count(), Leg.objects.count()) == (1, 1)
    assert Event.objects.filter(name="OrderPlaced").count() == 1


def test_of_fifty_at_once_one_orders_and_the_others_hear_of_it(dee):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: order(dee), range(AT_ONCE)))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) == {201}, statuses
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert order(dee).json()["id"] == answers[0].json()["id"]
    assert_one_order()


def test_a_process_killed_between_commit_and_answer_has_ordered_once(dee):
    with pytest.raises(httpx.TransportError):
        order(dee, **{"X-Die-Before-The-Answer": "1"})
    assert_one_order()
    again = order(dee)
    assert again.status_code == 201
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["id"] == f"ord_{Order.objects.get().pk.hex}"
    assert_one_order()


def test_another_body_under_the_key_is_refused_and_orders_nothing(dee):
    assert order(dee).status_code == 201
    other = order(dee, {**PLACE, "external_id": "other"})
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert_one_order()
