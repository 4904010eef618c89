"""From a merchant's click to the recipient's door, over HTTP on both sides.

Each story runs three times: as it is, with locks that always succeed, and with a broker that loses every message, so
that only the sweep is left.
"""

from uuid import uuid4

import pytest
from redis.lock import Lock

from apps.couriers.models import Courier
from apps.orders.lifecycle import OrderStatus
from apps.orders.models import Order
from tests.broker import delivering_at_once, losing_everything
from tests.cast import assemble_cast, freelance
from tests.journeys.acting import Rider, merchant, order_bread
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
        {"reason": "not_ready", "comment": "closed early"},
        format="json",
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert answer.status_code == 200
    platform()
    refused = rider.act("arrive", stop="pickup", leg_id=stop["leg_id"], epoch=stop["epoch"])
    assert refused["outcome"] == "refused"
    assert rider.sync()["stops"] == []
    assert Courier.objects.get(pk=players.bo.pk).load_legs == 0
