"""What the board says of an order with two legs: always where the order stands, never where its first leg does."""

from typing import Any

import pytest
from django.test import Client

from apps.core.ids import public_id
from apps.dashboard.tests.people import signed_in
from apps.dashboard.tests.test_who_sees_what import codes, only_row, read
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg
from apps.hubs.models import Hub
from apps.hubs.selectors import stop_at
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order, Parcel
from apps.orders.services import LegMove, ParcelPlace, move_leg, place_order, put_parcel
from conftest import HandClock
from tests.cast import Cast, new_order
from tests.hubs import make_hub, make_operator

STEPS = (LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)


@pytest.fixture
def hub(cast: Cast) -> Hub:
    return make_hub(make_operator())


@pytest.fixture
def order(cast: Cast, hub: Hub) -> Order:
    return place_order(new_order(cast.bakery.pk, via=stop_at(hub.pk, cast.bakery.pk)))


def leg(order: Order, sequence: int) -> Leg:
    return Leg.objects.get(order=order, sequence=sequence)


def carry(order: Order, sequence: int, courier: Any, *, until: LegStatus = LegStatus.DELIVERED) -> None:
    """Give a leg to a courier, who goes on to where it is said."""
    key = leg(order, sequence).pk
    assign_leg(leg_id=key, courier_id=courier.pk, by=AssignedBy.DISPATCHER)
    for status in STEPS[: STEPS.index(until) + 1]:
        move_leg(leg_id=key, move=LegMove(status, courier.pk))


def scan_in(order: Order, hub: Hub, clock: HandClock) -> None:
    Order.objects.get(pk=order.pk).swap()
    put_parcel(Parcel.objects.get(order=order), ParcelPlace(hub.pk, clock(), clock()))


def test_the_row_follows_the_leg_that_says_where_the_order_stands(
    hand_clock: HandClock, cast: Cast, ada: Client, hub: Hub, order: Order
):
    row = only_row(ada)
    assert (row["state"], row["status_word"]) == ("waiting", "Waiting")
    carry(order, 1, cast.bo, until=LegStatus.AT_DROPOFF)
    assert (only_row(ada)["state"], only_row(ada)["courier"]) == ("on_board", "Bo")
    move_leg(leg_id=leg(order, 1).pk, move=LegMove(LegStatus.DELIVERED, cast.bo.pk))
    row = only_row(ada)
    assert (row["state"], row["status_word"], row["courier"]) == ("waiting", "In the hub", "")
    assert row["start"] == [hub.lon, hub.lat]
    scan_in(order, hub, hand_clock)
    assert only_row(ada)["status_word"] == "Waiting"
    carry(order, 2, cast.cy, until=LegStatus.PICKED_UP)
    assert (only_row(ada)["state"], only_row(ada)["courier"]) == ("on_board", "Cy")


def test_a_collection_that_failed_is_shown_and_not_the_leg_behind_it(cast: Cast, ada: Client, order: Order):
    carry(order, 1, cast.bo, until=LegStatus.AT_PICKUP)
    move_leg(leg_id=leg(order, 1).pk, move=LegMove(LegStatus.FAILED, cast.bo.pk, reason="closed"))
    row = only_row(ada)
    assert (row["state"], row["attention"]) == ("failed", "The delivery failed")


def test_what_was_brought_to_a_hub_is_not_delivered(
    hand_clock: HandClock, cast: Cast, ada: Client, hub: Hub, order: Order
):
    carry(order, 1, cast.bo)
    assert read(ada)["figures"]["delivered_today"] == 0
    hand_clock.advance(minutes=50)
    scan_in(order, hub, hand_clock)
    carry(order, 2, cast.cy)
    figures = read(ada)["figures"]
    assert (figures["delivered_today"], figures["click_to_door_min"]) == (1, 50.0)


def test_the_drawer_shows_three_stops_and_when_each_was_made(
    hand_clock: HandClock, cast: Cast, ada: Client, hub: Hub, order: Order
):
    carry(order, 1, cast.bo)
    scan_in(order, hub, hand_clock)
    page = ada.get(f"/board/orders/{public_id('ord', order.pk)}").content.decode()
    stops = page[page.index('class="stops"') : page.index("</ol>")]
    assert [stops.index(name) for name in ("Pickup", "Hub", "Dropoff")] == sorted(
        stops.index(name) for name in ("Pickup", "Hub", "Dropoff")
    )
    assert (stops.count('class="pickup done"'), stops.count('class="hub done"')) == (1, 1)
    assert 'class="dropoff"' in stops
    for words in ("Brought to the hub", "Ready at the hub"):
        assert words in page
    assert "Delivered" not in page


def test_a_fleet_sees_a_leg_that_waits_for_a_courier_in_the_hub(
    hand_clock: HandClock, cast: Cast, hub: Hub, order: Order, rival: Any
):
    from apps.couriers.models import Fleet

    carry(order, 1, cast.bo)
    Fleet.objects.filter(pk=rival.fleet.pk).update(is_open=True)
    board = signed_in(rival.dispatcher)
    assert codes(board) == []
    scan_in(order, hub, hand_clock)
    assert codes(board) == [order.short_code]
    assign_leg(leg_id=leg(order, 2).pk, courier_id=cast.cy.pk, by=AssignedBy.DISPATCHER)
    assert codes(board) == []
