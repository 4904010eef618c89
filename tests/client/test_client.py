"""The client against the real API over HTTP, and against a line that fails."""

import asyncio

import httpx
import pytest

from apps.orders.models import Order
from coursier_client import ApiError, AsyncCoursier, Coursier, NoAnswer, pages
from coursier_client.calls import Call, path_of
from coursier_client.operations import cancel_order, create_quote, get_order, get_proof, list_orders, place_order
from tests.authorisation.world import PLACE


@pytest.fixture
def api(live_server, cast):
    with Coursier(live_server.url, cast.dee_key) as api:
        yield api


@pytest.mark.django_db(transaction=True)
def test_an_order_from_quote_to_cancellation(api):
    quote = api(create_quote(PLACE))
    order = api(place_order({**PLACE, "quote_id": quote["id"], "external_id": "till-1"}))
    assert (order["status"], order["price"]) == ("placed", quote["price"])
    assert api(get_order(order["id"]))["external_id"] == "till-1"
    assert api(cancel_order(order["id"], {"reason": "out_of_stock"}))["status"] == "cancelled"


@pytest.mark.django_db(transaction=True)
def test_a_call_sent_again_is_the_same_call(api):
    call = place_order(PLACE)
    assert api(call)["id"] == api(call)["id"]
    assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_refusal_names_the_fields(api):
    with pytest.raises(ApiError) as refused:
        api(place_order({**PLACE, "parcels": []}))
    assert (refused.value.status, refused.value.code) == (422, "invalid")
    assert refused.value.fields[0]["path"] == "parcels"


@pytest.mark.django_db(transaction=True)
def test_all_pages_of_a_list(api):
    placed = [api(place_order(PLACE))["id"] for _ in range(5)]
    found = [order["id"] for order in pages(api, lambda cursor: list_orders(cursor=cursor, limit=2))]
    assert found == placed[::-1]


def failing(times, then):
    """A line that loses so many answers, and then works."""
    seen = []

    def answer(request):
        seen.append(request.headers.get("Idempotency-Key"))
        if len(seen) <= times:
            raise httpx.ConnectError("nobody there")
        return then

    return seen, httpx.MockTransport(answer)


def sent_over(transport, call, **options):
    async def send():
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
            return await AsyncCoursier(key="ck", http=http, **options)(call)

    return asyncio.run(send())


def test_a_lost_answer_is_asked_for_again_under_the_same_key():
    seen, transport = failing(2, httpx.Response(201, json={"id": "ord_1"}))
    assert sent_over(transport, place_order(PLACE)) == {"id": "ord_1"}
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_a_picture_comes_as_its_bytes():
    _, transport = failing(0, httpx.Response(200, content=b"\xff\xd8", headers={"Content-Type": "image/jpeg"}))
    assert sent_over(transport, get_proof("prf_1")) == b"\xff\xd8"


def test_what_may_not_be_repeated_is_sent_once():
    seen, transport = failing(2, httpx.Response(201, json={}))
    with pytest.raises(NoAnswer):
        sent_over(transport, Call("POST", "/quotes", body=PLACE))
    assert len(seen) == 1


def test_it_gives_up_in_the_end():
    seen, transport = failing(99, httpx.Response(200))
    with pytest.raises(NoAnswer):
        sent_over(transport, get_order("ord_1"), tries=2)
    assert len(seen) == 2


def test_a_refusal_without_a_body_of_ours_is_a_refusal_all_the_same():
    _, transport = failing(0, httpx.Response(404, text="<html>"))
    with pytest.raises(ApiError, match="404"):
        sent_over(transport, get_order("ord_1"))


def test_values_in_paths_are_quoted():
    assert path_of("/orders/{order_id}/cancel", "a/b c") == "/orders/a%2Fb%20c/cancel"
