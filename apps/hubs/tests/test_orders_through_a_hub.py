"""Orders through a hub: two legs, their times, their price, and how far they may be cancelled."""

from datetime import timedelta

import pytest

from apps.core.geo import distance_m
from apps.core.ids import public_id
from apps.core.models import Event
from apps.hubs.models import Hub
from apps.hubs.tests.carrying import ON_BOARD, TO_THE_HUB, carry, legs_of, sends, statuses
from apps.orders.lifecycle import LegStatus, OrderStatus
from apps.orders.models import Order, Parcel
from apps.orders.services import LegMove, move_leg, place_order
from apps.orders.tests.asking import error_code, nothing_changes, wrong_fields
from tests.cast import BAKERY, HOME, new_order
from tests.hubs import QUAY, a_scan, make_hub

pytestmark = pytest.mark.django_db


def test_an_order_through_a_hub_has_a_leg_to_it_and_one_from_it_that_waits(dee, hub):
    order = sends(dee, hub, "A", "B")
    collection, delivery = legs_of(order)
    assert statuses(order) == ("placed", "open", "waiting")
    assert (collection.pickup_point, collection.dropoff_point) == (BAKERY, QUAY)
    assert (delivery.pickup_point, delivery.dropoff_point) == (QUAY, HOME)
    assert (collection.dropoff_hub_id, delivery.pickup_hub_id) == (hub.pk, hub.pk)
    assert (collection.pickup_hub_id, delivery.dropoff_hub_id) == (None, None)
    shown = dee.gets(f"/{public_id('ord', order.pk)}").json()
    assert shown["via_hub"] == public_id("hub", hub.pk)
    assert [(leg["pickup_hub"], leg["dropoff_hub"]) for leg in shown["legs"]] == [
        (None, shown["via_hub"]),
        (shown["via_hub"], None),
    ]


def test_whom_to_ask_for_at_the_door_may_change_while_the_second_leg_waits(dee, hub):
    order = sends(dee, hub, "A")
    changed = dee.changes(public_id("ord", order.pk), dropoff={"instructions": "Ring twice"})
    assert (changed.status_code, changed.json()["dropoff"]["instructions"]) == (200, "Ring twice")


def test_price_and_promise_count_the_way_of_both_legs(dee, hub):
    order = sends(dee, hub, "A")
    direct = Order.objects.get(pk=place_order(new_order(order.organisation_id)).pk)
    way_m = [round(distance_m(a, b) * 1.3) for a, b in ((BAKERY, QUAY), (QUAY, HOME))]
    assert [leg.distance_m for leg in legs_of(order)] == way_m
    assert order.distance_m == sum(way_m) > direct.distance_m
    assert order.amount_cents > direct.amount_cents
    assert order.promised_dropoff_at - order.placed_at == timedelta(minutes=100)
    collection, delivery = legs_of(order)
    assert collection.due_at - order.placed_at == timedelta(minutes=40)
    assert delivery.due_at == order.promised_dropoff_at


def test_the_windows_of_the_door_bind_the_second_leg_and_half_of_the_time_the_first(dee, hub, hand_clock):
    at = hand_clock().isoformat()
    order = sends(
        dee,
        hub,
        "A",
        pickup__pickup_by="2026-06-10T10:20:00Z",
        dropoff__drop_from="2026-06-10T10:50:00Z",
        dropoff__due_at="2026-06-10T11:00:00Z",
        dropoff__drop_by="2026-06-10T11:10:00Z",
    )
    collection, delivery = legs_of(order)
    assert (collection.drop_from, collection.due_at.isoformat()) == (None, at.replace("10:00", "10:30"))
    assert collection.pickup_by is not None
    assert delivery.pickup_by is None
    assert (delivery.drop_from, delivery.due_at) < (delivery.due_at, delivery.drop_by)


def test_a_quote_through_a_hub_is_for_an_order_through_it(dee, hub):
    via = public_id("hub", hub.pk)
    quote = dee.quotes(via_hub=via).json()
    with nothing_changes():
        refused = dee.orders(quote_id=quote["id"])
    assert (refused.status_code, error_code(refused)) == (422, "quote_mismatch")
    order = dee.orders(quote_id=quote["id"], via_hub=via)
    assert (order.status_code, order.json()["price"]) == (201, quote["price"])


def test_a_hub_that_is_not_open_to_the_merchant_is_not_found_and_a_closed_one_takes_nothing(dee, hub):
    private = make_hub(hub.organisation_id, name="Private", is_open_to_others=False)
    Hub.objects.filter(pk=hub.pk).update(is_active=False)
    for hub_id, status, code in (
        (public_id("hub", private.pk), 404, "hub_not_found"),
        (public_id("hub", private.organisation_id), 404, "hub_not_found"),
        (public_id("hub", hub.pk), 409, "hub_inactive"),
    ):
        with nothing_changes():
            refused = dee.orders(via_hub=hub_id)
        assert (refused.status_code, error_code(refused)) == (status, code)
    with nothing_changes():
        assert wrong_fields(dee.orders(via_hub="quay")) == {"via_hub": "malformed"}


def test_an_order_brought_to_the_hub_has_not_ended(cast, dee, hub):
    order = sends(dee, hub, "A")
    collection, _ = legs_of(order)
    seen = []
    for status in TO_THE_HUB:
        carry(collection, cast.bo.pk, status)
        seen.append(statuses(order)[0])
    assert seen == ["assigned", "assigned", "picked_up", "picked_up", "at_hub"]
    order.refresh_from_db()
    assert (order.ended_at, statuses(order)) == (None, ("at_hub", "delivered", "waiting"))
    assert Parcel.objects.get().is_live
    assert order.picked_up_at == legs_of(order)[0].picked_up_at


def test_the_time_of_pickup_is_that_of_the_first(cast, dee, hub, device, hand_clock):
    order = sends(dee, hub, "A")
    carry(legs_of(order)[0], cast.bo.pk, *ON_BOARD)
    picked_up_at = hand_clock()
    hand_clock.advance(minutes=5)
    carry(legs_of(order)[0], cast.bo.pk, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)
    device.scan("in", "A")
    carry(legs_of(order)[1], cast.cy.pk, *TO_THE_HUB)
    order.refresh_from_db()
    assert (order.status, order.picked_up_at, order.ended_at) == (OrderStatus.DELIVERED, picked_up_at, hand_clock())
    assert not Parcel.objects.get().is_live


def test_a_waiting_leg_is_not_given_to_anybody(cast, dee, hub):
    order = sends(dee, hub, "A")
    with nothing_changes(), pytest.raises(Exception, match="waiting cannot become assigned"):
        move_leg(leg_id=legs_of(order)[1].pk, move=LegMove(LegStatus.ASSIGNED, cast.bo.pk))


def test_a_collection_that_fails_leaves_the_order_failed_and_the_next_leg_waiting(cast, dee, hub):
    order = sends(dee, hub, "A")
    carry(legs_of(order)[0], cast.bo.pk, *TO_THE_HUB[:2], LegStatus.FAILED)
    assert statuses(order) == ("failed", "failed", "waiting")
    carry(legs_of(order)[0], cast.bo.pk, LegStatus.RETURNING, LegStatus.RETURNED)
    assert statuses(order) == ("returned", "returned", "cancelled")
    assert Order.objects.get(pk=order.pk).ended_at is not None


@pytest.mark.parametrize("so_far", [(), TO_THE_HUB[:2], TO_THE_HUB])
def test_an_order_is_cancelled_while_no_courier_has_it_on_board(cast, dee, hub, so_far):
    order = sends(dee, hub, "A")
    carry(legs_of(order)[0], cast.bo.pk, *so_far)
    answer = dee.cancels(public_id("ord", order.pk))
    assert answer.status_code == 200, answer.json()
    first = "delivered" if so_far == TO_THE_HUB else "cancelled"
    assert statuses(order) == ("cancelled", first, "cancelled")
    assert Event.objects.filter(name="OrderCancelled").count() == 1


@pytest.mark.parametrize("leg", [0, 1])
def test_an_order_on_board_of_either_leg_is_not_cancelled(cast, dee, hub, device, leg):
    order = sends(dee, hub, "A")
    if leg:
        carry(legs_of(order)[0], cast.bo.pk, *TO_THE_HUB)
        device.scan("in", "A")
    carry(legs_of(order)[leg], cast.cy.pk, *ON_BOARD)
    with nothing_changes():
        refused = dee.cancels(public_id("ord", order.pk))
    assert (refused.status_code, refused.json()["error"]["state"]) == (409, {"status": "picked_up"})


def test_a_barcode_names_one_live_parcel_of_an_organisation(dee, hub):
    order = sends(dee, hub, "A")
    with nothing_changes():
        refused = dee.orders(key="k-2", parcels=[{"weight_g": 1}, {"weight_g": 1, "barcode": "A"}])
        twice = dee.orders(key="k-3", parcels=[{"weight_g": 1, "barcode": "B"}, {"weight_g": 1, "barcode": "B"}])
    assert (refused.status_code, error_code(refused)) == (409, "barcode_taken")
    assert (wrong_fields(refused), wrong_fields(twice)) == ({"parcels[1].barcode": "taken"},) * 2
    dee.cancels(public_id("ord", order.pk))
    assert dee.orders(key="k-4", parcels=[{"weight_g": 1, "barcode": "A"}]).status_code == 201


def test_a_parcel_without_a_barcode_gets_its_id(dee, hub, device):
    order = place_order(new_order(Order.objects.get(pk=sends(dee, hub, "A").pk).organisation_id))
    parcel = Parcel.objects.get(order=order)
    assert parcel.barcode == public_id("par", parcel.pk)
    assert device.send([a_scan("in", parcel.barcode)])[0]["code"] == "unknown_parcel"
