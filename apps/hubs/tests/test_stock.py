"""Stock: what is in, what is expected, what is overdue; and who is shown how much of it."""

import pytest

from apps.core import short_memory
from apps.core.ids import public_id
from apps.hubs.tests.carrying import ON_BOARD, TO_THE_HUB, carry, legs_of, sends
from apps.orders.models import Parcel
from tests.hubs import Device

pytestmark = pytest.mark.django_db


def barcodes(rows):
    return [row["barcode"] for row in rows]


def test_a_parcel_is_expected_then_in_then_gone(cast, dee, hub, device, hand_clock):
    order = sends(dee, hub, "A")
    assert (barcodes(device.stock(state="expected")), device.stock()) == (["A"], [])
    carry(legs_of(order)[0], cast.bo.pk, *TO_THE_HUB)
    assert barcodes(device.stock(state="expected")) == ["A"]
    device.scan("in", "A")
    assert (device.stock(state="expected"), barcodes(device.stock())) == ([], ["A"])
    hand_clock.advance(minutes=1)
    carry(legs_of(order)[1], cast.cy.pk, *ON_BOARD)
    assert (device.stock(state="expected"), device.stock()) == ([], [])


def test_a_row_says_what_it_takes_to_handle_a_parcel_and_no_more(cast, dee, hub, device, hand_clock):
    order = sends(dee, hub, "A", dropoff__contact_name="Eve", dropoff__phone="+33639980101")
    carry(legs_of(order)[0], cast.bo.pk, *TO_THE_HUB)
    device.scan("in", "A")
    carry(legs_of(order)[1], cast.cy.pk, *TO_THE_HUB[:1])
    (row,) = device.stock()
    assert row == {
        "parcel": public_id("par", Parcel.objects.get().pk),
        "barcode": "A",
        "description": "",
        "size": "small",
        "weight_g": 800,
        "is_in": True,
        "since": "2026-06-10T10:00:00Z",
        "is_misrouted": False,
        "is_overdue": False,
        "order": public_id("ord", order.pk),
        "short_code": order.short_code,
        "order_status": "at_hub",
        "merchant": "Dee's bakery",
        "recipient": {"address": "3 rue de Charonne, Paris", "contact_name": "E.", "phone": "**********01"},
        "collection": {
            "id": public_id("leg", legs_of(order)[0].pk),
            "status": "delivered",
            "due_at": "2026-06-10T10:40:00Z",
            "courier": "Bo",
        },
        "delivery": {
            "id": public_id("leg", legs_of(order)[1].pk),
            "status": "assigned",
            "due_at": "2026-06-10T11:40:00Z",
            "courier": "Cy",
        },
    }


def test_overdue_is_what_should_be_there_by_now(dee, hub, device, hand_clock):
    sends(dee, hub, "A")
    assert device.stock(state="overdue") == []
    hand_clock.advance(minutes=41)
    sends(dee, hub, "B", key="k-2")
    assert barcodes(device.stock(state="overdue")) == ["A"]
    assert [row["is_overdue"] for row in device.stock(state="expected")] == [False, True]


def test_of_a_misrouted_parcel_a_hub_is_told_that_it_is_there(cast, dee, hub, north):
    order = sends(dee, hub, "A", dropoff__contact_name="Eve")
    carry(legs_of(order)[0], cast.bo.pk, *ON_BOARD)
    north.scan("in", "A")
    (row,) = north.stock()
    assert (row["is_misrouted"], row["barcode"], row["merchant"]) == (True, "A", "Dee's bakery")
    assert [row[name] for name in ("recipient", "order", "order_status", "collection", "delivery")] == [None] * 5


def test_live_and_test_parcels_are_in_different_stocks(cast, dee, hub, device):
    sends(dee, hub, "A")
    assert Device(hub, is_test=True).stock(state="expected") == []


def test_a_state_that_does_not_exist_is_refused(device):
    assert device.client.get(f"{device.path}/stock", {"state": "lost"}).status_code == 400


@pytest.fixture
def eight_orders(cast, dee, hub, device):
    """A function that sends eight orders of two parcels to the hub, or brings them all the way in."""

    def send_all(state):
        for number in range(8):
            order = sends(dee, hub, f"A{number}", f"B{number}", key=f"k-{number}")
            if state == "in":
                carry(legs_of(order)[0], cast.bo.pk, *TO_THE_HUB)
                device.scan("in", f"A{number}", f"B{number}")

    return send_all


@pytest.mark.parametrize(("state", "queries"), [("in", 4), ("expected", 4), ("overdue", 6)])
def test_a_page_of_stock_costs_the_same_for_more(device, eight_orders, state, queries, request):
    eight_orders(state)
    request.getfixturevalue("hand_clock").advance(hours=1)
    counted = request.getfixturevalue("django_assert_num_queries")
    for limit in (1, 16):
        short_memory.forget_everything()
        with counted(queries):  # the key, the hub, the page with orders, the legs with couriers; overdue ones first
            assert len(device.stock(state=state, limit=limit)) == limit


def test_pages_follow_each_other(dee, hub, device):
    sends(dee, hub, *"ABCDE")
    first = device.client.get(f"{device.path}/stock", {"state": "expected", "limit": 3}).json()
    rest = device.client.get(
        f"{device.path}/stock", {"state": "expected", "limit": 3, "cursor": first["next_cursor"]}
    ).json()
    assert sorted(barcodes(first["data"]) + barcodes(rest["data"])) == list("ABCDE")
    assert rest["next_cursor"] is None
