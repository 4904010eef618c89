"""POST /v1/orders: one order, its leg, its parcels and one event, or nothing at all."""

import pytest

from apps.core.api.idempotent import REPLAYED
from apps.core.ids import public_id
from apps.core.models import Event
from apps.core.tests.racing import race
from apps.orders.models import Leg, Order, Parcel
from apps.orders.tests.asking import Merchant, asked, error_code, leg_of, nothing_changes, wrong_fields

pytestmark = pytest.mark.django_db
FULL = {
    "external_id": "A-17",
    "pickup": {
        "address": "12 rue de Rivoli, Paris",
        "lat": 48.86,
        "lon": 2.35,
        "contact_name": "Dee",
        "phone": "+33 6 39 98 01 00",
        "instructions": "Ring twice",
        "ready_at": "2026-06-10T12:30:00+02:00",
        "pickup_by": "2026-06-10T11:00:00Z",
    },
    "dropoff": {
        "address": "3 rue de Charonne, Paris",
        "lat": 48.853,
        "lon": 2.369,
        "contact_name": "Eve",
        "phone": "+33639980101",
        "instructions": "Third floor",
        "drop_from": "2026-06-10T11:10:00Z",
        "due_at": "2026-06-10T11:30:00Z",
        "drop_by": "2026-06-10T12:00:00Z",
    },
    "parcels": [
        {"weight_g": 800, "volume_ml": 9_500, "description": "Bread", "size": "medium", "barcode": "B1"},
        {"weight_g": 300},
    ],
    "network_policy": "any_open",
    "skills": ["fragile"],
    "vehicle_kinds": ["cargo_bike", "van"],
    "max_on_board_s": 1_800,
}
DOCUMENTED = {
    "id",
    "short_code",
    "external_id",
    "version",
    "status",
    "needs_attention",
    "attention_reason",
    "placed_at",
    "pickup",
    "dropoff",
    "via_hub",
    "network_policy",
    "fleets",
    "skills",
    "vehicle_kinds",
    "max_on_board_s",
    "quote_id",
    "is_test",
    "parcels",
    "price",
    "net",
    "tax",
    "price_lines",
    "distance_m",
    "promised_pickup_at",
    "promised_dropoff_at",
    "picked_up_at",
    "delivered_at",
    "cancellation",
    "tracking_token",
    "legs",
}


def test_an_order_is_answered_as_it_was_asked_for(dee):
    answer = dee.orders(**FULL)
    assert answer.status_code == 201, answer.json()
    order = answer.json()
    pickup = {**FULL["pickup"], "phone": "+33639980100", "ready_at": "2026-06-10T10:30:00Z", "proof": []}
    assert order["pickup"] == pickup
    assert order["dropoff"] == {**FULL["dropoff"], "proof": []}
    parcels = order["parcels"]
    assert parcels == [
        {**FULL["parcels"][0], "id": parcels[0]["id"]},
        {
            "id": parcels[1]["id"],
            "weight_g": 300,
            "volume_ml": 0,
            "description": "",
            "size": "small",
            "barcode": parcels[1]["id"],
        },
    ]
    assert (order["status"], order["external_id"], order["needs_attention"]) == ("placed", "A-17", False)
    carried_by = ("network_policy", "skills", "vehicle_kinds", "max_on_board_s")
    assert {name: order[name] for name in carried_by} == {name: FULL[name] for name in carried_by}
    assert (order["fleets"], order["quote_id"], order["is_test"]) == ([], None, False)
    assert order["placed_at"] == "2026-06-10T10:00:00Z"
    assert order["promised_dropoff_at"] == "2026-06-10T11:30:00Z"
    assert (order["picked_up_at"], order["delivered_at"]) == (None, None)
    assert order["price"] == {"amount": sum(line["amount"] for line in order["price_lines"]), "currency": "EUR"}
    assert order["id"].startswith("ord_")
    assert order["short_code"] == order["id"][-6:].upper()
    assert [(leg["id"][:4], leg["sequence"], leg["status"]) for leg in order["legs"]] == [("leg_", 1, "open")]


def test_an_order_has_no_field_that_is_not_documented(dee):
    assert set(dee.orders().json()) == DOCUMENTED


def test_a_placed_order_reads_back_as_it_was_answered(dee):
    placed = dee.orders(**FULL).json()
    assert dee.gets(f"/{placed['id']}").json() == placed


def test_a_placed_order_is_published_once_and_signed_by_the_key(dee, cast):
    dee.orders()
    (event,) = Event.objects.all()
    assert (event.name, event.organisation_id) == ("OrderPlaced", cast.bakery.pk)
    assert event.actor == f"key:{cast.dee_key[:14]}"


def test_an_order_shows_the_fleets_that_were_named_for_it(dee, cast):
    named = {"network_policy": "named", "fleets": [public_id("flt", cast.fleet.pk)]}
    order = dee.orders(**named).json()
    assert {name: order[name] for name in named} == named
    assert dee.gets(f"/{order['id']}").json() == order


def test_an_order_of_a_test_key_is_a_test_order(sandbox, dee):
    assert sandbox.orders().json()["is_test"]
    assert Order.objects.get().is_test
    dee.orders()
    assert Order.objects.filter(is_test=False).count() == 1


def test_an_order_at_a_quoted_price_uses_the_quote_up(dee):
    quote = dee.quotes().json()
    order = dee.orders(quote_id=quote["id"]).json()
    assert (order["price"], order["quote_id"]) == (quote["price"], quote["id"])
    assert dee.gets(f"/{order['id']}").json() == order
    with nothing_changes():
        second = dee.orders(key="k-2", quote_id=quote["id"])
    assert (second.status_code, error_code(second)) == (409, "quote_used")


def test_a_quote_of_somebody_else_is_not_found(dee, florist):
    quote = florist.quotes().json()
    with nothing_changes():
        refused = dee.orders(quote_id=quote["id"])
    assert (refused.status_code, error_code(refused)) == (404, "quote_not_found")


def test_a_test_key_uses_up_no_quote_of_a_live_one_nor_the_other_way_round(dee, sandbox):
    for asking, other in ((dee, sandbox), (sandbox, dee)):
        quote = asking.quotes().json()["id"]
        with nothing_changes():
            refused = [other.orders(key="k-2", quote_id=quote), other.validates(quote_id=quote)]
            (row,) = other.batches({**asked(quote_id=quote), "external_id": "A-1"}).json()["data"]
        assert {(answer.status_code, error_code(answer)) for answer in refused} == {(404, "quote_not_found")}
        assert row["error"]["code"] == "quote_not_found"
        assert asking.orders(quote_id=quote).status_code == 201


def test_a_test_order_takes_no_reference_from_a_live_one(dee, sandbox):
    rehearsed = sandbox.orders(external_id="A-17").json()
    assert dee.validates(external_id="A-17").status_code == 200
    assert dee.batches({**asked(), "external_id": "A-17"}).json()["data"][0]["status"] == "created"
    for merchant in (dee, sandbox):
        with nothing_changes():
            again = merchant.orders(key="k-2", external_id="A-17")
        assert (again.status_code, error_code(again)) == (409, "external_id_taken")
    assert sandbox.lists(external_id="A-17") == [rehearsed["id"]]


def test_an_expired_quote_is_refused(dee, hand_clock):
    quote = dee.quotes().json()
    hand_clock.advance(minutes=15)
    with nothing_changes():
        refused = dee.orders(quote_id=quote["id"])
    assert (refused.status_code, error_code(refused)) == (409, "quote_expired")


def test_an_external_id_names_one_order_of_a_merchant(dee, florist):
    assert dee.orders(external_id="A-1").status_code == 201
    with nothing_changes():
        again = dee.orders(key="k-2", external_id="A-1")
    assert (again.status_code, error_code(again)) == (409, "external_id_taken")
    assert florist.orders(external_id="A-1").status_code == 201


def test_orders_without_an_external_id_are_as_many_as_one_likes(dee):
    assert [dee.orders(key=key, external_id=None).status_code for key in ("k-1", "k-2")] == [201, 201]


def test_an_address_that_nobody_covers_is_refused_and_named(dee):
    with nothing_changes():
        refused = dee.orders(dropoff__lat=45.76, dropoff__lon=4.84)
    assert (refused.status_code, error_code(refused)) == (422, "address_out_of_zone")
    assert wrong_fields(refused) == {"dropoff": "address_out_of_zone"}


def test_a_refused_order_can_be_mended_and_sent_under_the_same_key(dee):
    assert dee.orders(dropoff__lat=45.76).status_code == 422
    assert dee.orders().status_code == 201


def test_the_same_request_again_gets_the_same_answer_and_places_nothing(dee):
    first = dee.orders(**FULL)
    with nothing_changes():
        again = dee.orders(**FULL)
    assert (again.status_code, again.json(), again[REPLAYED]) == (201, first.json(), "true")
    assert REPLAYED not in first


def test_a_key_with_another_body_is_refused(dee):
    dee.orders()
    with nothing_changes():
        refused = dee.orders(parcels=[{"weight_g": 900}])
    assert (refused.status_code, error_code(refused)) == (422, "idempotency_key_reused")


def test_two_merchants_may_choose_the_same_key(dee, florist):
    orders = {dee.orders().json()["id"], florist.orders().json()["id"]}
    assert len(orders) == Order.objects.count() == 2


def test_a_test_key_never_gets_the_answer_of_a_live_one(dee, sandbox):
    assert dee.orders().json()["id"] != sandbox.orders().json()["id"]


def test_an_order_without_an_idempotency_key_is_refused(dee):
    with nothing_changes():
        refused = dee.client.post("/v1/orders", asked())
    assert (refused.status_code, wrong_fields(refused)) == (400, {"Idempotency-Key": "required"})


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb"])
def test_an_idempotency_key_is_short_printable_ascii(dee, key):
    with nothing_changes():
        refused = dee.orders(key=key)
    assert (refused.status_code, wrong_fields(refused)) == (400, {"Idempotency-Key": "malformed"})


def test_placing_costs_few_queries(dee, django_assert_max_num_queries):
    with django_assert_max_num_queries(15):
        assert dee.orders(parcels=[{"weight_g": 100}] * 20).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_requests_with_one_key_one_places_the_order_and_all_hear_of_it(cast):
    merchants = [Merchant(cast.dee_key) for _ in range(16)]
    answers = race(16, lambda number: merchants[number].orders(key="only-one"))
    assert [answer.status_code for answer in answers] == [201] * 16
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert [REPLAYED in answer for answer in answers].count(False) == 1
    assert (Order.objects.count(), Leg.objects.count(), Parcel.objects.count(), Event.objects.count()) == (1, 1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_orders_at_one_quote_one_gets_it(cast):
    merchants = [Merchant(cast.dee_key) for _ in range(16)]
    quote = merchants[0].quotes().json()
    answers = race(16, lambda number: merchants[number].orders(key=f"k-{number}", quote_id=quote["id"]))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 15
    assert {error_code(answer) for answer in answers if answer.status_code == 409} == {"quote_used"}
    assert (Order.objects.count(), Event.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_orders_with_one_external_id_one_is_placed(cast):
    merchants = [Merchant(cast.dee_key) for _ in range(16)]
    answers = race(16, lambda number: merchants[number].orders(key=f"k-{number}", external_id="A-1"))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 15
    assert {error_code(answer) for answer in answers if answer.status_code == 409} == {"external_id_taken"}
    assert (Order.objects.count(), Event.objects.count()) == (1, 1)


def test_a_leg_keeps_every_limit_that_was_asked_for(dee):
    leg = leg_of(dee.orders(**FULL))
    assert (leg.pickup_by.isoformat(), leg.drop_from.isoformat()) == (
        "2026-06-10T11:00:00+00:00",
        "2026-06-10T11:10:00+00:00",
    )
    assert (leg.max_on_board_s, leg.volume_ml, leg.vehicle_kinds) == (1_800, 9_500, ["cargo_bike", "van"])


def test_a_slot_promises_its_end_when_nothing_else_is_asked_for(dee):
    slot = {"dropoff__drop_from": "2026-06-10T16:00:00Z", "dropoff__drop_by": "2026-06-10T18:00:00Z"}
    order = dee.orders(**slot).json()
    assert (order["promised_dropoff_at"], order["dropoff"]["due_at"]) == ("2026-06-10T18:00:00Z",) * 2


def test_a_window_without_an_end_promises_forty_minutes_from_its_begin(dee):
    order = dee.orders(dropoff__drop_from="2026-06-10T16:00:00Z").json()
    assert order["promised_dropoff_at"] == "2026-06-10T16:40:00Z"
