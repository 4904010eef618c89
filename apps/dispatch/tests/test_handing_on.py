"""A fleet gives what it was asked for to a fleet that its owner is connected to: only that one is asked then."""

import pytest

from apps.core import short_memory
from apps.core.ids import public_id
from apps.couriers.lifecycle import CourierStatus, FleetMode
from apps.couriers.models import Courier, Fleet
from apps.dispatch.errors import FleetNotConnected
from apps.dispatch.lifecycle import AssignedBy, AssignmentEnd, OfferStatus
from apps.dispatch.models import Assignment, FleetOffer, FleetRefusal, Offer
from apps.dispatch.services import (
    assign_leg,
    courier_moves_leg,
    make_fleet_offer,
)
from apps.dispatch.tests.calling import code_of, nothing_changes, with_key
from apps.dispatch.tests.handing import assemble_chain, end_of, external, hand_on_path, planless, told
from apps.dispatch.tests.networking import connected, fleet_with_one, off_duty
from apps.networks.lifecycle import Right
from apps.networks.services import pause_connection
from apps.orders.lifecycle import LegStatus
from apps.orders.models import HandOn, NetworkPolicy
from tests.cast import freelance, make_courier

pytestmark = pytest.mark.django_db


def test_what_was_handed_on_goes_to_the_other_fleets_courier_and_both_are_told(chain):
    leg = chain.ordered()
    answer = chain.hands_on(leg)
    assert answer.status_code == 201
    shown = answer.json()
    fleets = (public_id("flt", chain.rush.pk), public_id("flt", chain.tandem.pk))
    assert (shown["from_fleet_id"], shown["to_fleet_id"], shown["is_live"], shown["status"]) == (*fleets, True, "open")
    assert chain.planned(leg).courier_id == chain.tom.pk
    (event,) = told("LegHandedOn")
    assert (event["fleet_id"], event["to_fleet_id"]) == (str(chain.rush.pk), str(chain.tandem.pk))
    assert (event["organisation_id"], event["executor_id"], event["to_executor_id"]) == (
        str(chain.cast.bakery.pk),
        str(chain.rush.organisation_id),
        str(chain.tandem.organisation_id),
    )


def test_what_its_own_courier_had_is_taken_back_first(chain):
    leg = chain.ordered()
    assert chain.planned(leg).courier_id == chain.rita.pk
    assert chain.hands_on(leg).status_code == 201
    assert Assignment.objects.get(courier=chain.rita).end == AssignmentEnd.UNASSIGNED
    assert Courier.objects.get(pk=chain.rita.pk).load_legs == 0
    assert chain.planned(leg).courier_id == chain.tom.pk


@pytest.mark.parametrize("mode", [FleetMode.EXTERNAL, FleetMode.OFFERED])
def test_what_the_fleet_or_its_courier_was_offered_is_withdrawn(chain, mode):
    Fleet.objects.filter(pk=chain.rush.pk).update(mode=mode)
    leg = chain.ordered()
    assert chain.planned(leg).status == LegStatus.OFFERED
    assert chain.hands_on(leg).status_code == 201
    table = FleetOffer if mode == FleetMode.EXTERNAL else Offer
    assert (table.objects.get().status, planless(leg).status) == (OfferStatus.WITHDRAWN, LegStatus.OPEN)
    assert chain.planned(leg).courier_id == chain.tom.pk


def test_a_pin_of_who_had_it_does_not_keep_it_from_the_other_fleet(chain):
    leg = chain.ordered()
    assert chain.planned(leg).courier_id == chain.rita.pk
    assert chain.rushs.client.put(f"/v1/legs/{public_id('leg', leg.pk)}/pin").status_code == 200
    assert chain.hands_on(leg).status_code == 201
    assert chain.planned(leg).courier_id == chain.tom.pk


def test_without_the_right_nothing_is_handed_on(cast, hand_clock):
    chain = assemble_chain(cast, rights=(Right.REJECT, Right.EDIT, Right.SEE))
    leg = chain.ordered()
    with nothing_changes():
        assert code_of(chain.hands_on(leg)) == (403, "hand_on_not_allowed")


def test_an_open_fleet_without_a_connection_has_no_right_to_it(chain, velo):
    connected(chain.cast.fleet_owner.pk, chain.tandem)
    leg = chain.ordered(network_policy=NetworkPolicy.ANY_OPEN)
    with nothing_changes():
        refused = velo.posts(hand_on_path(leg), {"fleet": public_id("flt", chain.tandem.pk)})
        assert code_of(refused) == (403, "hand_on_not_allowed")


def test_a_merchants_own_fleet_needs_no_right(chain):
    own, _ = fleet_with_one(chain.cast, "Bakery boys", 23, owner=chain.cast.bakery)
    connected(chain.cast.bakery.pk, chain.tandem)
    leg = chain.ordered(network_policy=NetworkPolicy.OWN_FIRST)
    body = {"fleet": public_id("flt", chain.tandem.pk)}
    answer = with_key(chain.cast.bakery.pk).posts(hand_on_path(leg), body)
    assert (answer.status_code, answer.json()["from_fleet_id"]) == (201, public_id("flt", own.pk))
    assert chain.planned(leg).courier_id == chain.tom.pk


def test_who_was_not_asked_does_not_find_the_leg(chain, till):
    leg = chain.ordered()
    other, _ = fleet_with_one(chain.cast, "Stranger", 24)
    with nothing_changes():
        for stranger in (chain.tandems, with_key(other.organisation_id), till):
            refused = stranger.posts(hand_on_path(leg), {"fleet": public_id("flt", chain.tandem.pk)})
            assert code_of(refused) == (404, "leg_not_found")
            assert code_of(stranger.gets(hand_on_path(leg))) == (404, "hand_on_not_found")
            assert code_of(stranger.client.delete(f"/v1{hand_on_path(leg)}")) == (404, "hand_on_not_found")


def test_it_goes_to_connected_fleets_alone_and_unknown_ones_look_the_same(chain):
    stranger, _ = fleet_with_one(chain.cast, "Stranger", 24)
    leg = chain.ordered()
    with nothing_changes():
        assert code_of(chain.hands_on(leg, stranger)) == (409, "fleet_not_connected")
        assert code_of(chain.hands_on(leg, chain.rush)) == (409, "fleet_not_connected")
        assert code_of(chain.hands_on(leg, chain.cast.fleet)) == (409, "fleet_not_connected")
        unknown = chain.rushs.posts(hand_on_path(leg), {"fleet": public_id("flt", leg.pk)})
        assert code_of(unknown) == (409, "fleet_not_connected")


@pytest.mark.parametrize("link", ["first", "second"])
def test_over_a_paused_connection_nothing_is_handed_on(chain, link):
    leg = chain.ordered()
    assert chain.planned(leg).courier_id == chain.rita.pk
    connection = getattr(chain, link)
    pause_connection(connection_id=connection.pk, by=connection.organisation_id)
    with nothing_changes():
        assert code_of(chain.hands_on(leg)) == (409, "fleet_not_connected")


def test_it_goes_neither_back_to_the_merchant_nor_to_who_refused_nor_where_nobody_is(chain):
    own, _ = fleet_with_one(chain.cast, "Bakery boys", 23, owner=chain.cast.bakery)
    connected(chain.rush.organisation_id, own)
    leg = chain.ordered()
    with nothing_changes():
        assert code_of(chain.hands_on(leg, own)) == (409, "fleet_not_eligible")
    off_duty(chain.tom)
    with nothing_changes():
        assert code_of(chain.hands_on(leg)) == (409, "fleet_not_eligible")
    Courier.objects.filter(pk=chain.tom.pk).update(status=CourierStatus.ON_DUTY)
    FleetRefusal.objects.create(order_id=leg.order_id, fleet=chain.tandem, reason="no")
    with nothing_changes():
        assert code_of(chain.hands_on(leg)) == (409, "fleet_not_eligible")


def test_what_is_on_board_is_not_handed_on(chain):
    leg = chain.planned(chain.ordered())
    for step in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP):
        courier_moves_leg(courier_id=chain.rita.pk, leg_id=leg.pk, epoch=1, to=step)
    with nothing_changes():
        assert code_of(chain.hands_on(leg)) == (409, "illegal_move")


def test_of_several_fleets_one_must_be_said(chain):
    other, _ = fleet_with_one(chain.cast, "Rush cargo", 25, owner=chain.rush.organisation)
    connected(chain.cast.bakery.pk, other, priority=1, rights=(Right.HAND_ON,))
    leg = chain.ordered()
    with nothing_changes():
        refused = chain.hands_on(leg)
        assert code_of(refused) == (422, "invalid")
        assert refused.json()["error"]["fields"][0]["path"] == "from_fleet"
        assert code_of(chain.hands_on(leg, from_fleet=public_id("flt", chain.tandem.pk))) == (409, "fleet_not_eligible")
    answer = chain.hands_on(leg, from_fleet=public_id("flt", other.pk))
    assert (answer.status_code, answer.json()["from_fleet_id"]) == (201, public_id("flt", other.pk))


def test_while_it_is_handed_on_only_the_other_fleet_may_carry_it(chain):
    leg = chain.handed_on()
    assert chain.rushs.lists("/legs/unassigned") == []
    assert chain.tandems.lists("/legs/unassigned") == [public_id("leg", leg.pk)]
    with nothing_changes():
        assert code_of(chain.rushs.assigns(leg, chain.rita)) == (409, "fleet_not_eligible")
    for courier in (chain.rita, chain.cast.bo):
        with pytest.raises(FleetNotConnected):
            assign_leg(leg_id=leg.pk, courier_id=courier.pk, by=AssignedBy.PLANNER)
    assert planless(leg).status == LegStatus.OPEN
    off_duty(chain.tom)
    other = make_courier(chain.tandem, chain.cast.zone, name="Tess", phone="+33639980092")
    assert chain.tandems.assigns(leg, other).status_code == 201


def test_what_was_handed_on_is_not_handed_on_again(chain):
    third, _ = fleet_with_one(chain.cast, "Third", 26)
    connected(chain.tandem.organisation_id, third)
    connected(chain.rush.organisation_id, third)
    leg = chain.handed_on()
    with nothing_changes():
        further = chain.tandems.posts(hand_on_path(leg), {"fleet": public_id("flt", third.pk)})
        assert code_of(further) == (409, "handed_on_already")
        assert code_of(chain.hands_on(leg, third)) == (409, "handed_on_already")


def test_the_same_request_twice_hands_it_on_once(chain):
    leg = chain.ordered()
    body = {"fleet": public_id("flt", chain.tandem.pk)}
    first, again = (chain.rushs.posts(hand_on_path(leg), body, key="one") for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    assert len(told("LegHandedOn")) == HandOn.objects.count() == 1


def test_taken_back_it_is_the_fleets_own_again_and_taking_it_back_again_changes_nothing(chain):
    leg = chain.handed_on()
    assert chain.planned(leg).courier_id == chain.tom.pk
    answer = chain.takes_back(leg)
    assert (answer.status_code, answer.json()["end"], answer.json()["status"]) == (200, "taken_back", "")
    with nothing_changes():
        assert chain.takes_back(leg).json() == answer.json()
        assert code_of(chain.hands_on(leg)) == (409, "fleet_not_eligible")
    assert chain.planned(leg).courier_id == chain.rita.pk
    assert [event["end"] for event in told("LegHandOnEnded")] == ["taken_back"]


def test_the_other_fleet_does_not_take_back_what_it_was_given(chain):
    leg = chain.handed_on()
    with nothing_changes():
        assert code_of(chain.tandems.client.delete(f"/v1{hand_on_path(leg)}")) == (404, "hand_on_not_found")


def test_from_the_pickup_on_it_is_not_taken_back(chain):
    leg = chain.planned(chain.handed_on())
    for step in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP):
        courier_moves_leg(courier_id=chain.tom.pk, leg_id=leg.pk, epoch=leg.epoch, to=step)
    with nothing_changes():
        assert code_of(chain.takes_back(leg)) == (409, "illegal_move")


@pytest.mark.parametrize("has_it", [False, True], ids=["asked", "has it"])
def test_the_other_fleet_may_always_refuse_it_and_then_the_first_is_asked_again(chain, has_it):
    leg = chain.handed_on()
    if has_it:
        assert chain.planned(leg).courier_id == chain.tom.pk
    answer = chain.tandems.posts(f"/legs/{public_id('leg', leg.pk)}/reject", {"reason": "too far"})
    assert (answer.status_code, end_of(leg)) == (200, "refused")
    assert chain.planned(leg).courier_id == chain.rita.pk
    assert len(told("LegHandOnEnded")) == len(told("FleetRefused")) == 1
    with nothing_changes():
        assert code_of(chain.takes_back(leg)) == (409, "hand_on_over")


def test_given_by_hand_to_somebody_elses_courier_it_is_with_the_other_fleet_no_more(chain):
    leg = chain.planned(chain.handed_on())
    assign_leg(leg_id=leg.pk, courier_id=chain.cast.bo.pk, by=AssignedBy.DISPATCHER)
    assert end_of(leg) == "given_elsewhere"
    assert chain.rushs.gets(hand_on_path(leg)).json()["status"] == ""


def test_who_handed_it_on_follows_it_without_the_couriers_name(chain):
    leg = chain.planned(chain.handed_on())
    for step in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP):
        courier_moves_leg(courier_id=chain.tom.pk, leg_id=leg.pk, epoch=leg.epoch, to=step)
    shown = chain.rushs.gets(hand_on_path(leg))
    (row,) = chain.rushs.gets("/legs/handed_on", live="true").json()["data"]
    assert row == shown.json() == chain.tandems.gets(hand_on_path(leg)).json()
    assert (row["status"], bool(row["picked_up_at"]), row["delivered_at"]) == ("picked_up", True, None)
    assert (row["dropoff"]["phone"], row["dropoff"]["is_masked"]) == ("**********01", True)
    for of_the_courier in (chain.tom.name, chain.tom.phone, public_id("cou", chain.tom.pk)):
        assert of_the_courier not in str(row)
    assert chain.rushs.lists("/legs/handed_on", live="false") == []


@pytest.mark.parametrize(
    ("first", "second", "sees"),
    [((), (Right.SEE,), False), ((Right.SEE,), (), False), ((Right.SEE,), (Right.SEE,), True)],
)
def test_contacts_are_seen_before_by_the_rights_of_both_connections(cast, hand_clock, first, second, sees):
    chain = assemble_chain(cast, rights=(Right.HAND_ON, *first), next_rights=second)
    leg = chain.handed_on()
    (row,) = chain.tandems.gets("/legs/unassigned").json()["data"]
    assert row["dropoff"]["is_masked"] is not sees
    external(chain.tandem)
    make_fleet_offer(leg_id=leg.pk, leg_version=leg.version, fleet_id=chain.tandem.pk)
    (offer,) = chain.tandems.gets("/offers").json()["data"]
    assert offer["dropoff"]["is_masked"] is not sees


def test_a_courier_of_the_other_fleet_is_offered_a_share_of_what_it_is_owed(chain):
    freelance(chain.tandem)
    chain.planned(chain.handed_on())
    assert Offer.objects.get().payout_cents == round(507 * 0.7)


def test_test_orders_are_handed_on_to_nobody(chain):
    leg = chain.ordered(is_test=True)
    with nothing_changes():
        assert code_of(chain.hands_on(leg)) == (404, "leg_not_found")
        system = with_key(chain.rush.organisation_id, is_test=True)
        refused = system.posts(hand_on_path(leg), {"fleet": public_id("flt", chain.tandem.pk)})
        assert code_of(refused) == (409, "fleet_not_eligible")


def test_the_merchant_sees_of_the_other_fleet_what_it_sees_of_any(chain, till):
    leg = chain.planned(chain.handed_on())
    history = till.gets(f"/orders/{public_id('ord', leg.order_id)}/history").json()["data"]
    assert "LegHandedOn" in [entry["name"] for entry in history]
    for of_the_courier in (chain.tom.name, chain.tom.phone, chain.tandem.name):
        assert of_the_courier not in str(history)
    assert till.lists("/legs/handed_on") == []


def test_the_list_takes_as_many_queries_for_many_as_for_one(chain, django_assert_num_queries):
    for count in (1, 3):
        for _ in range(count):
            chain.handed_on()
        short_memory.forget_everything()
        with django_assert_num_queries(4):  # key, fleets, hand-ons, parcels
            chain.rushs.gets("/legs/handed_on")
