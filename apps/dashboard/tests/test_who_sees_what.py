"""Tenancy of the board: whose orders, couriers and details somebody sees."""

import re
from typing import Any

from django.test import Client

from apps.accounts.models import MemberRole, Organisation
from apps.accounts.services import create_organisation
from apps.core.ids import public_id
from apps.couriers.models import Courier, Fleet
from apps.dashboard.tests.people import Rival, member, off_duty, signed_in
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg, courier_moves_leg, make_offer
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, NetworkPolicy, Order
from tests.cast import Cast, make_courier, placed


def test_a_fleet_sees_open_orders_that_it_may_carry(cast: Cast, ada: Client):
    order, _ = placed(cast)
    assert codes(ada) == [order.short_code]


def test_a_fleet_sees_open_orders_before_anybody_is_on_duty(cast: Cast, ada: Client):
    order, _ = placed(cast)
    off_duty(cast.bo, cast.cy)
    assert codes(ada) == [order.short_code], "their shifts are in this zone"


def test_a_closed_fleet_does_not_see_open_orders(cast: Cast, rival: Rival):
    placed(cast)
    assert codes(signed_in(rival.dispatcher)) == []


def test_a_closed_fleet_does_not_see_open_orders_that_name_it(cast: Cast, rival: Rival):
    placed(cast, network_policy=NetworkPolicy.NAMED, fleet_ids=(rival.fleet.pk,))
    assert codes(signed_in(rival.dispatcher)) == [], "named fleets carry only when they are open or the merchant's own"


def test_an_open_fleet_sees_open_orders_that_name_it_and_no_others(cast: Cast, rival: Rival):
    Fleet.objects.filter(pk=rival.fleet.pk).update(is_open=True)
    named, _ = placed(cast, network_policy=NetworkPolicy.NAMED, fleet_ids=(rival.fleet.pk,))
    placed(cast, network_policy=NetworkPolicy.NAMED, fleet_ids=(cast.fleet.pk,))
    assert codes(signed_in(rival.dispatcher)) == [named.short_code]


def test_a_fleet_does_not_see_what_another_fleet_carries(cast: Cast, ada: Client, rival: Rival):
    Fleet.objects.filter(pk=rival.fleet.pk).update(is_open=True)
    _, leg = placed(cast)
    assert len(codes(signed_in(rival.dispatcher))) == 1
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    assert codes(signed_in(rival.dispatcher)) == []
    assert len(codes(ada)) == 1


def test_a_fleet_sees_what_is_offered_to_its_couriers(cast: Cast, ada: Client, rival: Rival):
    order, leg = placed(cast, network_policy=NetworkPolicy.OWN_ONLY)
    assert codes(ada) == []
    make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.bo.pk)
    assert codes(ada) == [order.short_code]
    assert codes(signed_in(rival.dispatcher)) == []


def test_a_fleet_still_sees_what_it_has_delivered(cast: Cast, ada: Client):
    order, leg = placed(cast)
    deliver(leg, cast.bo)
    row = only_row(ada)
    assert (row["code"], row["state"], row["courier"]) == (order.short_code, "ended", "Bo")


def test_a_merchant_sees_its_own_orders_only(cast: Cast, baker: Client):
    order, _ = placed(cast)
    florist = create_organisation(name="Florist", slug="florist", is_merchant=True)
    Order.objects.filter(pk=placed(cast)[0].pk).update(organisation=florist)
    assert codes(baker) == [order.short_code]


def test_a_merchant_sees_no_couriers_on_the_map_but_knows_who_comes(cast: Cast, baker: Client):
    Courier.objects.filter(pk=cast.bo.pk).update(name="Bo Martin")
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    state = read(baker)
    assert state["couriers"] == []
    assert (state["orders"][0]["courier"], state["orders"][0]["courier_id"]) == ("Bo", None)


def test_somebody_without_an_organisation_sees_nothing(cast: Cast):
    placed(cast)
    empty = create_organisation(name="Newcomer", slug="newcomer")
    state = read(signed_in(member(empty.pk, "new@example.org", MemberRole.DISPATCHER)))
    assert (state["orders"], state["couriers"], state["may_assign"]) == ([], [], False)
    stranger = signed_in(
        member(Organisation.objects.create(name="Gone", slug="gone").pk, "x@example.org", MemberRole.OWNER)
    )
    assert read(stranger)["orders"] == []


def test_an_administrator_sees_everything(cast: Cast, administrator: Client, rival: Rival):
    placed(cast, network_policy=NetworkPolicy.OWN_ONLY)
    state = read(administrator)
    assert len(state["orders"]) == 1
    assert {row["name"] for row in state["couriers"]} == {"Bo", "Cy", "Xi"}


def test_a_fleet_sees_its_own_couriers_only(cast: Cast, ada: Client, rival: Rival):
    assert {row["name"] for row in read(ada)["couriers"]} == {"Bo", "Cy"}


def test_the_details_of_a_strangers_order_are_not_found(cast: Cast, rival: Rival):
    order, _ = placed(cast)
    answer = signed_in(rival.dispatcher).get(f"/board/orders/{public_id('ord', order.pk)}")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "order_not_found"


def test_contacts_are_shown_to_those_who_carry_and_not_to_those_who_might(cast: Cast, ada: Client):
    order, leg = placed(cast)
    address = f"/board/orders/{public_id('ord', order.pk)}"
    assert "+33639980101" not in ada.get(address).content.decode()
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    assert "+33639980101" in ada.get(address).content.decode()


def test_who_carried_it_sees_contacts_until_two_hours_after_the_end(cast: Cast, ada: Client, hand_clock: Any):
    order, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    for step in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED):
        courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=1, to=step)
    address = f"/board/orders/{public_id('ord', order.pk)}"
    hand_clock.advance(hours=2, seconds=-1)
    assert "+33639980101" in ada.get(address).content.decode()
    hand_clock.advance(seconds=1)
    assert "+33639980101" not in ada.get(address).content.decode()


def test_the_history_names_no_courier_of_another_fleet(cast: Cast, ada: Client, rival: Rival):
    type(rival.fleet).objects.filter(pk=rival.fleet.pk).update(is_open=True)
    order, leg = placed(cast)
    make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=rival.courier.pk)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    page = ada.get(f"/board/orders/{public_id('ord', order.pk)}").content.decode()
    assert "to Bo · by hand" in page
    assert "Offered" in page
    assert not re.search(r"\bXi\b", page)


def test_the_zone_narrows_the_board(cast: Cast, ada: Client):
    placed(cast)
    elsewhere = type(cast.zone).objects.create(name="Lyon", slug="lyon", ring=[[4, 45], [5, 45], [5, 46], [4, 45]])
    assert len(read(ada, zone=public_id("zon", cast.zone.pk))["orders"]) == 1
    assert read(ada, zone=public_id("zon", elsewhere.pk))["orders"] == []
    assert ada.get("/board/state.json?zone=nonsense").status_code == 404


def test_a_courier_of_a_second_fleet_of_the_owner_is_visible_too(cast: Cast, ada: Client):
    second = Fleet.objects.create(organisation=cast.fleet_owner, name="Second", is_open=False)
    make_courier(second, cast.zone, name="Zed", phone="+33639980077")
    assert "Zed" in {row["name"] for row in read(ada)["couriers"]}


def deliver(leg: Leg, courier: Courier) -> None:
    """Take a leg from the planner to the door."""
    epoch = assign_leg(leg_id=leg.pk, courier_id=courier.pk, by=AssignedBy.PLANNER).epoch
    for status in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED):
        courier_moves_leg(courier_id=courier.pk, leg_id=leg.pk, epoch=epoch, to=status)


def read(client: Client, **query: str) -> dict[str, Any]:
    """The board's state."""
    answer = client.get("/board/state.json", query)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def codes(client: Client) -> list[str]:
    """The short codes on somebody's board."""
    return [row["code"] for row in read(client)["orders"]]


def only_row(client: Client) -> dict[str, Any]:
    """The one order on somebody's board."""
    (row,) = read(client)["orders"]
    return dict(row)
