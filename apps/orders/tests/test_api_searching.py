"""GET /v1/orders/search: by what people know of an order."""

from datetime import UTC, datetime, timedelta
from itertools import compress
from random import Random
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.ids import public_id
from apps.core.models import Event
from apps.orders.models import OrderWord
from apps.orders.selectors import search
from apps.orders.services import NewParcel, StopDetails, forget_old_words, index_orders_of
from apps.orders.tests.asking import wrong_fields
from tests.cast import BAKERY, HOME, placed

pytestmark = pytest.mark.django_db
WORD_BY_WORD = 4 if connection.vendor == "mongodb" else 0  # what it is asked more


def order_to(cast, address="3 rue de Charonne, Paris", name="Eve", phone="+33639980101", **changes):
    return public_id(
        "ord", placed(cast, dropoff=StopDetails(address, HOME.lat, HOME.lon, name, phone), **changes)[0].pk
    )


@pytest.fixture
def wanted(cast):
    order_to(cast, "99 boulevard Voltaire, Paris", "Max", "+33639980177")
    return order_to(
        cast,
        "7 impasse de l'Évêché, 75004 Paris",
        "Zoë Müller",
        "+33639984321",
        external_id="CMD-2026/0815",
        parcels=(NewParcel(100, barcode="3760-1234"), NewParcel(100, barcode="X9Y8")),
    )


@pytest.mark.parametrize(
    "query",
    [
        "CMD-2026/0815",
        "cmd20260815",
        "0815",
        "eveche",
        "Évêché",
        "impasse 75004",
        "7 impasse de l'Évêché, 75004 Paris",
        "zoe",
        "MÜLLER",
        "mul zo",
        "4321",
        "06 39 98 43 21",
        "+33 6 39 98 43 21",
        "impasse 4321",
        "06 39 98 43 21 muller",
        "7 impasse 75004 4321 zoe",
        "3760-1234",
        "37601234",
        "x9y8",
    ],
)
def test_an_order_is_found_by_what_people_know_of_it(dee, wanted, query):
    assert dee.searches(query) == [wanted]


def test_an_order_is_found_by_its_short_code(dee, wanted):
    code = dee.gets(f"/{wanted}").json()["short_code"]
    assert wanted in dee.searches(code.lower())


@pytest.mark.parametrize("query", ["0816", "muller max", "veche", "99999", "xx", "voltaire 4321", "impasse 321"])
def test_what_no_order_has_is_not_found(dee, wanted, query):
    assert dee.searches(query) == []


def test_the_answer_is_the_order_as_it_is_shown_alone(dee, wanted):
    (found,) = dee.searches("muller")
    (row,) = dee.gets("/search", q="muller").json()["data"]
    assert found == wanted
    assert row == dee.gets(f"/{wanted}").json()


def test_nobody_finds_the_orders_of_somebody_else(florist, sandbox, wanted):
    assert florist.searches("muller") == sandbox.searches("muller") == []


def test_orders_older_than_ninety_days_are_not_found(dee, wanted, hand_clock):
    hand_clock.advance(days=90)
    assert dee.searches("muller") == [wanted]
    hand_clock.advance(seconds=1)
    assert dee.searches("muller") == dee.searches("paris") == []


@pytest.mark.parametrize(("rare", "few_words"), [(200, 8), (3, 8), (3, 0)])
def test_pages_follow_each_other_whether_a_word_is_rare_or_common(dee, cast, monkeypatch, rare, few_words):
    for name, value in (("RARE", rare), ("FEW_WORDS", few_words)):
        monkeypatch.setattr(search, name, value)
    orders = [order_to(cast, name="Ann" if place % 2 else "Bob") for place in range(9)]
    wanted = [order for place, order in enumerate(orders) if place % 2][::-1]
    assert dee.searches("rue paris") == orders[::-1]
    first = dee.gets("/search", q="rue ann", limit=3).json()
    second = dee.gets("/search", q="rue ann", limit=3, cursor=first["next_cursor"]).json()
    assert [row["id"] for row in first["data"] + second["data"]] == wanted
    assert second["next_cursor"] is None


@pytest.mark.parametrize("limits", [(200, 8, 5_000), (1, 8, 3), (1, 1, 4), (1, 0, 3)])
def test_all_pages_together_are_the_orders_that_have_every_word(dee, cast, monkeypatch, limits):
    for name, value in zip(("RARE", "FEW_WORDS", "MOST_LOOKED_AT"), limits, strict=True):
        monkeypatch.setattr(search, name, value)
    chance = Random(sum(limits))
    names = ("Ann", "Anna", "Annabel", "Bob", "Lee", "Leo", "Zed")
    said = [" ".join(chance.sample(names, 2)) for _ in range(24)]
    orders = [order_to(cast, name=name) for name in said]
    for query in ("ann", "an le", "lee ann", "bob", "annab leo", "l p", "zed paris", "ann zed rue"):
        fit = [fits(query, f"{name} 3 rue Charonne Paris") for name in said]
        wanted = list(compress(orders, fit))
        assert all_pages(dee, query) == wanted[::-1]


def fits(query, text):
    words = text.lower().split()
    return all(any(word.startswith(prefix) for word in words) for prefix in query.split())


def all_pages(caller, query):
    index_orders_of(Event.objects.all())
    found, cursor, pages = [], "", 0
    while cursor is not None and pages < 40:
        page = caller.gets("/search", q=query, cursor=cursor, limit=5).json()
        found, cursor, pages = found + [row["id"] for row in page["data"]], page["next_cursor"], pages + 1
    return found


@pytest.mark.parametrize("few_words", [8, 0])
def test_a_search_among_too_many_goes_on_where_it_stopped(dee, cast, monkeypatch, few_words):
    for name, value in (("RARE", 1), ("FEW_WORDS", few_words), ("MOST_LOOKED_AT", 3)):
        monkeypatch.setattr(search, name, value)
    old = [order_to(cast, name="Ann Lee") for _ in range(2)]
    for name in ("Ann", "Lee") * 5:
        order_to(cast, name=name)
    index_orders_of(Event.objects.all())
    found, cursor, pages = [], "", 0
    while cursor is not None:
        page = dee.gets("/search", q="ann lee", cursor=cursor, limit=5).json()
        found, cursor, pages = found + [row["id"] for row in page["data"]], page["next_cursor"], pages + 1
    assert found == old[::-1]
    assert 1 < pages <= 5


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"q": "a"}, "min_length"),
        ({"q": "x" * 65}, "max_length"),
        ({"q": "bou*"}, "wildcard"),
        ({"q": "bou%"}, "wildcard"),
        ({"q": "b?u"}, "wildcard"),
        ({"q": "--"}, "no_word"),
        ({"q": "a b c d e f g h i"}, "too_many_words"),
        ({"q": "a\x00b"}, "null_characters_not_allowed"),
        ({"q": ""}, "required"),
        ({}, "required"),
    ],
)
def test_a_query_that_cannot_be_is_refused_and_named(dee, query, code):
    refused = dee.gets("/search", **query)
    assert (refused.status_code, wrong_fields(refused)) == (400, {"q": code})


@pytest.mark.parametrize(("query", "most"), [("muller", 5), ("rue de charonne paris", 8), ("06 39 98 01 01", 10)])
def test_a_search_costs_a_bounded_number_of_queries(dee, cast, wanted, query, most):
    for _ in range(20):
        order_to(cast)
    assert dee.searches(query)
    with CaptureQueriesContext(connection) as asked_for:
        dee.gets("/search", q=query)
    assert len(asked_for) <= most + WORD_BY_WORD


@pytest.mark.parametrize("query", ["muller", "rue paris"])
def test_no_search_reads_all_orders_since_a_moment(dee, wanted, monkeypatch, query):
    monkeypatch.setattr(search, "RARE", 1)
    assert dee.searches(query)
    with CaptureQueriesContext(connection) as asked_for:
        dee.gets("/search", q=query)
    assert not [asked["sql"] for asked in asked_for if '"placed_at" >=' in asked["sql"]]


def test_a_common_word_costs_no_more(dee, cast, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(search, "RARE", 5)
    for _ in range(20):
        order_to(cast)
    assert dee.searches("paris")
    with django_assert_max_num_queries(7 + WORD_BY_WORD):
        assert len(dee.gets("/search", q="paris", limit=10).json()["data"]) == 10


def test_test_orders_crowd_nobody_out(dee, cast):
    order = order_to(cast, name="Ann")
    for _ in range(5):
        order_to(cast, name="Ann", is_test=True)
    assert dee.searches("ann", limit=2) == [order]


def test_a_search_of_common_words_ends_where_orders_are_too_old(dee, cast, hand_clock, monkeypatch):
    for name, value in (("RARE", 1), ("MOST_LOOKED_AT", 3)):
        monkeypatch.setattr(search, name, value)
    for _ in range(6):
        order_to(cast, name="Bob")
    hand_clock.advance(days=91)
    newest = order_to(cast, name="Bob")
    index_orders_of(Event.objects.all())
    page = dee.gets("/search", q="bob paris").json()
    assert ([row["id"] for row in page["data"]], page["next_cursor"]) == ([newest], None)


def test_words_follow_an_order_that_is_changed(dee, wanted):
    assert dee.searches("zoe") == [wanted]
    assert dee.client.patch(f"/v1/orders/{wanted}", {"dropoff": {"contact_name": "Ida"}}).status_code == 200
    assert dee.searches("ida") == [wanted]
    assert dee.searches("zoe") == []


def test_words_are_written_once_however_often_the_events_come(dee, cast, wanted):
    assert dee.searches("muller") == [wanted]
    words = OrderWord.objects.count()
    index_orders_of([*Event.objects.all(), *Event.objects.all()])
    assert OrderWord.objects.count() == words


def test_writing_words_takes_as_many_statements_for_many_orders_as_for_one(dee, cast):
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked_for:
            index_orders_of(Event.objects.all())
        return len(asked_for)

    order_to(cast)
    one = statements()
    for _ in range(9):
        order_to(cast)
    assert statements() == one


def test_words_are_forgotten_after_ninety_days(dee, cast, wanted):
    assert dee.searches("muller") == [wanted]
    assert forget_old_words() == 0
    kept = OrderWord.objects.count()
    old = UUID(int=int((datetime.now(UTC) - timedelta(days=91)).timestamp() * 1000) << 80)
    word = OrderWord.objects.first()
    OrderWord.objects.create(id=old, order_id=word.order_id, organisation_id=word.organisation_id, word="old")
    assert forget_old_words() == 1
    assert OrderWord.objects.count() == kept
    assert not OrderWord.objects.filter(word="old").exists()


def test_places_are_found_at_both_ends(dee, cast):
    order = order_to(cast, "3 rue de Charonne, Paris")
    pickup = placed(cast, pickup=StopDetails("5 quai d'Anjou, Paris", BAKERY.lat, BAKERY.lon, "Kit"))[0]
    assert dee.searches("anjou") == [public_id("ord", pickup.pk)]
    assert set(dee.searches("charonne")) == {order, public_id("ord", pickup.pk)}
