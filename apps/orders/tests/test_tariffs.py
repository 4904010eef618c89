"""Which tariff prices an order, and what a quote says of every fleet that may carry it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.ids import public_id
from apps.networks.lifecycle import ConnectionStatus
from apps.networks.models import Connection
from apps.orders.models import NetworkPolicy
from apps.orders.services import create_quote, place_order
from apps.orders.tests.asking import error_code, nothing_changes
from tests.agreements import a_fleet, a_tariff, an_own_fleet, connected
from tests.cast import new_order

pytestmark = pytest.mark.django_db
BY_PLATFORM = 390 + 197 + 80  # base, 2071 m, noon
BY_TARIFF = 500 + 207
CONNECTED, NAMED = NetworkPolicy.CONNECTED, NetworkPolicy.NAMED


@pytest.fixture
def night(cast, hand_clock):
    """A fleet that the bakery is connected to, with a tariff."""
    fleet = a_fleet("Night Riders")
    connected(cast.bakery, fleet, tariff=a_tariff(fleet), priority=20)
    return fleet


def price(cast, **changes) -> int:
    return place_order(new_order(cast.bakery.pk, **changes)).amount_cents


def offered(quote) -> list[tuple[str, int]]:
    return [(row["fleet"]["name"], row["price"]["amount"]) for row in quote.json()["offers"]]


def test_an_order_that_own_or_open_fleets_may_carry_is_priced_by_the_platform(cast, night):
    for policy in (NetworkPolicy.OWN_FIRST, NetworkPolicy.OWN_ONLY, NetworkPolicy.ANY_OPEN):
        assert price(cast, network_policy=policy) == BY_PLATFORM


def test_an_order_for_connected_fleets_is_priced_by_the_tariff_of_the_first(cast, night):
    assert price(cast, network_policy=CONNECTED) == BY_TARIFF
    first = a_fleet("Early Birds")
    tariff = a_tariff(first, name="Early", base_cents=300)
    connected(cast.bakery, first, tariff=tariff, priority=10)
    order = place_order(new_order(cast.bakery.pk, network_policy=CONNECTED))
    assert (order.amount_cents, order.tariff_id) == (300 + 207, tariff.pk)


@pytest.mark.parametrize("status", [ConnectionStatus.INVITED, ConnectionStatus.PAUSED, ConnectionStatus.ENDED])
def test_a_connection_that_gets_no_new_work_prices_nothing(cast, night, status):
    idle = a_fleet("Idle")
    is_live = status != ConnectionStatus.ENDED
    connected(cast.bakery, idle, tariff=a_tariff(idle, base_cents=1), priority=1, status=status, is_live=is_live)
    assert price(cast, network_policy=CONNECTED) == BY_TARIFF


def test_a_connection_without_a_tariff_is_priced_by_the_platform(cast, hand_clock):
    connected(cast.bakery, a_fleet("Old friends"))
    assert price(cast, network_policy=CONNECTED) == BY_PLATFORM


def test_the_connections_of_another_merchant_price_nothing(cast, hand_clock):
    fleet = a_fleet("Night Riders")
    connected(cast.fleet_owner, fleet, tariff=a_tariff(fleet))
    assert price(cast, network_policy=CONNECTED) == BY_PLATFORM


def test_named_fleets_are_priced_by_a_tariff_only_where_all_of_them_are_connected(cast, night):
    late = a_fleet("Late Riders")
    connected(cast.bakery, late, tariff=a_tariff(late, base_cents=900), priority=90)
    assert price(cast, network_policy=NAMED, fleet_ids=(late.pk,)) == 900 + 207
    assert price(cast, network_policy=NAMED, fleet_ids=(late.pk, night.pk)) == BY_TARIFF
    assert price(cast, network_policy=NAMED, fleet_ids=(late.pk, cast.fleet.pk)) == BY_PLATFORM


def test_a_quote_explains_its_price_and_its_order_keeps_it(dee, cast, night, settings):
    tariff = a_tariff(
        night,
        name="Nuit",
        per_km_cents=110,
        weight_bands=[{"up_to_g": 500, "cents": 0}, {"up_to_g": None, "cents": 40}],
        zone_cents={str(cast.zone.pk): 60},
        peaks=[{"from": "11:30", "to": "24:00", "days": [2], "cents": 35}],
        tax_basis_points=2_000,
    )
    Connection.objects.update(tariff=tariff)
    answer = dee.quotes(network_policy="connected")
    quote = answer.json()
    assert quote["price_lines"] == [
        {"code": "base", "label": "Base price", "amount": 500},
        {"code": "distance", "label": "2.1 km", "amount": 228, "quantity": 2.071, "unit": "km", "unit_price": 110},
        {"code": "weight", "label": "0.8 kg", "amount": 40},
        {"code": "zone", "label": "Zone", "amount": 60},
        {"code": "peak", "label": "Peak hours", "amount": 35},
        {"code": "tax", "label": "Tax 20 %", "amount": 173},
    ]
    net, tax, gross = quote["net"]["amount"], quote["tax"]["amount"], quote["price"]["amount"]
    assert (net, tax, gross) == (863, 173, 1036)
    assert quote["tariff"] == {"id": public_id("tar", tariff.pk), "name": "Nuit"}
    order = dee.orders(network_policy="connected", quote_id=quote["id"]).json()
    for name in ("price", "net", "tax", "price_lines"):
        assert order[name] == quote[name]


def test_the_configured_tax_is_on_top_of_the_platforms_rates(dee, settings):
    settings.TAX_BASIS_POINTS = 2_000
    quote = dee.quotes().json()
    assert quote["tariff"] == {"id": None, "name": "Platform"}
    assert (quote["net"]["amount"], quote["tax"]["amount"], quote["price"]["amount"]) == (667, 133, 800)


def test_a_quote_lists_every_fleet_with_its_own_price_in_the_order_of_asking(dee, cast, night):
    own = an_own_fleet(cast.bakery, "Zoe's bikes")
    a_fleet("Closed to strangers")
    both = a_fleet("Open and connected", is_open=True)
    connected(cast.bakery, both, tariff=a_tariff(both, base_cents=600), priority=10)
    agreed = [("Open and connected", 807), ("Night Riders", BY_TARIFF)]
    mine, open_one = ("Zoe's bikes", BY_PLATFORM), ("Vélo Express", BY_PLATFORM)
    assert offered(dee.quotes()) == [mine, *agreed, open_one]
    assert offered(dee.quotes(network_policy="own_only")) == [mine]
    assert offered(dee.quotes(network_policy="connected")) == agreed
    named = dee.quotes(network_policy="named", fleets=[public_id("flt", night.pk), public_id("flt", own.pk)])
    assert offered(named) == [mine, ("Night Riders", BY_TARIFF)]
    assert named.json()["offers"][1]["fleet"]["id"] == public_id("flt", night.pk)


def test_a_quote_lists_ten_fleets_at_most_for_the_same_number_of_queries(dee, cast, night, django_assert_num_queries):
    for number in range(12):
        fleet = a_fleet(f"Open {number:02}", is_open=True)
        if number % 2:
            connected(cast.bakery, fleet, tariff=a_tariff(fleet))
    with django_assert_num_queries(5):
        quote = dee.quotes()
    assert len(offered(quote)) == 10


def test_placing_for_own_and_open_fleets_asks_nothing_about_connections(dee, night):
    with CaptureQueriesContext(connection) as asked:
        assert dee.orders().status_code == 201
    assert not [query for query in asked if "networks_connection" in str(query["sql"])]
    with CaptureQueriesContext(connection) as asked:
        assert dee.orders(network_policy="connected", key="k-2").status_code == 201
    assert len([query for query in asked if "networks_connection" in str(query["sql"])]) == 1


def test_a_quote_for_other_fleets_does_not_price_the_order(dee, cast, night):
    cheap = dee.quotes(network_policy="connected").json()
    with nothing_changes():
        refused = dee.orders(quote_id=cheap["id"])
    assert (refused.status_code, error_code(refused)) == (422, "quote_mismatch")


def test_a_quote_keeps_its_price_when_the_tariff_is_replaced_meanwhile(cast, night):
    new = new_order(cast.bakery.pk, network_policy=CONNECTED)
    quote = create_quote(new)
    Connection.objects.update(tariff=a_tariff(night, base_cents=9_000))
    order = place_order(new_order(cast.bakery.pk, network_policy=CONNECTED, quote_id=quote.pk))
    assert (order.amount_cents, order.tariff_id) == (BY_TARIFF, quote.tariff_id)
