"""A fleet changes times and instructions of what it is asked for, by the right of its connection."""

from datetime import timedelta

import pytest

from apps.core.ids import public_id
from apps.couriers.models import Fleet
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg, courier_moves_leg, make_fleet_offer
from apps.dispatch.tests.calling import code_of, make_rapid, nothing_changes, with_key
from apps.dispatch.tests.handing import assemble_chain, told
from apps.dispatch.tests.networking import connected, fleet_with_one
from apps.networks.lifecycle import Right
from apps.networks.models import Connection
from apps.orders.hub_stops import hub_stop
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, NetworkPolicy, Order
from apps.orders.services import OrderChanges, place_order, update_order
from tests.agreements import a_tariff
from tests.cast import make_courier, new_order, placed
from tests.hubs import make_hub, make_operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def velos_right(cast, velo):
    """Vélo Express is connected to the bakery, and may edit and see."""
    return connected(cast.bakery.pk, cast.fleet, rights=(Right.EDIT, Right.SEE))


def edits(system, leg, body, **headers):
    return system.client.patch(f"/v1/legs/{public_id('leg', leg.pk)}", body, headers=headers)


def iso(moment):
    return moment.isoformat().replace("+00:00", "Z")


def later(leg, minutes=15):
    return iso(leg.due_at + timedelta(minutes=minutes))


@pytest.fixture
def leg(cast, hand_clock):
    return placed(cast, network_policy=NetworkPolicy.CONNECTED)[1]


def test_times_and_instructions_are_changed_as_the_merchant_would(cast, velo, velos_right, leg, till):
    due, drop_by = later(leg), later(leg, 30)
    body = {"pickup": {"instructions": "Back door"}, "dropoff": {"due_at": due, "drop_by": drop_by}}
    answer = edits(velo, leg, body)
    assert answer.status_code == 200, answer.json()
    shown = answer.json()
    assert (shown["dropoff"]["due_at"], shown["dropoff"]["drop_by"]) == (due, drop_by)
    assert (shown["pickup"]["instructions"], shown["status"]) == ("Back door", "open")
    assert (shown["version"], answer["ETag"]) == (1, '"1"')
    order = till.gets(f"/orders/{public_id('ord', leg.order_id)}").json()
    assert (order["dropoff"]["due_at"], order["pickup"]["instructions"]) == (due, "Back door")


def test_the_history_says_which_fleet_it_was(cast, velo, velos_right, leg, till):
    edits(velo, leg, {"dropoff": {"due_at": later(leg)}})
    history = till.gets(f"/orders/{public_id('ord', leg.order_id)}/history").json()["data"]
    (entry,) = [entry for entry in history if entry["name"] == "OrderUpdated"]
    assert (entry["details"]["fleet_id"], entry["details"]["changed"]) == (
        public_id("flt", cast.fleet.pk),
        ["dropoff.due_at"],
    )
    assert told("OrderUpdated")[0]["moves_plans"] is True


def test_nothing_is_told_when_nothing_is_different(velo, velos_right, leg):
    with nothing_changes():
        assert edits(velo, leg, {"dropoff": {"due_at": iso(leg.due_at)}}).status_code == 200
        assert edits(velo, leg, {}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"dropoff": {"phone": "+33639980100"}},
        {"pickup": {"contact_name": "Eve"}},
        {"dropoff": {"address": "Elsewhere", "lat": 48.85, "lon": 2.36}},
        {"parcels": [{"index": 0, "description": "Cake"}]},
        {"pickup": {"ready_at": None}},
        {"dropoff": {"instructions": "x" * 501}},
    ],
)
def test_nothing_else_is_changed(velo, velos_right, leg, body):
    with nothing_changes():
        assert edits(velo, leg, body).status_code == 400


def test_without_the_right_nothing_is_changed(cast, velo, leg):
    connected(cast.bakery.pk, cast.fleet, rights=(Right.SEE, Right.REJECT, Right.HAND_ON))
    with nothing_changes():
        assert code_of(edits(velo, leg, {"dropoff": {"due_at": later(leg)}})) == (403, "edit_not_allowed")


def test_what_a_fleet_cannot_read_it_does_not_write_over(cast, velo, leg):
    connected(cast.bakery.pk, cast.fleet, rights=(Right.EDIT,))
    body = {"dropoff": {"instructions": "Ring twice"}}
    with nothing_changes():
        assert code_of(edits(velo, leg, body)) == (403, "edit_not_allowed")
    assert edits(velo, leg, {"dropoff": {"due_at": later(leg)}}).json()["dropoff"]["is_masked"] is True
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    answer = edits(velo, leg, body).json()["dropoff"]
    assert (answer["instructions"], answer["is_masked"]) == ("Ring twice", False)


def test_of_two_fleets_that_may_the_one_that_sees_writes_instructions(cast, velo, hand_clock):
    fleets = [Fleet.objects.create(organisation=cast.fleet_owner, name=name, is_open=True) for name in ("A", "B", "C")]
    for number, (fleet, more) in enumerate(zip(fleets, ((), (Right.SEE,), ()), strict=True)):
        make_courier(fleet, cast.zone, name=fleet.name, phone=f"+3363998003{number}")
        connected(cast.bakery.pk, fleet, rights=(Right.EDIT, *more))
    _, leg = placed(cast, network_policy=NetworkPolicy.ANY_OPEN)
    assert edits(velo, leg, {"dropoff": {"instructions": "Ring"}}).status_code == 200
    assert told("OrderUpdated")[0]["fleet_id"] == str(fleets[1].pk)


def test_a_change_of_nothing_shows_nobody_after_the_end(cast, velo, velos_right, leg, hand_clock):
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    for step in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED):
        courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=1, to=step)
    hand_clock.advance(hours=2)
    with nothing_changes():
        assert edits(velo, leg, {}).json()["dropoff"]["is_masked"] is True
        assert code_of(edits(velo, leg, {"dropoff": {"instructions": "Ring"}})) == (403, "edit_not_allowed")


def test_who_was_not_asked_does_not_find_the_leg(cast, velos_right, leg, till):
    stranger, _ = fleet_with_one(cast, "Stranger", 24)
    with nothing_changes():
        for system in (with_key(stranger.organisation_id), till):
            assert code_of(edits(system, leg, {"dropoff": {"due_at": later(leg)}})) == (404, "leg_not_found")


def test_what_somebody_else_has_by_now_is_not_changed(cast, velo, velos_right, hand_clock, leg):
    rapid = make_rapid()
    connected(cast.bakery.pk, rapid.fleet, rights=(Right.EDIT,))
    make_fleet_offer(leg_id=leg.pk, leg_version=leg.version, fleet_id=rapid.fleet.pk)
    (offer,) = rapid.system.gets("/offers").json()["data"]
    assert rapid.system.posts(f"/offers/{offer['id']}/decline", {"reason": "no"}).status_code == 200
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    with nothing_changes():
        refused = edits(rapid.system, leg, {"dropoff": {"instructions": "Ring"}})
        assert code_of(refused) == (409, "leg_taken")


def test_the_table_of_the_merchant_says_until_when(cast, velo, velos_right, leg):
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    with nothing_changes():
        assert code_of(edits(velo, leg, {"dropoff": {"due_at": later(leg)}})) == (409, "too_far_to_change")
    assert edits(velo, leg, {"dropoff": {"instructions": "Ring twice"}}).status_code == 200


def test_a_fleet_that_is_offered_it_changes_instructions(cast, hand_clock, leg):
    rapid = make_rapid()
    connected(cast.bakery.pk, rapid.fleet, rights=(Right.EDIT, Right.SEE))
    make_fleet_offer(leg_id=leg.pk, leg_version=leg.version, fleet_id=rapid.fleet.pk)
    assert edits(rapid.system, leg, {"pickup": {"instructions": "Back door"}}).status_code == 200
    with nothing_changes():
        assert code_of(edits(rapid.system, leg, {"dropoff": {"due_at": later(leg)}})) == (409, "too_far_to_change")


def test_what_was_changed_meanwhile_is_not_changed_unseen(velo, velos_right, leg):
    version = velo.gets("/legs/unassigned").json()["data"][0]["version"]
    update_order(order_id=leg.order_id, changes=OrderChanges(dropoff={"instructions": "Third floor"}))
    body = {"dropoff": {"instructions": "Ring twice"}}
    with nothing_changes():
        assert code_of(edits(velo, leg, {**body, "version": version})) == (409, "version_changed")
        assert code_of(edits(velo, leg, body, **{"If-Match": f'"{version}"'})) == (409, "version_changed")
        assert edits(velo, leg, body, **{"If-Match": "nonsense"}).status_code == 400
    assert edits(velo, leg, body, **{"If-Match": f'"{version + 1}"'}).status_code == 200


def test_a_window_that_cannot_be_is_refused_with_its_field(velo, velos_right, leg):
    with nothing_changes():
        refused = edits(velo, leg, {"dropoff": {"due_at": "2026-06-01T10:00:00Z"}})
        assert (code_of(refused), refused.json()["error"]["fields"][0]["path"]) == ((422, "invalid"), "dropoff.due_at")


def test_a_time_that_has_another_price_is_the_merchants_alone(cast, velo, velos_right, leg, till):
    peak = {"from": "13:00", "to": "14:00", "days": list(range(7)), "cents": 90}
    Connection.objects.filter(pk=velos_right.pk).update(tariff=a_tariff(cast.fleet, peaks=[peak]))
    same, dearer = (iso(leg.ready_at + timedelta(minutes=minutes)) for minutes in (20, 70))
    due = iso(leg.due_at + timedelta(hours=3))
    assert edits(velo, leg, {"pickup": {"ready_at": same}, "dropoff": {"due_at": due}}).status_code == 200
    with nothing_changes():
        refused = edits(velo, leg, {"pickup": {"ready_at": dearer}})
        assert code_of(refused) == (409, "price_would_change")
    path = f"/v1/orders/{public_id('ord', leg.order_id)}"
    answer = till.client.patch(path, {"pickup": {"ready_at": dearer}})
    assert (answer.status_code, answer.json()["price"]["amount"]) == (200, Order.objects.get().amount_cents)


def test_a_merchants_own_fleet_needs_no_right_and_minds_its_own_price(cast, hand_clock):
    own, _ = fleet_with_one(cast, "Bakery boys", 23, owner=cast.bakery)
    _, leg = placed(cast)
    system = with_key(own.organisation_id)
    dearer = iso(leg.ready_at + timedelta(hours=8))
    body = {"pickup": {"ready_at": dearer, "instructions": "Back door"}, "dropoff": {"due_at": None}}
    assert edits(system, leg, body).status_code == 200
    assert Leg.objects.get(pk=leg.pk).ready_at == leg.ready_at + timedelta(hours=8)


def test_the_end_at_a_hub_is_not_the_orders(cast, velo, hand_clock):
    connected(cast.bakery.pk, cast.fleet, rights=(Right.EDIT, Right.SEE))
    hub = make_hub(make_operator())
    via = hub_stop(hub.pk, organisation_id=cast.bakery.pk)
    order = place_order(new_order(cast.bakery.pk, network_policy=NetworkPolicy.CONNECTED, via=via))
    collection = Leg.objects.get(order=order, sequence=1)
    with nothing_changes():
        refused = edits(velo, collection, {"dropoff": {"instructions": "Dock 2"}})
        assert (code_of(refused), refused.json()["error"]["fields"][0]["code"]) == ((422, "invalid"), "at_hub")
    assert edits(velo, collection, {"pickup": {"instructions": "Back door"}}).status_code == 200


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [((Right.EDIT,), (Right.EDIT,), 200), ((Right.EDIT,), (), 403), ((), (Right.EDIT,), 403)],
)
def test_what_was_handed_on_is_changed_by_the_rights_of_both_connections(cast, hand_clock, first, second, status):
    chain = assemble_chain(cast, rights=(Right.HAND_ON, *first), next_rights=second)
    leg = chain.handed_on()
    assert edits(chain.tandems, leg, {"dropoff": {"due_at": later(leg)}}).status_code == status
    with nothing_changes():
        assert code_of(edits(chain.rushs, leg, {"dropoff": {"due_at": later(leg)}})) == (409, "leg_taken")


def test_a_fleet_it_was_handed_on_to_does_not_move_it_to_another_price_either(cast, hand_clock):
    chain = assemble_chain(cast, rights=(Right.HAND_ON, Right.EDIT), next_rights=(Right.EDIT,))
    peak = {"from": "13:00", "to": "14:00", "days": list(range(7)), "cents": 90}
    Connection.objects.filter(pk=chain.second.pk).update(tariff=a_tariff(chain.tandem, peaks=[peak]))
    leg = chain.handed_on()
    body = {"pickup": {"ready_at": iso(leg.ready_at + timedelta(minutes=70))}, "dropoff": {"due_at": None}}
    with nothing_changes():
        assert code_of(edits(chain.tandems, leg, body)) == (409, "price_would_change")


def test_the_plan_follows(cast, velo, velos_right, leg):
    assert edits(velo, leg, {"dropoff": {"drop_by": later(leg, 30)}}).status_code == 200
    changed = Leg.objects.get(pk=leg.pk)
    assert (changed.status, changed.version) == (LegStatus.OPEN, leg.version + 1)
