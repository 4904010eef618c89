"""What a cancellation costs, and where it is shown."""

import pytest

from apps.core.models import Event
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Order
from apps.orders.services import LegMove, cancel_order, move_leg
from apps.orders.tests.asking import leg_of
from tests.cast import placed

pytestmark = pytest.mark.django_db
BASE = 390


def cancelled(dee, order_id: str, **more):
    return dee.cancels(order_id, **more).json()["cancellation"]


def assigned(dee, cast):
    answer = dee.orders()
    move_leg(leg_id=leg_of(answer).pk, move=LegMove(LegStatus.ASSIGNED, cast.bo.pk))
    return answer


def test_nobody_on_it_costs_nothing(dee, hand_clock):
    order = dee.orders().json()
    hand_clock.advance(hours=1)
    assert cancelled(dee, order["id"], reason="out_of_stock", comment="No flour") == {
        "reason": "out_of_stock",
        "comment": "No flour",
        "fee": {"amount": 0, "currency": "EUR"},
        "cancelled_at": "2026-06-10T11:00:00Z",
    }


@pytest.mark.parametrize(("seconds", "fee"), [(0, 0), (120, 0), (121, BASE // 2), (3_600, BASE // 2)])
def test_two_minutes_after_a_courier_accepted_half_of_the_base_is_due(dee, cast, hand_clock, seconds, fee):
    order = assigned(dee, cast).json()
    hand_clock.advance(seconds=seconds)
    assert cancelled(dee, order["id"])["fee"] == {"amount": fee, "currency": "EUR"}
    row = Order.objects.get()
    assert (row.cancel_fee_cents, row.cancel_reason) == (fee, "recipient_changed_mind")
    event = Event.objects.get(name="OrderCancelled").payload
    assert (event["fee_cents"], event["currency"], event["reason"]) == (fee, "EUR", "recipient_changed_mind")
    assert dee.gets(f"/{order['id']}").json()["cancellation"]["fee"]["amount"] == fee


def test_a_courier_who_gave_it_back_costs_nothing(dee, cast, hand_clock):
    answer = assigned(dee, cast)
    hand_clock.advance(minutes=5)
    move_leg(leg_id=leg_of(answer).pk, move=LegMove(LegStatus.OPEN, None))
    assert cancelled(dee, answer.json()["id"])["fee"]["amount"] == 0


def test_an_order_that_was_not_cancelled_shows_no_cancellation(dee):
    assert dee.orders().json()["cancellation"] is None


def test_a_dispatcher_says_why_in_their_own_words(cast):
    order, _ = placed(cast)
    assert cancel_order(order_id=order.pk, reason="the street is closed").cancel_fee_cents == 0
