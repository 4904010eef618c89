"""A courier is put out of service: what they have not picked up is for others, what is on board stays with them."""

import pytest
from rest_framework.test import APIClient

from apps.accounts.services import create_api_key
from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.errors import InvalidDevice, StillCarrying
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Device, Shift
from apps.couriers.selectors import principal_of_device
from apps.couriers.services import deactivate_courier
from apps.couriers.services.devices import register_device
from apps.dispatch.lifecycle import AssignedBy, AssignmentEnd, OfferStatus
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services import assign_leg, courier_moves_leg, make_offer, set_pin
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order
from tests.cast import placed

pytestmark = pytest.mark.django_db
TABLES = (Courier, Shift, Device, Leg, Order, Assignment, Offer, Event)


@pytest.fixture
def owner(cast) -> APIClient:
    """The system of Bo's fleet."""
    _, secret = create_api_key(organisation_id=cast.fleet_owner.pk, name="roster")
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")


def deactivates(client: APIClient, courier: Courier, key: str = "k-1"):
    path = f"/v1/couriers/{public_id('cou', courier.pk)}/deactivate"
    return client.post(path, {}, headers={"Idempotency-Key": key})


def given_to(cast, courier: Courier, *steps: LegStatus) -> Leg:
    """A leg that a courier has, moved on."""
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=courier.pk, by=AssignedBy.DISPATCHER)
    leg.refresh_from_db()
    for step in steps:
        courier_moves_leg(courier_id=courier.pk, leg_id=leg.pk, epoch=leg.epoch, to=step)
    leg.refresh_from_db()
    return leg


def everything() -> list[list[dict]]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def names_of_events() -> list[str]:
    return list(Event.objects.order_by("id").values_list("name", flat=True))


def test_what_is_not_picked_up_is_for_others(owner, cast):
    waiting, at_the_door = given_to(cast, cast.bo), given_to(cast, cast.bo, LegStatus.AT_PICKUP)
    set_pin(leg_id=waiting.pk, is_pinned=True)
    _, offered = placed(cast)
    make_offer(leg_id=offered.pk, leg_version=offered.version, courier_id=cast.bo.pk)
    cys = given_to(cast, cast.cy)
    answer = deactivates(owner, cast.bo)
    assert (answer.status_code, answer.json()) == (
        200,
        {"id": public_id("cou", cast.bo.pk), "is_active": False, "given_back_legs": 3},
    )
    for leg in (waiting, at_the_door, offered):
        leg.refresh_from_db()
        assert (leg.status, leg.courier_id) == (LegStatus.OPEN, None)
    assert set(Assignment.objects.filter(courier=cast.bo).values_list("is_live", "end")) == {
        (False, AssignmentEnd.UNASSIGNED)
    }
    assert Offer.objects.get().status == OfferStatus.WITHDRAWN
    cys.refresh_from_db()
    assert cys.courier_id == cast.cy.pk


def test_duty_and_devices_end_at_once(owner, cast):
    token = register_device(courier_id=cast.bo.pk, label="phone")
    assert principal_of_device(token).courier_id == cast.bo.pk
    given_to(cast, cast.bo)
    shift = Courier.objects.get(pk=cast.bo.pk).shift
    deactivates(owner, cast.bo)
    with pytest.raises(InvalidDevice):
        principal_of_device(token)
    bo = Courier.objects.get(pk=cast.bo.pk)
    assert (bo.is_active, bo.status, bo.load_legs, bo.zone_id) == (False, CourierStatus.OFF_DUTY, 0, None)
    assert Device.objects.get().revoked_at is not None
    assert Shift.objects.get(pk=shift.pk).ended_at is not None
    assert {"DutyChanged", "DevicesRevoked", "CourierDeactivated"} <= set(names_of_events())


@pytest.mark.parametrize("where", [(LegStatus.PICKED_UP,), (LegStatus.PICKED_UP, LegStatus.AT_DROPOFF)])
def test_with_parcels_on_board_nothing_changes(owner, cast, where):
    given_to(cast, cast.bo, LegStatus.AT_PICKUP, *where)
    given_to(cast, cast.bo)
    register_device(courier_id=cast.bo.pk, label="phone")
    before = everything()
    answer = deactivates(owner, cast.bo)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "parcels_on_board")
    assert answer.json()["error"]["state"] == {"legs_on_board": 1}
    assert everything() == before


def test_once_delivered_it_can_be_done_under_the_same_key(owner, cast):
    leg = given_to(cast, cast.bo, LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF)
    assert deactivates(owner, cast.bo).status_code == 409
    courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=leg.epoch, to=LegStatus.DELIVERED)
    assert deactivates(owner, cast.bo).json()["given_back_legs"] == 0


def test_twice_is_once(owner, cast):
    given_to(cast, cast.bo)
    deactivates(owner, cast.bo)
    before = everything()
    assert deactivates(owner, cast.bo, "k-2").json()["given_back_legs"] == 0
    assert everything() == before


def test_one_who_carries_is_not_deactivated_past_dispatch(cast):
    given_to(cast, cast.bo)
    before = everything()
    with pytest.raises(StillCarrying):
        deactivate_courier(courier_id=cast.bo.pk)
    assert everything() == before


def test_what_came_back_goes_to_somebody_else_and_not_to_them(owner, cast):
    from apps.dispatch.errors import CourierNotAvailable

    leg = given_to(cast, cast.bo)
    deactivates(owner, cast.bo)
    with pytest.raises(CourierNotAvailable):
        assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    assign_leg(leg_id=leg.pk, courier_id=cast.cy.pk, by=AssignedBy.DISPATCHER)
    assert Leg.objects.get(pk=leg.pk).courier_id == cast.cy.pk
