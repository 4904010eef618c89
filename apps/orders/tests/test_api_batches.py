"""POST /v1/orders/batch: each order by itself, all written together."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.api.idempotent import REPLAYED
from apps.core.models import Event
from apps.core.tests.racing import race
from apps.orders.models import Leg, Order, Parcel, Quote
from apps.orders.tests.asking import Merchant, asked, error_code, nothing_changes, wrong_fields

pytestmark = pytest.mark.django_db


def named(*external_ids: str, **changes):
    return [asked(external_id=external_id, **changes) for external_id in external_ids]


def statuses(answer):
    return [row["status"] for row in answer.json()["data"]]


def test_each_order_is_placed_as_if_it_came_alone(dee):
    answer = dee.batches(*named("quagga", "zebra"))
    assert answer.status_code == 200, answer.json()
    assert [(row["index"], row["status"]) for row in answer.json()["data"]] == [(0, "created"), (1, "created")]
    for row in answer.json()["data"]:
        assert dee.gets(f"/{row['order']['id']}").json() == row["order"]
    alone = dee.orders(external_id="okapi").json()
    assert set(alone) == set(row["order"])
    assert alone["price"] == row["order"]["price"]
    assert [parcel["weight_g"] for parcel in alone["parcels"]] == [p["weight_g"] for p in row["order"]["parcels"]]
    assert [event.name for event in Event.objects.all()] == ["OrderPlaced"] * 3
    assert dee.searches("zebra") == [row["order"]["id"]]


def test_a_wrong_order_stops_no_other_and_says_what_is_wrong(dee):
    orders = [
        *named("A-1"),
        asked(external_id="A-2", dropoff__lat=45.76),
        asked(external_id="A-3", pickup__lat="48"),
        "bread",
        asked(),
        *named("A-6"),
    ]
    answer = dee.batches(*orders)
    assert statuses(answer) == ["created", "refused", "refused", "refused", "refused", "created"]
    errors = [row["error"] for row in answer.json()["data"] if row["status"] == "refused"]
    assert [error["code"] for error in errors] == [
        "address_out_of_zone",
        "invalid_request",
        "invalid_request",
        "invalid",
    ]
    assert [[field["path"] for field in error["fields"]] for error in errors] == [
        ["dropoff"],
        ["pickup.lat"],
        [""],
        ["external_id"],
    ]
    assert not any("order" in row for row in answer.json()["data"] if row["status"] == "refused")
    assert Order.objects.count() == Event.objects.count() == 2


def test_the_same_order_again_is_replayed_and_another_under_its_name_is_refused(dee):
    first = dee.batches(*named("A-1")).json()["data"][0]["order"]
    with nothing_changes():
        again = dee.batches(*named("A-1"), *named("A-1", parcels=[{"weight_g": 900}]), key="b-2")
    assert statuses(again) == ["replayed", "refused"]
    assert again.json()["data"][0]["order"] == first
    assert again.json()["data"][1]["error"]["code"] == "external_id_taken"


def test_an_order_that_was_placed_alone_is_recognised_in_a_batch(dee):
    alone = dee.orders(external_id="A-1").json()
    (row,) = dee.batches(*named("A-1")).json()["data"]
    assert (row["status"], row["order"]) == ("replayed", alone)


def test_within_one_batch_the_second_of_a_name_is_the_first(dee):
    answer = dee.batches(*named("A-1", "A-1"), *named("A-1", dropoff__instructions="Ring"))
    assert statuses(answer) == ["created", "replayed", "refused"]
    assert answer.json()["data"][1]["order"] == answer.json()["data"][0]["order"]
    assert Order.objects.count() == 1


def test_a_quote_is_used_by_one_order_of_a_batch(dee, florist):
    mine, other = dee.quotes().json(), dee.quotes().json()
    foreign = florist.quotes().json()
    orders = [
        asked(external_id=f"A-{place}", quote_id=quote["id"])
        for place, quote in enumerate((mine, mine, other, foreign))
    ]
    answer = dee.batches(*orders)
    assert statuses(answer) == ["created", "refused", "created", "refused"]
    codes = [row["error"]["code"] for row in answer.json()["data"] if "error" in row]
    assert codes == ["quote_used", "quote_not_found"]
    used = dict(Quote.objects.exclude(used_by_order_id=None).values_list("pk", "used_by_order_id"))
    assert {quote.hex: order.hex for quote, order in used.items()} == {
        quote["id"][4:]: answer.json()["data"][place]["order"]["id"][4:] for place, quote in ((0, mine), (2, other))
    }


def test_the_same_batch_again_gets_the_same_answer(dee):
    first = dee.batches(*named("A-1", "A-2"), asked())
    with nothing_changes():
        again = dee.batches(*named("A-1", "A-2"), asked())
    assert (again.json(), again[REPLAYED]) == (first.json(), "true")
    with nothing_changes():
        assert error_code(dee.batches(*named("A-1"))) == "idempotency_key_reused"


def test_two_merchants_may_choose_the_same_names(dee, florist):
    assert statuses(dee.batches(*named("A-1"))) == statuses(florist.batches(*named("A-1"))) == ["created"]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"orders": "required"}),
        ({"orders": []}, {"orders": "empty"}),
        ({"orders": {}}, {"orders": "not_a_list"}),
        ({"orders": [1] * 101}, {"orders": "max_length"}),
        ({"orders": [1], "atomic": True}, {"atomic": "unknown_field"}),
    ],
)
def test_a_batch_is_a_list_of_one_to_a_hundred(dee, body, wrong):
    with nothing_changes():
        refused = dee.client.post("/v1/orders/batch", body, headers={"Idempotency-Key": "b-1"})
    assert (refused.status_code, wrong_fields(refused)) == (400, wrong)


def test_a_batch_without_an_idempotency_key_is_refused(dee):
    with nothing_changes():
        refused = dee.client.post("/v1/orders/batch", {"orders": named("A-1")})
    assert wrong_fields(refused) == {"Idempotency-Key": "required"}


def test_nobody_who_may_only_read_places_a_batch(reader):
    with nothing_changes():
        assert reader.batches(*named("A-1")).status_code == 403


def cost(dee, count: int, key: str) -> int:
    with CaptureQueriesContext(connection) as asked_for:
        answer = dee.batches(*named(*(f"{key}-{place}" for place in range(count))), key=key)
    assert statuses(answer) == ["created"] * count
    return len(asked_for)


def test_the_statements_of_a_batch_do_not_grow_with_its_orders(dee):
    dee.batches(*named("first"))  # the key and the zones are looked up
    few = cost(dee, 2, "few")
    assert few <= 13
    assert cost(dee, 15, "more") == few
    assert cost(dee, 100, "hundred") <= few + 16  # SQLite takes a thousand values a statement, or five hundred rows


def test_a_hundred_orders_have_all_that_belongs_to_them(dee):
    assert statuses(dee.batches(*named(*(f"A-{place}" for place in range(100))))) == ["created"] * 100
    assert (Order.objects.count(), Leg.objects.count(), Parcel.objects.count(), Event.objects.count()) == (100,) * 4
    assert len(dee.searches("charonne", limit=100)) == 100


@pytest.mark.django_db(transaction=True)
def test_of_eight_batches_with_one_name_one_places_it(cast):
    merchants = [Merchant(cast.dee_key) for _ in range(8)]
    answers = race(8, lambda number: merchants[number].batches(*named("A-1", f"B-{number}"), key=f"b-{number}"))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(statuses(answer)[0] for answer in answers) == ["created"] + ["replayed"] * 7
    assert (Order.objects.count(), Event.objects.count()) == (9, 9)
