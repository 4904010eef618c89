"""`/v1/legs`: what nobody has and the fleet could carry; pins; refusals."""

import pytest

from apps.core import short_memory
from apps.core.ids import public_id
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Fleet
from apps.dispatch import selectors
from apps.dispatch.lifecycle import AssignedBy, OfferStatus
from apps.dispatch.models import FleetOffer, FleetRefusal
from apps.dispatch.services import assign_leg, courier_moves_leg, make_fleet_offer, plan_zone
from apps.dispatch.tests.calling import code_of, make_rapid, nothing_changes, send_home, with_key
from apps.dispatch.tests.networking import connected
from apps.networks.lifecycle import Right
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, NetworkPolicy
from tests.cast import make_courier, placed

pytestmark = pytest.mark.django_db


def leg_path(leg, action):
    return f"/legs/{public_id('leg', leg.pk)}/{action}"


def test_open_legs_are_listed_with_the_reason_why_they_wait(cast, velo):
    _, leg = placed(cast, skills=["cold"])
    plan_zone(cast.zone.pk)
    (row,) = velo.gets("/legs/unassigned").json()["data"]
    assert (row["leg_id"], row["unassigned_reason"]) == (public_id("leg", leg.pk), "missing_skill")
    assert row["fleet_ids"] == [public_id("flt", cast.fleet.pk)]
    assert (row["dropoff"]["phone"], row["dropoff"]["contact_name"]) == ("**********01", "E.")
    assert not [name for name in row if "price" in name or "amount" in name]


def test_what_somebody_has_or_is_offered_is_not_listed(cast, velo, rapid):
    _, given = placed(cast)
    assign_leg(leg_id=given.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    _, offered = placed(cast)
    make_fleet_offer(leg_id=offered.pk, leg_version=0, fleet_id=rapid.fleet.pk)
    assert velo.lists("/legs/unassigned") == []


def test_what_the_fleet_may_not_carry_is_not_listed(cast, velo):
    placed(cast, network_policy=NetworkPolicy.OWN_ONLY)
    placed(cast, is_test=True)
    assert velo.lists("/legs/unassigned") == []
    assert len(with_key(cast.fleet_owner.pk, is_test=True).lists("/legs/unassigned")) == 1


def test_a_fleet_that_is_not_open_and_a_merchant_see_nothing_of_it(cast, till, hand_clock):
    closed = make_rapid(is_open=False, mode=FleetMode.ASSIGNED)
    make_courier(closed.fleet, cast.zone, name="Ru", phone="+33639980009")
    placed(cast)
    assert closed.system.lists("/legs/unassigned") == []
    assert till.lists("/legs/unassigned") == []


def test_a_fleet_sees_the_zones_where_it_has_shifts_or_is_asked(cast, velo, rapid):
    placed(cast)
    assert len(rapid.system.lists("/legs/unassigned")) == 1
    rapid.fleet.zone_ids = ["another"]
    rapid.fleet.save()
    assert rapid.system.lists("/legs/unassigned") == []
    from apps.couriers.models import Shift

    send_home(cast.bo, cast.cy)
    assert len(velo.lists("/legs/unassigned")) == 1
    Shift.objects.all().delete()
    assert velo.lists("/legs/unassigned") == []


def test_pages_follow_each_other(cast, velo):
    legs = [placed(cast)[1] for _ in range(3)]
    first = velo.gets("/legs/unassigned", limit=2).json()
    second = velo.gets("/legs/unassigned", limit=2, cursor=first["next_cursor"]).json()
    seen = [row["leg_id"] for page in (first, second) for row in page["data"]]
    assert seen == [public_id("leg", leg.pk) for leg in reversed(legs)]
    assert second["next_cursor"] is None


def test_a_page_that_looked_at_enough_is_short_and_goes_on(cast, velo, monkeypatch):
    _, wanted = placed(cast)
    for _ in range(3):
        placed(cast, network_policy=NetworkPolicy.OWN_ONLY)
    monkeypatch.setattr(selectors, "MOST_LOOKED_AT", 2)
    first = velo.gets("/legs/unassigned").json()
    assert (first["data"], bool(first["next_cursor"])) == ([], True)
    second = velo.gets("/legs/unassigned", cursor=first["next_cursor"]).json()
    assert [row["leg_id"] for row in second["data"]] == [public_id("leg", wanted.pk)]
    assert second["next_cursor"] is None


def test_the_list_takes_as_many_queries_for_many_as_for_one(cast, velo, django_assert_num_queries):
    for count in (1, 4):
        for _ in range(count):
            placed(cast)
        short_memory.forget_everything()
        with django_assert_num_queries(15):  # key, fleets; their zones (3); legs; networks (6); parcels; rights (2)
            velo.gets("/legs/unassigned")


def test_a_leg_that_the_fleet_has_is_pinned_and_unpinned(cast, velo):
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    for _ in range(2):
        answer = velo.client.put(f"/v1{leg_path(leg, 'pin')}")
        assert answer.json() == {"leg_id": public_id("leg", leg.pk), "is_pinned": True}
    assert Leg.objects.get(pk=leg.pk).is_pinned
    assert velo.client.delete(f"/v1{leg_path(leg, 'pin')}").json()["is_pinned"] is False
    assert not Leg.objects.get(pk=leg.pk).is_pinned


def test_a_strangers_open_leg_is_not_kept_from_everybody(cast, velo):
    _, leg = placed(cast)
    with nothing_changes():
        assert code_of(velo.client.put(f"/v1{leg_path(leg, 'pin')}")) == (409, "not_your_leg")


def test_an_open_leg_of_its_own_order_is_pinned(cast, hand_clock):
    own = make_rapid(owner=cast.bakery)
    _, leg = placed(cast)
    assert own.system.client.put(f"/v1{leg_path(leg, 'pin')}").json()["is_pinned"] is True


def test_a_strangers_leg_is_not_found(cast, hand_clock, till):
    closed = make_rapid(is_open=False)
    _, leg = placed(cast)
    for stranger in (closed.system, till):
        with nothing_changes():
            assert code_of(stranger.client.put(f"/v1{leg_path(leg, 'pin')}")) == (404, "leg_not_found")
            assert code_of(stranger.client.delete(f"/v1{leg_path(leg, 'pin')}")) == (404, "leg_not_found")
            assert code_of(stranger.posts(leg_path(leg, "reject"), {"reason": "x"})) == (404, "leg_not_found")


def test_without_a_connection_that_lets_it_no_fleet_rejects(cast, velo, rapid):
    _, leg = placed(cast)
    with nothing_changes():
        assert code_of(velo.posts(leg_path(leg, "reject"), {"reason": "x"})) == (403, "refusal_not_allowed")
    make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk)
    connected(cast.bakery.pk, rapid.fleet)
    with nothing_changes():
        assert code_of(rapid.system.posts(leg_path(leg, "reject"), {"reason": "x"})) == (403, "refusal_not_allowed")


def test_a_rejected_order_is_out_of_reach_and_rejecting_it_again_changes_nothing(cast, velo):
    connected(cast.bakery.pk, cast.fleet, rights=(Right.REJECT,))
    _, leg = placed(cast)
    assert velo.posts(leg_path(leg, "reject"), {"reason": "too far"}).json()["status"] == "open"
    assert FleetRefusal.objects.get().reason == "too far"
    assert velo.lists("/legs/unassigned") == []
    with nothing_changes():
        assert velo.posts(leg_path(leg, "reject"), {"reason": "again"}).json()["status"] == "open"
        assert code_of(velo.assigns(leg, cast.bo)) == (409, "fleet_not_eligible")
    plan_zone(cast.zone.pk)
    assert Leg.objects.get(pk=leg.pk).status == LegStatus.OPEN


def test_of_two_fleets_the_one_that_may_refuse_does(cast, velo):
    other = Fleet.objects.create(organisation=cast.fleet_owner, name="Other", is_open=True)
    make_courier(other, cast.zone, name="Ot", phone="+33639980019")
    connected(cast.bakery.pk, other, rights=(Right.REJECT,))
    _, leg = placed(cast, network_policy=NetworkPolicy.ANY_OPEN)
    assert velo.posts(leg_path(leg, "reject"), {"reason": "too far"}).status_code == 200
    assert FleetRefusal.objects.get().fleet_id == other.pk


def test_who_may_see_before_it_carries_sees_open_legs_in_full(cast, velo):
    connected(cast.bakery.pk, cast.fleet, rights=(Right.SEE,))
    placed(cast)
    (row,) = velo.gets("/legs/unassigned").json()["data"]
    assert (row["dropoff"]["phone"], row["dropoff"]["is_masked"]) == ("+33639980101", False)


def test_a_test_order_is_given_to_nobody_by_hand(cast, velo):
    _, leg = placed(cast, is_test=True)
    with nothing_changes():
        assert code_of(velo.assigns(leg, cast.bo)) == (404, "leg_not_found")
        refused = with_key(cast.fleet_owner.pk, is_test=True).assigns(leg, cast.bo)
        assert code_of(refused) == (409, "fleet_not_eligible")


def test_rejecting_what_the_fleet_has_takes_it_back(cast, velo):
    connected(cast.bakery.pk, cast.fleet, rights=(Right.REJECT,))
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    answer = velo.posts(leg_path(leg, "reject"), {"reason": "too far"})
    assert (answer.status_code, answer.json()["status"]) == (200, "open")
    assert Leg.objects.get(pk=leg.pk).courier_id is None


def test_rejecting_what_the_fleet_is_offered_ends_the_offer(cast, rapid):
    connected(cast.bakery.pk, rapid.fleet, rights=(Right.REJECT,))
    _, leg = placed(cast)
    make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk)
    answer = rapid.system.posts(leg_path(leg, "reject"), {"reason": "too far"})
    assert answer.json()["status"] == "open"
    offer = FleetOffer.objects.get()
    assert (offer.status, offer.reason) == (OfferStatus.DECLINED, "too far")


def test_what_another_fleet_has_is_not_theirs_to_reject(cast, velo, rapid):
    _, leg = placed(cast)
    make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk)
    with nothing_changes():
        refused = velo.posts(leg_path(leg, "reject"), {"reason": "x"})
    assert code_of(refused) == (409, "leg_taken")
    assert refused.json()["error"]["state"]["status"] == "offered"


def test_what_is_on_board_is_not_rejected(cast, velo):
    connected(cast.bakery.pk, cast.fleet, rights=(Right.REJECT,))
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    for step in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP):
        courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=1, to=step)
    with nothing_changes():
        assert code_of(velo.posts(leg_path(leg, "reject"), {"reason": "x"})) == (409, "illegal_move")
