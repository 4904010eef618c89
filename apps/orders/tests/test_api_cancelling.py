"""POST /v1/orders/{id}/cancel: while nobody has the parcels."""

import pytest

from apps.core.api.idempotent import REPLAYED
from apps.core.models import Event
from apps.core.tests.racing import race
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Order
from apps.orders.services import LegMove, move_leg
from apps.orders.tests.asking import Merchant, error_code, leg_of, nothing_changes, wrong_fields

pytestmark = pytest.mark.django_db
TO_PICKUP = (LegStatus.ASSIGNED, LegStatus.AT_PICKUP)
ON_BOARD = (*TO_PICKUP, LegStatus.PICKED_UP)


def bring(answer, courier_id, statuses):
    for status in statuses:
        move_leg(leg_id=leg_of(answer).pk, move=LegMove(status, courier_id))


@pytest.mark.parametrize("so_far", [(), TO_PICKUP])
def test_an_order_that_is_not_on_board_is_cancelled_with_its_leg(dee, cast, so_far):
    placed = dee.orders()
    bring(placed, cast.bo.pk, so_far)
    answer = dee.cancels(placed.json()["id"])
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["status"], answer.json()["legs"][0]["status"]) == ("cancelled", "cancelled")
    assert Order.objects.get().cancel_reason == "recipient_changed_mind"
    assert Event.objects.filter(name="OrderCancelled").count() == 1


def test_an_order_on_board_is_not_cancelled(dee, cast):
    placed = dee.orders()
    bring(placed, cast.bo.pk, ON_BOARD)
    with nothing_changes():
        refused = dee.cancels(placed.json()["id"])
    assert (refused.status_code, error_code(refused)) == (409, "illegal_move")
    assert refused.json()["error"]["state"] == {"status": "picked_up"}


def test_cancelling_again_under_the_same_key_repeats_the_answer(dee):
    placed = dee.orders().json()
    first = dee.cancels(placed["id"])
    with nothing_changes():
        again = dee.cancels(placed["id"])
    assert (again.status_code, again.json(), again[REPLAYED]) == (200, first.json(), "true")


def test_cancelling_again_under_another_key_is_refused(dee):
    placed = dee.orders().json()
    dee.cancels(placed["id"])
    with nothing_changes():
        refused = dee.cancels(placed["id"], key="c-2")
    assert (refused.status_code, error_code(refused)) == (409, "illegal_move")


def test_one_key_cancels_two_orders(dee):
    for order_key in ("k-1", "k-2"):
        placed = dee.orders(key=order_key).json()
        assert dee.cancels(placed["id"], key="same").json()["id"] == placed["id"]
    assert Order.objects.filter(status="cancelled").count() == 2


def test_nobody_cancels_the_order_of_somebody_else(dee, florist):
    placed = dee.orders().json()
    with nothing_changes():
        refused = florist.cancels(placed["id"])
    assert (refused.status_code, error_code(refused)) == (404, "order_not_found")


@pytest.mark.parametrize("order_id", ["ord_1", "x" * 300])
def test_a_malformed_id_cancels_nothing(dee, order_id):
    dee.orders()
    with nothing_changes():
        assert dee.cancels(order_id).status_code == 404


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"reason": "required"}),
        ({"reason": " "}, {"reason": "invalid_choice"}),
        ({"reason": "no more flour"}, {"reason": "invalid_choice"}),
        ({"reason": "other", "comment": "x" * 201}, {"comment": "max_length"}),
        ({"reason": "too_late", "refund": True}, {"refund": "unknown_field"}),
    ],
)
def test_a_reason_is_required_and_nothing_else_is_taken(dee, body, wrong):
    placed = dee.orders().json()
    path = f"/v1/orders/{placed['id']}/cancel"
    with nothing_changes():
        refused = dee.client.post(path, body, headers={"Idempotency-Key": "c-1"})
    assert (refused.status_code, wrong_fields(refused)) == (400, wrong)


def test_cancelling_without_an_idempotency_key_is_refused(dee):
    placed = dee.orders().json()
    with nothing_changes():
        refused = dee.client.post(f"/v1/orders/{placed['id']}/cancel", {"reason": "late"})
    assert (refused.status_code, wrong_fields(refused)) == (400, {"Idempotency-Key": "required"})


@pytest.mark.django_db(transaction=True)
def test_of_eight_cancellations_at_once_one_happens(cast):
    merchants = [Merchant(cast.dee_key) for _ in range(8)]
    placed = merchants[0].orders().json()
    answers = race(8, lambda number: merchants[number].cancels(placed["id"], key=f"c-{number}"))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert Event.objects.filter(name="OrderCancelled").count() == 1
