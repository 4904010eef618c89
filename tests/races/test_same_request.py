"""One request sent many times, at once and again, to real web processes: one order, whatever happens to them."""

import contextlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from apps.core.models import Event
from apps.orders.models import Leg, Order
from tests.authorisation.world import PLACE
from tests.cast import assemble_cast
from tests.web_server import web_server

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 50


@pytest.fixture(scope="module")
def web(database_url):
    """Two web processes with threads; the address of both."""
    with web_server(database_url, COURSIER_WEB_WORKERS="2", COURSIER_RATE_LIMIT_PER_S="0") as address:
        yield address


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


def order_until_answered(dee):
    """As an integrator does: what was on its way to the process that died is reset, too."""
    for _ in range(5):
        with contextlib.suppress(httpx.TransportError):
            return order(dee)
    return order(dee)


def test_a_process_killed_between_commit_and_answer_has_ordered_once(dee):
    with pytest.raises(httpx.TransportError):
        order(dee, **{"X-Die-Before-The-Answer": "1"})
    assert_one_order()
    again = order_until_answered(dee)
    assert again.status_code == 201
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["id"] == f"ord_{Order.objects.get().pk.hex}"
    assert_one_order()


def test_another_body_under_the_key_is_refused_and_orders_nothing(dee):
    assert order(dee).status_code == 201
    other = order(dee, {**PLACE, "external_id": "other"})
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert_one_order()
