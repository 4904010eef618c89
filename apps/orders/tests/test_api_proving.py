"""GET /v1/orders/{id}/proof: what shows that parcels changed hands."""

import pytest

from apps.core.clock import now
from apps.core.events import acting_as
from apps.orders.lifecycle import LegStatus
from apps.orders.services import LegMove, move_leg
from apps.orders.tests.asking import error_code, leg_of

pytestmark = pytest.mark.django_db
WAY = (LegStatus.ASSIGNED, LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)


def bring(answer, courier_id, hand_clock, *, by: str) -> None:
    for status in WAY:
        device_time = now()
        hand_clock.advance(minutes=1)
        with acting_as(by):
            move_leg(leg_id=leg_of(answer).pk, move=LegMove(status, courier_id, device_time=device_time))


def test_what_a_courier_confirmed_is_told_with_both_clocks(dee, cast, hand_clock):
    placed = dee.orders()
    bring(placed, cast.bo.pk, hand_clock, by="courier:cou_1")
    leg_id = placed.json()["legs"][0]["id"]
    no_file = {"id": None, "file_url": None, "signed_by": None, "parcel_id": None}
    plain = {"leg_id": leg_id, "kind": "courier_confirmed", "handed_to": None, "note": "", **no_file}
    assert dee.gets(f"/{placed.json()['id']}/proof").json() == {
        "data": [
            {**plain, "stop": "pickup", "at": "2026-06-10T10:03:00Z", "device_time": "2026-06-10T10:02:00Z"},
            {**plain, "stop": "dropoff", "at": "2026-06-10T10:05:00Z", "device_time": "2026-06-10T10:04:00Z"},
        ]
    }


def test_what_the_system_of_a_fleet_reported_is_told_as_such(dee, cast, hand_clock):
    placed = dee.orders()
    bring(placed, cast.bo.pk, hand_clock, by="key:ck_live_abcdef")
    proofs = dee.gets(f"/{placed.json()['id']}/proof").json()["data"]
    assert [(proof["stop"], proof["kind"]) for proof in proofs] == [
        ("pickup", "fleet_reported"),
        ("dropoff", "fleet_reported"),
    ]


def test_a_robot_of_the_sandbox_confirms_as_a_courier_does(sandbox, cast, hand_clock):
    placed = sandbox.orders()
    bring(placed, cast.bo.pk, hand_clock, by="robot")
    proofs = sandbox.gets(f"/{placed.json()['id']}/proof").json()["data"]
    assert [(proof["stop"], proof["kind"]) for proof in proofs] == [
        ("pickup", "courier_confirmed"),
        ("dropoff", "courier_confirmed"),
    ]


def test_what_somebody_else_says_proves_nothing(dee, cast, hand_clock):
    placed = dee.orders()
    bring(placed, cast.bo.pk, hand_clock, by="user:ada@example.org")
    assert dee.gets(f"/{placed.json()['id']}/proof").json() == {"data": []}


def test_before_the_pickup_there_is_none(dee):
    assert dee.gets(f"/{dee.orders().json()['id']}/proof").json() == {"data": []}


def test_the_proofs_of_somebody_else_are_not_found(dee, florist):
    placed = dee.orders().json()
    refused = florist.gets(f"/{placed['id']}/proof")
    assert (refused.status_code, error_code(refused)) == (404, "order_not_found")
