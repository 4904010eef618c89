"""POST /v1/orders/validate: every check of placing, and nothing written."""

import pytest

from apps.orders.tests.asking import error_code, nothing_changes, wrong_fields

pytestmark = pytest.mark.django_db
TERMS = ("price", "net", "tax", "price_lines", "distance_m", "promised_pickup_at", "promised_dropoff_at")


def test_a_valid_order_gets_the_terms_that_placing_it_gives(dee, cast):
    with nothing_changes():
        answer = dee.validates(external_id="A-1")
    assert answer.status_code == 200, answer.json()
    terms, order = answer.json(), dee.orders(external_id="A-1").json()
    assert {name: terms[name] for name in TERMS} == {name: order[name] for name in TERMS}
    assert terms["zone"] == {"id": f"zon_{cast.zone.pk.hex}", "name": "Paris"}


def test_a_check_shows_the_tax_in_the_price(dee, settings):
    settings.TAX_BASIS_POINTS = 2_000
    terms = dee.validates().json()
    assert terms["tax"]["amount"] > 0
    assert terms["net"]["amount"] + terms["tax"]["amount"] == terms["price"]["amount"]


def test_an_order_at_a_quoted_price_gets_the_terms_of_the_quote_and_does_not_use_it_up(dee):
    quote = dee.quotes().json()
    for _ in range(2):
        with nothing_changes():
            terms = dee.validates(quote_id=quote["id"]).json()
        assert {name: terms[name] for name in TERMS} == {name: quote[name] for name in TERMS}
    assert dee.orders(quote_id=quote["id"]).status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"dropoff__lat": 45.76},
        {"pickup__lat": 91},
        {"parcels": []},
        {"parcels": [{"weight_g": 40_001}]},
        {"network_policy": "named"},
        {"pickup__ready_at": "2026-07-11T10:00:00Z"},
        {"dropoff__due_at": "2026-06-10T09:00:00Z"},
        {"quote_id": "quo_" + "0" * 32},
        {"price": 1},
    ],
)
def test_what_placing_refuses_is_refused_with_the_same_words(dee, wrong):
    with nothing_changes():
        checked, placed = dee.validates(**wrong), dee.orders(**wrong)
    assert (checked.status_code, error_code(checked)) == (placed.status_code, error_code(placed))
    assert wrong_fields(checked) == wrong_fields(placed)
    assert checked.status_code in (400, 404, 422)


def test_a_taken_external_id_and_a_used_quote_are_refused(dee, florist):
    quote = dee.quotes().json()
    dee.orders(external_id="A-1", quote_id=quote["id"])
    with nothing_changes():
        assert error_code(dee.validates(external_id="A-1")) == "external_id_taken"
        assert error_code(dee.validates(quote_id=quote["id"])) == "quote_used"
        assert error_code(florist.validates(quote_id=quote["id"])) == "quote_not_found"
        assert florist.validates(external_id="A-1").status_code == 200


def test_a_key_that_may_only_read_checks_nothing(reader):
    assert (refused := reader.validates()).status_code == 403, refused.json()
