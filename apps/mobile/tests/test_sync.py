"""Sync: everything a phone needs to go on without a network, and nothing more."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.ids import public_id
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg, make_offer
from apps.mobile.tests.phones import get
from apps.orders.models import Leg
from apps.orders.services import StopDetails, cancel_order
from tests.cast import BAKERY, HOME, freelance, placed

pytestmark = pytest.mark.django_db
EVES_PHONE, DEES_PHONE = "+33639980101", "+33639980100"


@pytest.fixture
def bo_has(cast, hand_clock):
    """Gives Bo a new leg of the bakery's."""

    def give():
        order, leg = placed(cast)
        assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
        return order, Leg.objects.get(pk=leg.pk)

    return give


def test_a_courier_without_work_sees_their_shift_and_nothing_to_do(cast, bos_phone, hand_clock):
    seen = bos_phone.sync()
    assert seen["courier"] == {
        "id": public_id("cou", cast.bo.pk),
        "name": "Bo",
        "status": "on_duty",
        "load_legs": 0,
    }
    assert (seen["server_time"], seen["shift"]["ends_at"]) == ("2026-06-10T10:00:00Z", "2026-06-10T14:00:00Z")
    assert (seen["offers"], seen["stops"]) == ([], [])


def test_off_duty_there_is_no_shift(cast, bos_phone):
    bos_phone.act("end_shift")
    assert bos_phone.sync()["shift"] is None


def test_the_stops_of_a_leg_say_all_that_is_needed_at_the_door(cast, bos_phone, bo_has):
    order, leg = bo_has()
    parcel = order.parcels.get()
    pickup, dropoff = bos_phone.sync()["stops"]
    both = {"leg_id": public_id("leg", leg.pk), "order_id": public_id("ord", order.pk), "epoch": leg.epoch}
    assert both.items() <= pickup.items()
    assert both.items() <= dropoff.items()
    assert (pickup["kind"], pickup["address"], pickup["lat"]) == ("pickup", "12 rue de Rivoli, Paris", BAKERY.lat)
    assert (dropoff["kind"], dropoff["contact_name"], dropoff["lon"]) == ("dropoff", "Eve", HOME.lon)
    assert (pickup["leg_status"], pickup["short_code"]) == ("assigned", order.short_code)
    bread = {"description": "Bread", "size": "small", "weight_g": 800, "barcode": parcel.barcode, "is_scanned": False}
    assert dropoff["parcels"] == [{"id": public_id("par", parcel.pk), **bread}]
    assert (dropoff["proof"], dropoff["proofs_given"], dropoff["hub"]) == ([], [], None)
    assert (pickup["service_s"], dropoff["service_s"]) == (180, 120)
    assert (pickup["ready_at"], dropoff["ready_at"]) == ("2026-06-10T10:00:00Z", None)


def test_stops_that_are_done_are_left_out(cast, bos_phone, bo_has):
    _, leg = bo_has()
    way = bos_phone.way_of(leg)
    bos_phone.send(*way[:2])
    assert [stop["kind"] for stop in bos_phone.sync()["stops"]] == ["dropoff"]
    bos_phone.send(*way[2:])
    assert bos_phone.sync()["stops"] == []


def test_a_phone_number_is_shown_only_while_the_leg_is_on_its_way(cast, bos_phone, bo_has):
    _, leg = bo_has()
    assert [stop["phone"] for stop in bos_phone.sync()["stops"]] == [DEES_PHONE, EVES_PHONE]
    bos_phone.send(*bos_phone.way_of(leg))
    assert EVES_PHONE.encode() not in get("sync", token=bos_phone.token).content


def test_a_cancelled_order_shows_no_phone_number_even_before_the_courier_is_released(cast, bos_phone, bo_has):
    order, _ = bo_has()
    cancel_order(order_id=order.pk, reason="closed")
    assert EVES_PHONE.encode() not in get("sync", token=bos_phone.token).content


def test_another_courier_sees_nothing_of_it(cast, bos_phone, cys_phone, bo_has):
    bo_has()
    assert cys_phone.sync()["stops"] == []


def test_an_offer_shows_what_it_pays_and_where_it_goes_but_not_to_whom(cast, bos_phone, cys_phone, hand_clock):
    freelance(cast.fleet)
    order, leg = placed(cast)
    offer = make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.bo.pk)
    (seen,) = bos_phone.sync()["offers"]
    assert (seen["id"], seen["leg_id"]) == (public_id("off", offer.pk), public_id("leg", leg.pk))
    assert seen["payout"] == {"amount": offer.payout_cents, "currency": "EUR"}
    assert (seen["parcels"], seen["weight_g"], seen["distance_m"]) == (1, 800, order.distance_m)
    assert set(seen["dropoff"]) == {"address", "lat", "lon"}
    assert EVES_PHONE.encode() not in get("sync", token=bos_phone.token).content
    assert cys_phone.sync()["offers"] == []
    hand_clock.advance(minutes=5)
    assert bos_phone.sync()["offers"] == []


def test_sync_costs_nine_queries_however_long_the_route(cast, bos_phone, bo_has):
    counts = []
    for _ in range(3):
        bo_has()
        with CaptureQueriesContext(connection) as queries:
            assert bos_phone.sync()["stops"]
        counts.append(len(queries))
    assert counts == [9, 9, 9]


def test_an_order_without_contact_details_can_be_shown(cast, bos_phone, hand_clock):
    bare = StopDetails("somewhere", HOME.lat, HOME.lon)
    _, leg = placed(cast, dropoff=bare)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    assert bos_phone.sync()["stops"][1]["phone"] == ""
