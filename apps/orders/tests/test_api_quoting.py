"""POST /v1/quotes: a price and promised times, and no order."""

import pytest

from apps.core.models import Event
from apps.orders.models import Order, Quote
from apps.orders.tests.asking import error_code, nothing_changes, wrong_fields

pytestmark = pytest.mark.django_db
DOCUMENTED = {
    "id",
    "expires_at",
    "price",
    "net",
    "tax",
    "price_lines",
    "tariff",
    "offers",
    "distance_m",
    "promised_pickup_at",
    "promised_dropoff_at",
}


def test_a_quote_shows_its_price_its_promises_and_its_end(dee):
    answer = dee.quotes()
    assert answer.status_code == 201, answer.json()
    quote = answer.json()
    assert set(quote) == DOCUMENTED
    assert quote["id"].startswith("quo_")
    assert quote["expires_at"] == "2026-06-10T10:15:00Z"
    assert quote["promised_dropoff_at"] == "2026-06-10T10:40:00Z"
    assert quote["price"] == {"amount": sum(line["amount"] for line in quote["price_lines"]), "currency": "EUR"}
    assert [line["code"] for line in quote["price_lines"]] == ["base", "distance", "peak"]


def test_a_quote_places_nothing_and_tells_nobody(dee):
    dee.quotes()
    assert (Quote.objects.count(), Order.objects.count(), Event.objects.count()) == (1, 0, 0)


def test_a_heavier_load_costs_more(dee):
    light, heavy = dee.quotes(), dee.quotes(parcels=[{"weight_g": 9_000}])
    assert heavy.json()["price"]["amount"] > light.json()["price"]["amount"]


@pytest.mark.parametrize("field", ["quote_id", "external_id"])
def test_what_only_an_order_has_is_refused(dee, field):
    with nothing_changes():
        refused = dee.quotes(**{field: "quo_1"})
    assert (refused.status_code, wrong_fields(refused)) == (400, {field: "unknown_field"})


def test_a_load_too_heavy_for_anybody_is_refused_and_named(dee):
    with nothing_changes():
        refused = dee.quotes(parcels=[{"weight_g": 10**18}])
    assert (refused.status_code, wrong_fields(refused)) == (422, {"parcels": "too_heavy"})


def test_every_end_that_nobody_covers_is_named(dee):
    with nothing_changes():
        refused = dee.quotes(pickup__lat=45.76, pickup__lon=4.84, dropoff__lat=0, dropoff__lon=0)
    assert (refused.status_code, error_code(refused)) == (422, "address_out_of_zone")
    assert set(wrong_fields(refused)) == {"pickup", "dropoff"}


def test_quoting_costs_few_queries(dee, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):  # the key, zones, connections, fleets, the quote
        assert dee.quotes().status_code == 201
