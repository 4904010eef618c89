"""GET /v1/orders/{id}/couriers: whom a merchant hands the parcels to, and no more of them than that."""

import orjson
import pytest

from apps.core import short_memory
from apps.core.ids import public_id
from apps.couriers.models import Courier
from apps.dispatch.models import Assignment
from apps.dispatch.tests.calling import with_key
from apps.dispatch.tests.expected import bring, expected_with_bo
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order
from apps.orders.services import cancel_order
from tests.cast import placed

pytestmark = pytest.mark.django_db
ON_THE_WAY = (LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF)
NOBODY = {"fleet": None, "courier": None, "expected_pickup_at": None, "expected_dropoff_at": None}


@pytest.fixture
def given(cast, hand_clock):
    """An order that Bo has, and is on his way to."""
    return expected_with_bo(cast, hand_clock())


def asks(till, order: Order):
    return till.gets(f"/orders/{public_id('ord', order.pk)}/couriers")


def carried(till, order: Order):
    answer = asks(till, order)
    assert answer.status_code == 200
    (row,) = answer.json()["data"]
    return row


def test_a_merchant_sees_who_comes_and_when(till, given, cast):
    order, leg = given
    assert carried(till, order) == {
        "leg_id": public_id("leg", leg.pk),
        "sequence": 1,
        "status": "assigned",
        "fleet": {"id": public_id("flt", cast.fleet.pk), "name": "Vélo Express"},
        "courier": {"first_name": "Bo", "vehicle": "bike"},
        "expected_pickup_at": "2026-06-10T10:05:00Z",
        "expected_dropoff_at": "2026-06-10T10:20:00Z",
    }


def test_before_anybody_has_it_nobody_is_named(till, cast):
    row = carried(till, placed(cast)[0])
    assert (row["status"], {name: row[name] for name in NOBODY}) == ("open", NOBODY)


def test_the_courier_is_named_until_the_handover_and_the_fleet_for_good(till, given, cast):
    order, leg = given
    seen = []
    for status in (*ON_THE_WAY, LegStatus.DELIVERED):
        bring(leg, cast, status)
        row = carried(till, order)
        seen.append((row["courier"], row["expected_pickup_at"], row["expected_dropoff_at"]))
        assert row["fleet"]["name"] == "Vélo Express"
    bo, pickup, dropoff = {"first_name": "Bo", "vehicle": "bike"}, "2026-06-10T10:05:00Z", "2026-06-10T10:20:00Z"
    assert seen == [(bo, pickup, dropoff), (bo, None, dropoff), (bo, None, dropoff), (None, None, None)]


def test_a_leg_that_was_taken_back_or_cancelled_names_nobody(till, given, cast):
    order, leg = given
    Assignment.objects.all().delete()
    bring(leg, cast, LegStatus.OPEN)
    assert {name: carried(till, order)[name] for name in NOBODY} == NOBODY
    cancel_order(order_id=order.pk, reason="other")
    row = carried(till, order)
    assert (row["status"], row["courier"], row["expected_dropoff_at"]) == ("cancelled", None, None)


def test_a_fleet_that_has_not_said_whom_it_sends_names_nobody(till, given, cast):
    Courier.objects.filter(pk=cast.bo.pk).update(is_stand_in=True)
    assert carried(till, given[0])["courier"] == {"first_name": "", "vehicle": "bike"}


def test_nothing_else_of_the_courier_is_told(till, given, cast):
    told = orjson.dumps(asks(till, given[0]).json()).decode()
    assert [secret for secret in ("Martin", cast.bo.phone, cast.bo.pk.hex, "lat") if secret in told] == []


def test_nobody_else_learns_who_carries_an_order(given, velo, rapid, cast):
    for system in (velo, rapid.system, with_key(cast.bakery.pk, is_test=True)):
        answer = asks(system, given[0])
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "order_not_found")


def test_two_legs_cost_as_many_queries_as_one(till, given, cast, django_assert_num_queries):
    order, leg = given
    second = Leg.objects.get(pk=leg.pk)
    second.id, second.sequence, second.status, second.courier_id = Order().id, 2, LegStatus.WAITING, cast.cy.pk
    second.save(force_insert=True)
    short_memory.forget_everything()
    with django_assert_num_queries(6):  # the key, the order, its parcels, its legs, couriers, assignments
        rows = asks(till, order).json()["data"]
    assert [(row["sequence"], row["status"]) for row in rows] == [(1, "assigned"), (2, "waiting")]
    assert {name: rows[1][name] for name in NOBODY} == NOBODY
