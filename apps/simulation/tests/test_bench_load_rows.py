"""What the load benchmark writes and asks for: many orders, and a probe that does what the product does."""

import itertools
import json
from collections import Counter

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.urls import URLResolver
from django.urls.resolvers import RegexPattern
from rest_framework.test import APIClient

from apps.core.models import Event, IdempotentAnswer
from apps.orders.lifecycle import LegStatus, order_status
from apps.orders.models import Leg, Order, Parcel
from apps.simulation.benchmarks import load_probe
from apps.simulation.benchmarks.load_requests import Caller, Ground, Sought
from apps.simulation.benchmarks.load_rows import write_orders
from coursier.roles import ROLES
from coursier.urls import patterns_for

ORDERS = 260


@pytest.fixture
def ground(db):
    load_probe._owner_and_zone.cache_clear()
    return write_orders(ORDERS)


@pytest.fixture
def product(ground):
    return Caller(ground, "/v1", itertools.count(1))


@pytest.fixture
def probe(ground):
    return Caller(ground, "", itertools.count(1_000))


def parts(request):
    """A request that goes over the wire, as its parts."""
    head, _, body = request.wire.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    return method, target, dict(line.split(": ", 1) for line in lines), body


def of_product(request):
    method, target, headers, body = parts(request)
    answer = APIClient().generic(method, target, body, content_type="application/json", headers=headers)
    return answer.status_code, answer.content


def of_probe(request):
    method, target, headers, body = parts(request)
    made = RequestFactory().generic(method, target, body, content_type="application/json", headers=headers)
    answer = load_probe.orders(made)
    assert int(answer["Content-Length"]) == len(answer.content)
    return answer.status_code, answer.content


def counted():
    return orjson.loads(load_probe.counts(RequestFactory().get("/counts")).content)


def rows_of(ask, request):
    """Rows that a request writes, table by table."""
    before = counted()
    status, body = ask(request)
    assert (status, request.what_is_wrong(body)) == (201, "")
    return {name: count - before[name] for name, count in counted().items()}


def test_a_merchant_has_sixty_days_of_orders_in_the_order_of_their_keys(ground):
    orders = list(Order.objects.order_by("pk"))
    assert len(orders) == ground.orders == ORDERS
    placed = [order.placed_at for order in orders]
    assert placed == sorted(placed)
    assert 55 < (placed[-1] - placed[0]).days < 60
    assert Leg.objects.count() == Event.objects.exclude(relayed_at=None).count() == ORDERS
    assert Parcel.objects.count() >= ORDERS
    assert len({order.external_id for order in orders}) == ORDERS


def test_most_orders_have_ended_and_each_follows_its_leg(ground):
    legs = list(Leg.objects.select_related("order"))
    assert all(leg.order.status == order_status([LegStatus(leg.status)]) for leg in legs)
    assert all((leg.status == LegStatus.DELIVERED) == (leg.delivered_at is not None) for leg in legs)
    found = Counter(leg.status for leg in legs)
    assert found[LegStatus.DELIVERED] > 0.8 * ORDERS
    assert len(found) >= 3


def test_the_product_writes_an_order_and_the_probe_the_same_rows(product, probe):
    for _ in range(2):
        by_product, by_probe = next(product.creations()), next(probe.creations())
        written = rows_of(of_product, by_product)
        assert written == rows_of(of_probe, by_probe)
        assert written["parcels"] >= 1
        assert {name: count for name, count in written.items() if name != "parcels"} == {
            "orders": 1,
            "legs": 1,
            "events": 1,
            "answers": 1,
        }


def test_no_number_is_used_twice(ground):
    numbers = itertools.count(1)
    callers = [Caller(ground, prefix, numbers) for prefix in ("/v1", "", "/v1")]
    wires = [next(caller.creations()).wire for caller in callers for _ in range(3)]
    assert len({parts(each)[2]["Idempotency-Key"] for each in map(_as_request, wires)}) == 9


def _as_request(wire):
    return type("Wire", (), {"wire": wire})


def test_the_probe_keeps_the_answer_and_the_stops_of_an_order(probe):
    status, body = of_probe(next(probe.creations()))
    order = Order.objects.get(external_id="load-000000001000")
    kept = IdempotentAnswer.objects.get(key="000000001000")
    assert (status, kept.status, kept.body) == (201, 201, orjson.loads(body))
    leg = Leg.objects.get(order=order)
    assert (leg.pickup_lat, leg.dropoff_lon) == (order.pickup["lat"], order.dropoff["lon"])


def test_both_list_the_same_fifty_orders(product, probe):
    for seed in range(5):
        by_product, by_probe = next(product.pages(seed=seed)), next(probe.pages(seed=seed))
        pages = [of_product(by_product), of_probe(by_probe)]
        assert [(status, by_product.what_is_wrong(body)) for status, body in pages] == [(200, "")] * 2
        keys = [[row["id"] for row in orjson.loads(body)["data"]] for _, body in pages]
        assert keys[0] == keys[1]


def test_the_probe_lists_in_one_statement(probe, django_assert_num_queries):
    load_probe._owner_and_zone()
    with django_assert_num_queries(1):
        of_probe(next(probe.pages()))


def test_a_wrong_answer_is_told(product):
    creation, page = next(product.creations()), next(product.pages())
    order = {"id": "ord_1", "external_id": "load-000000000001", "status": "placed", "parcels": [{}]}
    right = {**order, "price": {"amount": 390}}
    assert creation.what_is_wrong(orjson.dumps(right)) == ""
    for wrong in ({"external_id": "another"}, {"status": "cancelled"}, {"id": "1"}, {"parcels": []}):
        assert creation.what_is_wrong(orjson.dumps(right | wrong))
    _, body = of_product(page)
    answer = orjson.loads(body)
    assert page.what_is_wrong(body) == ""
    for wrong in (answer["data"][:49], answer["data"][::-1], [answer["data"][0]] * 50):
        assert page.what_is_wrong(orjson.dumps({**answer, "data": wrong}))
    assert page.what_is_wrong(orjson.dumps({**answer, "next_cursor": None}))


def test_a_search_must_find_the_order_it_is_for(ground):
    for sought in ground.sought:
        assert sought.order_id is None or Order.objects.filter(pk=sought.order_id.removeprefix("ord_")).exists()
    assert {len(sought.query.split()) for sought in ground.sought} > {1, 2}
    caller = Caller(Ground("k", 1, [], [Sought("rue Élise", "ord_1")], []), "/v1", itertools.count())
    search = next(caller.searches())
    assert search.wire.startswith(b"GET /v1/orders/search?q=rue%20%C3%89lise HTTP/1.1\r\n")
    assert search.what_is_wrong(b'{"data": [{"id": "ord_1"}]}') == ""
    assert search.what_is_wrong(b'{"data": [{"id": "ord_2"}]}')
    assert search.what_is_wrong(b'{"data": []}')


def test_searches_find_what_they_are_for(product):
    found = [(search, *of_product(search)) for search in itertools.islice(product.searches(), 30)]
    assert [(status, search.what_is_wrong(body)) for search, status, body in found] == [(200, "")] * 30


@pytest.mark.parametrize("role", ROLES.values(), ids=lambda role: role.name)
def test_no_role_mounts_the_probe(role):
    resolver = URLResolver(RegexPattern(r"^/"), patterns_for(role))
    modules = {callback.__module__ for callback in _callbacks(resolver)}
    assert not [module for module in modules if "benchmarks" in module]


def _callbacks(resolver):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _callbacks(pattern)
        else:
            yield pattern.callback


def test_the_command_writes_the_file_and_refuses_a_city_that_is_there(db, tmp_path):
    out = tmp_path / "ground.json"
    call_command("seed_load", orders=200, out=out)
    assert Ground.read(out).orders == json.loads(out.read_text())["orders"] == Order.objects.count() == 200
    with pytest.raises(CommandError, match="city in this database already"):
        call_command("seed_load", orders=200, out=out)
    assert Order.objects.count() == 200
