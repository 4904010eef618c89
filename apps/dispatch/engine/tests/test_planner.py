"""What the planner decides, by example. A bike does 5 m/s here: 1,000 m are 200 s."""

from dataclasses import replace

import pytest

from apps.dispatch.engine import CommittedStop, PlannerSettings, StopKind, UnassignedReason, plan
from apps.dispatch.engine.tests.factories import BIKE, VAN, at, make_courier, make_leg, make_snapshot


def taken_by(outcome, courier_id):
    return [leg_id for route in outcome.routes if route.courier_id == courier_id for leg_id in route.leg_ids]


def test_a_leg_goes_to_the_courier_who_can_drop_it_off_first():
    near, far = make_courier("near", position=at(900)), make_courier("far", position=at(-5_000))
    outcome = plan(make_snapshot([far, near], [make_leg()]))
    assert taken_by(outcome, "near") == ["leg"]
    assert outcome.unassigned == {}


def test_times_follow_from_the_ride_and_half_of_each_service():
    outcome = plan(make_snapshot([make_courier()], [make_leg()]))
    commitment = outcome.commitments[0]
    assert commitment.depart_at == 0.0
    assert commitment.pickup_at == pytest.approx(200 + 60, abs=0.1)
    assert commitment.dropoff_at == pytest.approx((200 + 60 + 60 + 200 + 60,), abs=0.1)
    pickup, dropoff = outcome.routes[0].stops
    assert (pickup.kind, dropoff.kind) == (StopKind.PICKUP, StopKind.DROPOFF)
    assert pickup.arrives_at == pytest.approx(200, abs=0.1)
    assert dropoff.leaves_at == pytest.approx(commitment.dropoff_at[0] + 60)


def test_a_busy_courier_who_will_be_free_next_door_beats_an_idle_one_far_away():
    busy = make_courier("busy", position=at(1_000), free_at=300.0)
    idle = make_courier("idle", position=at(-9_000))
    outcome = plan(make_snapshot([idle, busy], [make_leg()]))
    assert taken_by(outcome, "busy") == ["leg"]
    assert outcome.commitments == (), "he is not free before the next plan"


def test_nothing_is_committed_before_it_must_be():
    leg = make_leg(ready_at=1_800.0)  # he must leave at 1800 - 60 - 200 = 1540
    early = plan(make_snapshot([make_courier()], [leg], now=1_500.0, tick_s=30.0))
    assert taken_by(early, "bo") == ["leg"]
    assert early.routes[0].departs_at == pytest.approx(1_540, abs=0.1)
    assert early.commitments == ()
    due = plan(make_snapshot([make_courier()], [leg], now=1_515.0, tick_s=30.0))
    assert [commitment.leg_ids for commitment in due.commitments] == [("leg",)]


def test_the_commit_lead_commits_that_much_earlier():
    leg = make_leg(ready_at=1_800.0)
    snapshot = make_snapshot([make_courier()], [leg], now=1_500.0, tick_s=30.0, commit_lead_s=15.0)
    assert [commitment.leg_ids for commitment in plan(snapshot).commitments] == [("leg",)]


def test_a_commitment_says_what_the_next_three_would_have_cost():
    couriers = [make_courier(f"c{n}", position=at(-1_000 * n)) for n in range(6)]
    why = plan(make_snapshot(couriers, [make_leg()], tick_s=60.0)).commitments[0].why
    assert [other.courier_id for other in why.others] == ["c1", "c2", "c3"]
    assert why.cost_min == pytest.approx(580 / 60, abs=0.01)
    assert why.others[0].cost_min == pytest.approx(780 / 60, abs=0.01)


def test_the_others_named_in_a_commitment_could_all_have_carried_it():
    couriers = [make_courier("bo"), make_courier("cy", fleet_id="other"), make_courier("di", position=at(-900))]
    leg = make_leg(eligible_fleets=frozenset({"own"}))
    why = plan(make_snapshot(couriers, [leg])).commitments[0].why
    assert [other.courier_id for other in why.others] == ["di"]


def test_legs_of_one_place_travel_together_when_couriers_are_short():
    legs = [make_leg("a", pickup_place="bistro"), make_leg("b", pickup_place="bistro", dropoff=at(2_100))]
    outcome = plan(make_snapshot([make_courier()], legs))
    assert outcome.commitments[0].leg_ids == ("a", "b")
    assert outcome.commitments[0].dropoff_at[1] > outcome.commitments[0].dropoff_at[0]


def test_legs_of_one_place_travel_apart_when_couriers_abound():
    legs = [make_leg("a", pickup_place="bistro"), make_leg("b", pickup_place="bistro")]
    outcome = plan(make_snapshot([make_courier("bo"), make_courier("cy")], legs))
    assert sorted(commitment.leg_ids for commitment in outcome.commitments) == [("a",), ("b",)]


def test_pickups_of_different_places_are_different_stops():
    outcome = plan(make_snapshot([make_courier()], [make_leg("a"), make_leg("b")]))
    assert len(outcome.commitments[0].leg_ids) == 1
    pickups = [stop for stop in outcome.routes[0].stops if stop.kind is StopKind.PICKUP]
    assert [len(stop.leg_ids) for stop in pickups] == [1, 1]


def test_a_bundle_is_not_made_too_heavy_for_everyone():
    legs = [make_leg(name, pickup_place="bistro", weight_g=6_000) for name in "ab"]
    outcome = plan(make_snapshot([make_courier()], legs))
    assert len(outcome.commitments[0].leg_ids) == 1


def test_a_bundle_nobody_can_drop_off_in_time_is_broken_up_again():
    legs = [make_leg(name, pickup_place="bistro", drop_by=600.0) for name in "ab"]
    outcome = plan(make_snapshot([make_courier()], legs))
    assert [len(commitment.leg_ids) for commitment in outcome.commitments] == [1]
    assert list(outcome.unassigned.values()) == [UnassignedReason.NO_COURIER_FREE]


def test_between_equally_near_couriers_work_goes_to_the_one_below_his_guarantee():
    done, idle = make_courier("done", legs_done=9), make_courier("idle", legs_done=0)
    outcome = plan(make_snapshot([done, idle], [make_leg()], now=3_600.0))
    assert taken_by(outcome, "idle") == ["leg"]


def test_an_old_leg_is_not_given_up_for_being_old():
    old = make_leg("old", placed_at=-100_000.0, ready_at=-90_000.0, due_at=-80_000.0)
    outcome = plan(make_snapshot([make_courier()], [old]))
    assert taken_by(outcome, "bo") == ["old"]


def test_a_pair_that_is_not_worth_making_takes_no_better_one_apart():
    here = make_leg("here", pickup=at(0), dropoff=at(0, 500))
    there = make_leg("there", pickup=at(6_000), dropoff=at(6_000, 500))
    near, remote = make_courier("near", position=at(2_700)), make_courier("remote", position=at(-60_000))
    outcome = plan(make_snapshot([near, remote], [here, there], routes_max_legs=1))
    assert taken_by(outcome, "near") == ["here"]
    assert outcome.unassigned == {"there": UnassignedReason.WAITING_FOR_A_BETTER_COURIER}


def test_a_courier_whose_shift_starts_soon_is_planned_but_not_sent_yet():
    late = make_courier(on_duty_from=1_200.0)
    outcome = plan(make_snapshot([late], [make_leg()]))
    assert outcome.routes[0].departs_at == 1_200.0
    assert outcome.commitments == ()


def test_a_faster_vehicle_may_beat_a_nearer_courier():
    bike, van = make_courier("bike", position=at(0)), make_courier("van", position=at(-500), vehicle=VAN)
    assert taken_by(plan(make_snapshot([bike, van], [make_leg()])), "van") == ["leg"]


def test_an_empty_city_gives_an_empty_plan():
    outcome = plan(make_snapshot([], []))
    assert (outcome.routes, outcome.commitments, outcome.unassigned) == ((), (), {})


def committed(leg, since=None):
    """On board since then, or still to be picked up."""
    dropoff = CommittedStop(StopKind.DROPOFF, leg, since)
    return (dropoff,) if since is not None else (CommittedStop(StopKind.PICKUP, leg), dropoff)


def test_a_new_leg_is_picked_up_on_the_way_to_a_committed_drop_off():
    has = make_leg("has", dropoff=at(3_000))
    courier = make_courier(stops=committed(has, since=-60.0), parcels_on_board=1)
    route = plan(make_snapshot([courier], [make_leg()])).routes[0]
    assert [(stop.leg_ids, stop.is_committed) for stop in route.stops] == [
        (("leg",), False),
        (("leg",), False),
        (("has",), True),
    ]
    assert route.leg_ids == ("leg",)


def test_a_promise_to_a_committed_recipient_goes_before_a_new_leg():
    has = make_leg("has", dropoff=at(3_000), promised_at=700.0)  # alone he is there at 660
    courier = make_courier(stops=committed(has, since=-60.0), parcels_on_board=1)
    route = plan(make_snapshot([courier], [make_leg()])).routes[0]
    assert [stop.leg_ids for stop in route.stops] == [("has",), ("leg",), ("leg",)]


def test_a_new_leg_joins_a_committed_pickup_of_its_place_and_is_reached_with_it():
    courier = make_courier(stops=committed(make_leg("has", pickup_place="bistro", ready_at=600.0)))
    new = make_leg("new", pickup_place="bistro", ready_at=600.0)
    first, second = plan(make_snapshot([courier], [new])).routes[0].stops[:2]
    assert {first.leg_ids, second.leg_ids} == {("has",), ("new",)}
    assert (first.departs_at, first.arrives_at) == (second.departs_at, second.arrives_at)
    assert second.handover_at == first.handover_at == 600.0


def test_he_is_at_a_place_in_time_for_the_leg_that_must_be_gone_before_the_other_is_ready():
    hurried = make_leg("hurried", pickup_place="bistro", ready_at=500.0, pickup_by=700.0)
    slow = make_leg("slow", pickup_place="bistro", ready_at=1_000.0)
    route = plan(make_snapshot([make_courier()], [hurried, slow])).routes[0]
    assert route.stops[0].arrives_at <= 700.0 - 60.0


REASONS = {
    UnassignedReason.NO_COURIER_ON_SHIFT: ({"shift_ends_at": -1.0}, {}),
    UnassignedReason.NO_ELIGIBLE_FLEET: ({}, {"eligible_fleets": frozenset({"elsewhere"})}),
    UnassignedReason.MISSING_SKILL: ({"skills": frozenset({"cold"})}, {"skills": frozenset({"cold", "alcohol"})}),
    UnassignedReason.TOO_HEAVY: ({"weight_on_board_g": 5_000}, {"weight_g": 6_000}),
    UnassignedReason.NO_SUITABLE_VEHICLE: ({}, {"vehicle_kinds": frozenset({"van"})}),
    UnassignedReason.TOO_LARGE: ({"volume_on_board_l": 100.0}, {"volume_l": 30.0}),
    UnassignedReason.TOO_LONG_ON_BOARD: ({}, {"max_on_board_s": 300.0}),
    UnassignedReason.TOO_MANY_PARCELS: ({"parcels_on_board": 2}, {"parcels": 3}),
    UnassignedReason.EVERY_COURIER_DECLINED: ({}, {"excluded_couriers": frozenset({"bo"})}),
    UnassignedReason.SHIFT_ENDS_TOO_SOON: ({"shift_ends_at": 100.0}, {}),
    UnassignedReason.WINDOW_CANNOT_BE_MET: ({}, {"drop_by": 570.0}),
    UnassignedReason.BEYOND_HORIZON: ({}, {"ready_at": 99_999.0}),
    UnassignedReason.WAITING_FOR_A_BETTER_COURIER: ({"position": at(-60_000)}, {}),
}


@pytest.mark.parametrize("reason", REASONS, ids=str)
def test_a_leg_left_out_gets_the_reason_that_holds(reason):
    courier, leg = REASONS[reason]
    outcome = plan(make_snapshot([make_courier(**courier)], [make_leg(**leg)]))
    assert outcome.unassigned == {"leg": reason}
    assert outcome.routes == ()


def test_who_brings_nothing_after_the_shift_is_left_out_for_that_and_not_for_the_window():
    courier = make_courier(shift_ends_at=570.0, drop_by=570.0)
    assert plan(make_snapshot([courier], [make_leg()])).unassigned == {"leg": UnassignedReason.SHIFT_ENDS_TOO_SOON}
    assert taken_by(plan(make_snapshot([replace(courier, drop_by=None)], [make_leg()])), "bo") == ["leg"]


@pytest.mark.parametrize("limits", [{"max_legs": 1}, {"max_couriers": 1}], ids=str)
def test_what_exceeds_the_size_of_a_plan_is_said_to(limits):
    couriers = [make_courier("bo"), make_courier("cy", free_at=60.0)]
    outcome = plan(make_snapshot(couriers, [make_leg("a"), make_leg("b", ready_at=10.0)], routes_max_legs=1, **limits))
    assert list(outcome.unassigned.values()) == [UnassignedReason.BEYOND_PLAN_SIZE]


def test_limits_are_inclusive():
    leg = make_leg(weight_g=BIKE.max_weight_g, parcels=BIKE.max_parcels, drop_by=581.0)
    outcome = plan(make_snapshot([make_courier(shift_ends_at=261.0)], [leg]))
    assert taken_by(outcome, "bo") == ["leg"]


def test_two_couriers_with_one_id_are_refused():
    with pytest.raises(ValueError, match="two couriers"):
        make_snapshot([make_courier("bo"), make_courier("bo")], [])


@pytest.mark.parametrize(
    ("field", "value"), [("tick_s", 0), ("lateness_slope", -1), ("horizon_s", float("nan")), ("routes_max_legs", 0)]
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(field, value):
    with pytest.raises(ValueError, match=field):
        PlannerSettings(**{field: value})
