"""`/v1/assignments`: what a fleet's couriers have or had, and dispatch by hand."""

import pytest

from apps.accounts.models import ApiKey
from apps.core import clock, short_memory
from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Courier
from apps.dispatch.lifecycle import AssignedBy, OfferStatus
from apps.dispatch.models import Assignment, FleetOffer
from apps.dispatch.services import assign_leg, courier_moves_leg, make_fleet_offer, plan_zone, set_pin
from apps.dispatch.tests.calling import code_of, make_rapid, nothing_changes, with_key
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, NetworkPolicy, Order, Parcel
from tests.cast import freelance, make_courier, placed

pytestmark = pytest.mark.django_db
WAY = (LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)


@pytest.fixture
def rival(cast, hand_clock):
    """Another executor in the same zone, with a courier of its own on duty."""
    rival = make_rapid(mode=FleetMode.ASSIGNED)
    make_courier(rival.fleet, cast.zone, name="Ru", phone="+33639980009")
    return rival


def held(cast, courier=None):
    """A leg that Bo has."""
    _, leg = placed(cast)
    return assign_leg(leg_id=leg.pk, courier_id=(courier or cast.bo).pk, by=AssignedBy.DISPATCHER)


def path(assignment, action=""):
    return f"/assignments/{public_id('asg', assignment.pk)}{action}"


def cou(courier):
    return {"courier": {"id": public_id("cou", courier.pk)}}


def carried(assignment, *steps):
    for step in steps:
        courier_moves_leg(courier_id=assignment.courier_id, leg_id=assignment.leg_id, epoch=assignment.epoch, to=step)


def test_an_executor_sees_stops_windows_and_parcels_and_no_price(cast, velo):
    assignment = held(cast)
    shown = velo.gets(path(assignment)).json()
    assert (shown["status"], shown["epoch"], shown["courier"]["name"]) == ("assigned", 1, "Bo")
    assert shown["pickup"]["phone"] == "+33639980100"
    assert shown["pickup"]["ready_at"] == "2026-06-10T10:00:00Z"
    assert shown["dropoff"]["contact_name"] == "Eve"
    (parcel,) = Parcel.objects.all()
    assert shown["parcels"] == [
        {"description": "Bread", "size": "small", "weight_g": 800, "volume_ml": 0, "barcode": parcel.barcode}
    ]
    assert shown["merchant"] == {"name": "Dee's bakery"}
    order = Order.objects.get()
    assert order.amount_cents not in numbers_in(shown)
    assert not [name for name in shown if "price" in name or "amount" in name or "token" in name]


def numbers_in(value):
    if isinstance(value, dict):
        return {number for inner in value.values() for number in numbers_in(inner)}
    if isinstance(value, list):
        return {number for inner in value for number in numbers_in(inner)}
    return {value} if isinstance(value, int) else set()


def test_contacts_stay_for_two_hours_after_the_end(cast, velo, hand_clock):
    assignment = held(cast)
    carried(assignment, *WAY)
    hand_clock.advance(minutes=119)
    assert velo.gets(path(assignment)).json()["dropoff"]["phone"] == "+33639980101"
    hand_clock.advance(minutes=1)
    shown = velo.gets(path(assignment)).json()
    assert (shown["status"], shown["end"]) == ("delivered", "delivered")
    assert (shown["dropoff"]["phone"], shown["dropoff"]["is_masked"]) == ("**********01", True)


def test_what_went_to_others_is_masked_at_once_and_tells_nothing_of_them(cast, velo, rival):
    assignment = held(cast)
    velo.posts(path(assignment, "/unassign"), {"reason": "flat tyre"})
    ru = Courier.objects.get(fleet=rival.fleet)
    carried(assign_leg(leg_id=assignment.leg_id, courier_id=ru.pk, by=AssignedBy.DISPATCHER), *WAY[:2])
    shown = velo.gets(path(assignment)).json()
    assert (shown["status"], shown["is_live"], shown["picked_up_at"]) == ("unassigned", False, None)
    assert shown["dropoff"]["is_masked"]
    assert "Ru" not in str(shown)


def test_the_list_is_filtered(cast, velo, hand_clock):
    first = held(cast)
    carried(first, *WAY)
    hand_clock.advance(hours=1)
    second = held(cast, cast.cy)
    keys = [public_id("asg", assignment.pk) for assignment in (second, first)]
    assert velo.lists("/assignments") == keys
    assert velo.lists("/assignments", live="true") == keys[:1]
    assert velo.lists("/assignments", live="false") == keys[1:]
    assert velo.lists("/assignments", courier=public_id("cou", cast.bo.pk)) == keys[1:]
    assert velo.lists("/assignments", fleet=public_id("flt", cast.fleet.pk)) == keys
    assert velo.lists("/assignments", since="2026-06-10T11:00:00Z") == keys[:1]
    assert velo.gets("/assignments", sinse="2026-06-10T11:00:00Z").status_code == 400


def test_a_list_takes_as_many_queries_for_many_as_for_one(cast, velo, django_assert_num_queries):
    for count in (1, 4):
        for _ in range(count):
            held(cast)
        short_memory.forget_everything()
        with django_assert_num_queries(4):  # key, fleets, assignments, parcels
            velo.gets("/assignments")


def test_why_names_own_couriers_alone(cast, velo, rival):
    Order.objects.all().delete()
    _, leg = placed(cast)
    plan_zone(cast.zone.pk)
    assignment = Assignment.objects.get(leg=leg)
    ru = Courier.objects.get(fleet=rival.fleet)
    others = {other["courier_id"] for other in assignment.why["others"]}
    assert {str(cast.cy.pk), str(ru.pk)} <= others
    limit = {"reason": "too_heavy", "count": 2, "courier_ids": [str(cast.cy.pk), str(ru.pk)]}
    Assignment.objects.filter(pk=assignment.pk).update(why={**assignment.why, "excluded": [limit]})
    why = velo.gets(path(assignment)).json()["why"]
    assert why["cost_min"] == assignment.why["cost_min"]
    assert [other["courier_id"] for other in why["others"]] == [public_id("cou", cast.cy.pk)]
    assert why["excluded"] == [{"reason": "too_heavy", "courier_ids": [public_id("cou", cast.cy.pk)]}]


def test_an_open_leg_is_given_to_an_own_courier(cast, velo):
    _, leg = placed(cast)
    answer = velo.assigns(leg, cast.cy)
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["courier"]["name"], shown["assigned_by"], shown["dropoff"]["is_masked"]) == (
        "Cy",
        "dispatcher",
        False,
    )
    assert Leg.objects.get(pk=leg.pk).courier_id == cast.cy.pk
    assert Event.objects.filter(name="LegMoved").last().actor.startswith("key:ck_live_")


def test_a_leg_offered_to_an_own_courier_is_given_to_another(cast, velo):
    freelance(cast.fleet)
    _, leg = placed(cast)
    plan_zone(cast.zone.pk)
    assert velo.assigns(leg, cast.cy).status_code == 201


def test_a_leg_that_somebody_has_is_not_given_again(cast, velo, rival):
    assignment = held(cast)
    with nothing_changes():
        mine = velo.assigns(assignment.leg, cast.cy)
    assert code_of(mine) == (409, "leg_taken")
    state = {"leg_id": public_id("leg", assignment.leg_id), "status": "assigned", "epoch": 1}
    assert mine.json()["error"]["state"] == state
    ru = Courier.objects.get(fleet=rival.fleet)
    with nothing_changes():  # it could have been theirs: they saw it open
        assert code_of(rival.system.assigns(assignment.leg, ru)) == (409, "leg_taken")


def test_a_leg_offered_to_another_executor_is_not_given(cast, velo, rapid):
    _, leg = placed(cast)
    make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk)
    with nothing_changes():
        assert code_of(velo.assigns(leg, cast.bo)) == (409, "leg_taken")
    assert FleetOffer.objects.get().status == OfferStatus.LIVE


def test_a_leg_that_the_fleet_may_not_carry_is_not_found(cast, velo):
    _, leg = placed(cast, network_policy=NetworkPolicy.OWN_ONLY)
    with nothing_changes():
        assert code_of(velo.assigns(leg, cast.bo)) == (404, "leg_not_found")


def test_somebody_elses_courier_is_not_found(cast, velo, rival):
    _, leg = placed(cast)
    with nothing_changes():
        assert code_of(velo.assigns(leg, Courier.objects.get(fleet=rival.fleet))) == (404, "courier_not_found")


def test_reassigning_is_one_step_and_the_old_epoch_is_stale(cast, velo):
    assignment = held(cast)
    answer = velo.posts(path(assignment, "/reassign"), {**cou(cast.cy), "epoch": 1})
    assert (answer.status_code, answer.json()["courier"]["name"], answer.json()["epoch"]) == (201, "Cy", 3)
    assert [Courier.objects.get(pk=c.pk).load_legs for c in (cast.bo, cast.cy)] == [0, 1]
    with nothing_changes():
        assert code_of(velo.posts(path(assignment, "/reassign"), cou(cast.bo))) == (409, "assignment_over")
        stale = {**cou(cast.bo), "epoch": 1}
        new = Assignment.objects.get(is_live=True)
        assert code_of(velo.posts(path(new, "/reassign"), stale)) == (409, "stale_epoch")


def test_what_is_on_board_stays_there(cast, velo):
    assignment = held(cast)
    carried(assignment, *WAY[:2])
    with nothing_changes():
        assert code_of(velo.posts(path(assignment, "/reassign"), cou(cast.cy))) == (409, "illegal_move")
        assert code_of(velo.posts(path(assignment, "/unassign"), {"reason": "x"})) == (409, "illegal_move")


def test_naming_a_new_courier_is_for_fleets_with_a_dispatch_of_their_own(cast, velo):
    assignment = held(cast)
    named = {"courier": {"name": "Di", "phone": "+33639980003", "vehicle": "bike"}}
    with nothing_changes():
        assert code_of(velo.posts(path(assignment, "/reassign"), named)) == (409, "fleet_not_external")


def test_the_stand_ins_leg_is_given_a_name_later(cast, rapid):
    _, leg = placed(cast)
    offer = make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk)
    accepted = rapid.system.posts(f"/offers/{public_id('off', offer.pk)}/accept").json()
    named = {"courier": {"name": "Di", "phone": "+33639980003", "vehicle": "bike"}}
    answer = rapid.system.posts(f"/assignments/{accepted['id']}/reassign", named)
    assert (answer.json()["courier"]["name"], answer.json()["courier"]["is_stand_in"]) == ("Di", False)


def test_unassigning_opens_the_leg_and_takes_the_pin_off_a_strangers_order(cast, velo):
    assignment = held(cast)
    set_pin(leg_id=assignment.leg_id, is_pinned=True)
    answer = velo.posts(path(assignment, "/unassign"), {"reason": "flat tyre", "epoch": 1})
    assert (answer.status_code, answer.json()["status"]) == (200, "unassigned")
    leg = Leg.objects.get()
    assert (leg.status, leg.is_pinned) == (LegStatus.OPEN, False)
    assert Event.objects.filter(name="LegMoved", payload__reason="flat tyre").count() == 1


def test_the_same_key_unassigns_once(cast, velo):
    assignment = held(cast)
    first = velo.posts(path(assignment, "/unassign"), {"reason": "flat tyre"}, key="u-1")
    with nothing_changes():
        again = velo.posts(path(assignment, "/unassign"), {"reason": "flat tyre"}, key="u-1")
    assert again.json() == first.json()


def test_nobody_else_finds_the_assignment(cast, velo, rival, till):
    assignment = held(cast)
    for stranger in (rival.system, till, with_key(cast.fleet_owner.pk, is_test=True)):
        assert stranger.lists("/assignments") == []
        with nothing_changes():
            for action, body in (("/unassign", {"reason": "x"}), ("/reassign", cou(cast.cy))):
                assert code_of(stranger.posts(path(assignment, action), body)) == (404, "assignment_not_found")
            assert code_of(stranger.gets(path(assignment))) == (404, "assignment_not_found")
            assert stranger.reports(public_id("asg", assignment.pk), "arrive").status_code == 404


def test_a_malformed_id_is_not_found(velo):
    for key in ("asg_", "asg_" + "x" * 32, "leg_" + "0" * 32, "%00"):
        assert velo.gets(f"/assignments/{key}").status_code == 404


def test_a_key_that_may_only_read_moves_nothing_and_a_revoked_one_sees_nothing(cast, velo):
    assignment = held(cast)
    reader = with_key(cast.fleet_owner.pk, scopes=("dispatch:read",))
    assert reader.gets(path(assignment)).status_code == 200
    with nothing_changes():
        assert reader.posts(path(assignment, "/unassign"), {"reason": "x"}).status_code == 403
        assert reader.reports(public_id("asg", assignment.pk), "arrive").status_code == 403
        assert reader.assigns(assignment.leg, cast.cy).status_code == 403
    ApiKey.objects.update(revoked_at=clock.now())
    assert velo.gets(path(assignment)).status_code == 401
