"""From a merchant's click to the recipient's door, over HTTP on both sides.

Each story runs three times: as it is, with locks that always succeed, and with a broker that loses every message, so
that only the sweep is left.
"""

from uuid import uuid4

import pytest
from redis.lock import Lock
from rest_framework.test import APIClient

from apps.accounts.services import hash_secret
from apps.couriers.models import Courier, Device
from apps.orders.lifecycle import OrderStatus
from apps.orders.models import Order
from tests.broker import delivering_at_once, losing_everything
from tests.cast import BAKERY, HOME, assemble_cast, freelance
from workers.maintenance import sweep

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["as it is", "locks always succeed", "every message is lost"])
def platform(request, transactional_db, hand_clock, monkeypatch):
    """What happens between two requests: the messages, or what the sweep finds without them."""
    if request.param == "locks always succeed":
        monkeypatch.setattr(Lock, "acquire", lambda *_args, **_kwargs: True)
    broker = losing_everything if request.param == "every message is lost" else delivering_at_once

    def a_moment_later(**duration: float) -> None:
        from apps.core.redis import connection

        hand_clock.advance(**duration or {"seconds": 20})
        for key in connection().scan_iter("plan:*"):
            connection().delete(key)  # the marks end by the wall's clock, which stands still here
        sweep()

    with broker():
        yield a_moment_later


@pytest.fixture
def players(transactional_db, hand_clock):
    return assemble_cast()


def merchant(players):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {players.dee_key}")
    return client


def phone_of(courier):
    """A signed-in phone: its token is put in directly, signing in has tests of its own."""
    token = f"cd_{uuid4().hex}"
    Device.objects.create(courier=courier, label="phone", token_hash=hash_secret(token))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def order_bread(client, **changes):
    body = {
        "pickup": {"address": "12 rue de Rivoli", "lat": BAKERY.lat, "lon": BAKERY.lon},
        "dropoff": {"address": "3 rue de Charonne", "lat": HOME.lat, "lon": HOME.lon},
        "parcels": [{"weight_g": 800, "description": "Bread"}],
    } | changes
    answer = client.post("/v1/orders", body, format="json", headers={"Idempotency-Key": uuid4().hex})
    assert answer.status_code == 201, answer.json()
    return answer.json()


class Rider:
    """A courier with a phone, doing one thing after the other."""

    def __init__(self, courier, clock):
        self.client, self.clock, self.sequence = phone_of(courier), clock, 0

    def act(self, kind, **details):
        self.sequence += 1
        action = {"id": str(uuid4()), "kind": kind, "sequence": self.sequence, "device_time": self.clock().isoformat()}
        answer = self.client.post("/mobile/v1/actions", {"actions": [action | details]}, format="json")
        assert answer.status_code == 200, answer.json()
        return answer.json()["results"][0]

    def sync(self):
        return self.client.get("/mobile/v1/sync").json()

    def deliver_everything(self):
        while stops := self.sync()["stops"]:
            stop = stops[0]
            leg = {"leg_id": stop["leg_id"], "epoch": stop["epoch"]}
            assert self.act("arrive", stop=stop["kind"], **leg)["outcome"] == "applied"
            done = self.act("pick_up" if stop["kind"] == "pickup" else "deliver", **leg)
            assert done["outcome"] == "applied", done


def test_an_order_reaches_the_door_by_an_employed_courier(players, platform, hand_clock):
    dee = merchant(players)
    order = order_bread(dee)
    platform()
    rider = Rider(players.bo, hand_clock)
    rider.deliver_everything()
    platform()
    seen = dee.get(f"/v1/orders/{order['id']}").json()
    assert (seen["status"], seen["needs_attention"]) == ("delivered", False)
    assert Courier.objects.get(pk=players.bo.pk).load_legs == 0


def test_an_order_reaches_the_door_by_the_second_freelancer_asked(players, platform, hand_clock):
    freelance(players.fleet)
    dee = merchant(players)
    order = order_bread(dee)
    platform()
    first, second = Rider(players.bo, hand_clock), Rider(players.cy, hand_clock)
    offer = first.sync()["offers"][0]
    assert first.act("decline_offer", offer_id=offer["id"], reason="too far")["outcome"] == "applied"
    platform()
    offer = second.sync()["offers"][0]
    assert second.act("accept_offer", offer_id=offer["id"])["outcome"] == "applied"
    second.deliver_everything()
    assert dee.get(f"/v1/orders/{order['id']}").json()["status"] == "delivered"


def test_an_order_that_nobody_takes_ends_before_a_persons_eyes(players, platform, hand_clock):
    Courier.objects.update(status="off_duty")
    order_bread(merchant(players))
    platform()
    platform(minutes=15)
    order = Order.objects.get()
    assert (order.status, order.needs_attention) == (OrderStatus.PLACED, True)
    assert order.attention_reason == "no_courier_on_shift"


def test_a_cancelled_order_frees_the_courier_and_is_not_picked_up(players, platform, hand_clock):
    dee = merchant(players)
    order = order_bread(dee)
    platform()
    rider = Rider(players.bo, hand_clock)
    stop = rider.sync()["stops"][0]
    answer = dee.post(
        f"/v1/orders/{order['id']}/cancel",
        {"reason": "closed early"},
        format="json",
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert answer.status_code == 200
    platform()
    refused = rider.act("arrive", stop="pickup", leg_id=stop["leg_id"], epoch=stop["epoch"])
    assert refused["outcome"] == "refused"
    assert rider.sync()["stops"] == []
    assert Courier.objects.get(pk=players.bo.pk).load_legs == 0
