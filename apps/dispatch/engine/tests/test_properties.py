"""What holds for every plan, on generated snapshots, checked leg by leg with plain arithmetic."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.geo import distance_m
from apps.dispatch.engine import OpenLeg, PlannerSettings, Snapshot, StopKind, UnassignedReason, plan
from apps.dispatch.engine.tests.factories import BIKE, VAN, at, make_courier, make_leg

NOW = 10_000.0
FLEETS, SKILLS = ["own", "north", "south"], ["cold", "alcohol"]
SLACK_S = 1e-3

places = st.builds(at, st.integers(-3_000, 3_000), st.integers(-3_000, 3_000))
moments = st.integers(-1_800, 3_600).map(lambda seconds: NOW + seconds)
skill_sets = st.frozensets(st.sampled_from(SKILLS))


@st.composite
def couriers(draw, index):
    begins = draw(moments)
    return make_courier(
        f"c{index}",
        position=draw(places),
        free_at=draw(moments),
        on_duty_from=begins,
        shift_ends_at=begins + draw(st.integers(600, 7_200)),
        vehicle=draw(st.sampled_from([BIKE, VAN])),
        fleet_id=draw(st.sampled_from(FLEETS)),
        skills=draw(skill_sets),
        legs_done=draw(st.integers(0, 9)),
        parcels_on_board=draw(st.sampled_from([0, 0, 2])),
        weight_on_board_g=draw(st.sampled_from([0, 0, 5_000])),
    )


@st.composite
def legs(draw, index, kitchens):
    kitchen = draw(st.sampled_from(range(len(kitchens))))
    placed = draw(moments)
    ready = placed + draw(st.integers(0, 2_400))
    return make_leg(
        f"l{index}",
        pickup=kitchens[kitchen],
        dropoff=draw(places),
        pickup_place=f"kitchen {kitchen}",
        placed_at=placed,
        ready_at=ready,
        due_at=draw(st.none() | st.just(ready + 900.0)),
        drop_by=draw(st.none() | st.integers(300, 3_600).map(lambda seconds: ready + seconds)),
        weight_g=draw(st.sampled_from([500, 4_000, 12_000])),
        parcels=draw(st.integers(1, 3)),
        skills=draw(st.just(frozenset()) | skill_sets),
        eligible_fleets=draw(st.none() | st.frozensets(st.sampled_from(FLEETS))),
        excluded_couriers=draw(st.frozensets(st.sampled_from([f"c{n}" for n in range(6)]), max_size=3)),
    )


@st.composite
def snapshots(draw):
    kitchens = draw(st.lists(places, min_size=1, max_size=3))
    return Snapshot(
        now=NOW,
        couriers=tuple(draw(couriers(n)) for n in range(draw(st.integers(0, 6)))),
        legs=tuple(draw(legs(n, kitchens)) for n in range(draw(st.integers(0, 9)))),
        settings=PlannerSettings(
            max_bundle_legs=draw(st.integers(1, 4)),
            max_legs=draw(st.sampled_from([3, 4_000])),
            max_couriers=draw(st.sampled_from([2, 2_000])),
            routes_rounds=draw(st.sampled_from([0, 1, 6])),
            routes_max_legs=draw(st.integers(1, 6)),
            routes_candidates=draw(st.sampled_from([1, 100])),
            routes_plan_legs=draw(st.sampled_from([3, 1_500])),
            routes_plan_couriers=draw(st.sampled_from([2, 1_000])),
            leave_out_price_min=draw(st.sampled_from([30.0, 200.0])),
            leave_out_floor_min=draw(st.sampled_from([10.0, 60.0])),
        ),
    )


def ride_s(origin, destination, vehicle):
    return distance_m(origin, destination) * vehicle.detour_factor / (vehicle.speed_kmh / 3.6)


def single_times(snapshot, courier, leg):
    """Pickup and drop-off when this courier does this leg and nothing else."""
    free = max(snapshot.now, courier.free_at, courier.on_duty_from)
    arrives = free + ride_s(courier.position, leg.pickup, courier.vehicle)
    pickup = max(leg.ready_at, arrives + leg.pickup_service_s / 2)
    ride = ride_s(leg.pickup, leg.dropoff, courier.vehicle)
    return pickup, pickup + leg.pickup_service_s / 2 + ride + leg.dropoff_service_s / 2


def on_duty(snapshot):
    soon = snapshot.now + snapshot.settings.shift_lookahead_s
    return [
        c
        for c in snapshot.couriers
        if c.on_duty_from <= soon and max(snapshot.now, c.free_at, c.on_duty_from) <= c.shift_ends_at
    ]


CHECKS = [
    (
        UnassignedReason.NO_ELIGIBLE_FLEET,
        lambda _, c, leg: leg.eligible_fleets is None or c.fleet_id in leg.eligible_fleets,
    ),
    (UnassignedReason.MISSING_SKILL, lambda _, c, leg: leg.skills <= c.skills),
    (UnassignedReason.TOO_HEAVY, lambda _, c, leg: leg.weight_g + c.weight_on_board_g <= c.vehicle.max_weight_g),
    (UnassignedReason.TOO_MANY_PARCELS, lambda _, c, leg: leg.parcels + c.parcels_on_board <= c.vehicle.max_parcels),
    (UnassignedReason.EVERY_COURIER_DECLINED, lambda _, c, leg: c.id not in leg.excluded_couriers),
    (UnassignedReason.SHIFT_ENDS_TOO_SOON, lambda s, c, leg: single_times(s, c, leg)[0] <= c.shift_ends_at),
    (
        UnassignedReason.WINDOW_CANNOT_BE_MET,
        lambda s, c, leg: leg.drop_by is None or single_times(s, c, leg)[1] <= leg.drop_by,
    ),
]


def able(snapshot, leg, among):
    """The couriers who could carry this leg alone, and the limit that strikes out the last of them, if one does."""
    for reason, allows in CHECKS:
        among = [courier for courier in among if allows(snapshot, courier, leg)]
        if not among:
            return [], reason
    return among, None


def groups_of(route):
    """The stops of a route, one list per pickup with its drop-offs."""
    groups = []
    for stop in route.stops:
        if stop.kind is StopKind.PICKUP:
            groups.append([])
        groups[-1].append(stop)
    return groups


def check_route(snapshot, route):
    """Recompute a route from where its courier is free and compare; no hard limit may be broken."""
    courier = next(c for c in snapshot.couriers if c.id == route.courier_id)
    assert route.departs_at >= max(snapshot.now, courier.free_at, courier.on_duty_from)
    here, leaves = courier.position, route.departs_at
    groups = groups_of(route)
    assert len(route.leg_ids) <= max(snapshot.settings.routes_max_legs, len(groups[0]) - 1)
    assert list(route.first_stops) == groups[0]
    for group in groups:
        here, leaves = check_group(snapshot, courier, group, here, leaves)


def check_group(snapshot, courier, stops, here, leaves):
    """Recompute one pickup and its drop-offs; returns where and when the courier leaves."""
    by_id = {leg.id: leg for leg in snapshot.legs}
    pickup, *dropoffs = stops
    carried = [by_id[leg_id] for leg_id in pickup.leg_ids]
    assert [stop.leg_ids for stop in dropoffs] == [(leg.id,) for leg in carried]
    assert len({leg.pickup_place for leg in carried}) == 1
    assert len(carried) <= snapshot.settings.max_bundle_legs
    for leg in carried:
        assert leg.eligible_fleets is None or courier.fleet_id in leg.eligible_fleets
        assert leg.skills <= courier.skills
        assert courier.id not in leg.excluded_couriers
    assert sum(leg.weight_g for leg in carried) + courier.weight_on_board_g <= courier.vehicle.max_weight_g
    assert sum(leg.parcels for leg in carried) + courier.parcels_on_board <= courier.vehicle.max_parcels
    arrives = leaves + ride_s(here, carried[0].pickup, courier.vehicle)
    assert pickup.arrives_at == pytest.approx(arrives, abs=SLACK_S)
    half = max(leg.pickup_service_s for leg in carried) / 2
    picked_up = max(*(leg.ready_at for leg in carried), arrives + half)
    assert pickup.handover_at == pytest.approx(picked_up, abs=SLACK_S)
    assert pickup.handover_at <= courier.shift_ends_at + SLACK_S
    here, leaves = carried[0].pickup, picked_up + half
    for stop, leg in zip(dropoffs, carried, strict=True):
        dropped = leaves + ride_s(here, leg.dropoff, courier.vehicle) + leg.dropoff_service_s / 2
        assert stop.handover_at == pytest.approx(dropped, abs=SLACK_S)
        assert leg.drop_by is None or stop.handover_at <= leg.drop_by + SLACK_S
        here, leaves = leg.dropoff, dropped + leg.dropoff_service_s / 2
    assert stops[-1].leaves_at == pytest.approx(leaves, abs=SLACK_S)
    return here, leaves


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_no_plan_breaks_a_hard_limit(snapshot):
    outcome = plan(snapshot)
    for route in outcome.routes:
        check_route(snapshot, route)
    assert len({route.courier_id for route in outcome.routes}) == len(outcome.routes)


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_every_leg_has_exactly_one_route_or_a_reason(snapshot):
    outcome = plan(snapshot)
    planned = [leg_id for route in outcome.routes for leg_id in route.leg_ids]
    assert sorted([*planned, *outcome.unassigned]) == sorted(leg.id for leg in snapshot.legs)


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_exactly_the_routes_that_leave_before_the_next_plan_are_committed(snapshot):
    outcome = plan(snapshot)
    due = {route.courier_id: route for route in outcome.routes if route.departs_at < NOW + snapshot.settings.tick_s}
    assert {commitment.courier_id for commitment in outcome.commitments} == set(due)
    for commitment in outcome.commitments:
        route = due[commitment.courier_id]
        assert commitment.leg_ids == route.stops[0].leg_ids
        assert commitment.depart_at == route.departs_at
        if len(groups_of(route)) == 1:
            assert commitment.why.cost_min == pytest.approx(route.cost_min)
        handovers = tuple(stop.handover_at for stop in route.first_stops)
        assert (commitment.pickup_at, *commitment.dropoff_at) == handovers
        costs = [other.cost_min for other in commitment.why.others]
        assert costs == sorted(costs)
        assert len(costs) <= 3


@settings(max_examples=120, deadline=None)
@given(snapshots())
def test_the_reason_for_a_leg_left_out_is_true(snapshot):
    outcome = plan(snapshot)
    busy = {route.courier_id for route in outcome.routes}
    rules = snapshot.settings
    most_legs = min(rules.max_legs, rules.routes_plan_legs)
    cut = len(snapshot.couriers) > rules.max_couriers or len(snapshot.legs) > most_legs
    for leg in snapshot.legs:
        if (reason := outcome.unassigned.get(leg.id)) is None:
            continue
        if not on_duty(snapshot):
            assert reason is UnassignedReason.NO_COURIER_ON_SHIFT
            continue
        who, limit = able(snapshot, leg, on_duty(snapshot))
        if limit is not None:
            assert reason is limit
        elif reason is UnassignedReason.NO_COURIER_FREE:
            assert {courier.id for courier in who} <= busy
        elif reason is UnassignedReason.WAITING_FOR_A_BETTER_COURIER:
            idle = [courier for courier in who if courier.id not in busy]
            assert idle
            assert any(single_times(snapshot, courier, leg)[1] >= given_up_at(snapshot, leg) for courier in idle)
        else:
            assert (reason, cut) == (UnassignedReason.BEYOND_PLAN_SIZE, True)


def given_up_at(snapshot: Snapshot, leg: OpenLeg) -> float:
    """The drop-off from which on leaving a leg out is cheaper, less what a tie-break may move it."""
    price, floor = snapshot.settings.leave_out_price_min, snapshot.settings.leave_out_floor_min
    return max(leg.placed_at + 60 * price, max(leg.ready_at, snapshot.now) + 60 * floor) - 60 * 5


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_the_same_snapshot_gives_the_same_plan(snapshot):
    assert plan(snapshot) == plan(replace(snapshot))


@settings(max_examples=50, deadline=None)
@given(snapshots(), st.randoms(use_true_random=False))
def test_the_order_of_couriers_and_legs_decides_between_equally_good_plans_only(snapshot, chance: random.Random):
    unlimited = replace(snapshot, settings=PlannerSettings(max_bundle_legs=1, routes_rounds=0))
    shuffled = replace(
        unlimited,
        couriers=tuple(chance.sample(unlimited.couriers, len(unlimited.couriers))),
        legs=tuple(chance.sample(unlimited.legs, len(unlimited.legs))),
    )
    assert worth(unlimited) == pytest.approx(worth(shuffled), abs=1e-6)


def worth(snapshot: Snapshot) -> float:
    """Minutes a plan saves against leaving all its legs out; what the matching makes as large as it can."""
    by_id = {leg.id: leg for leg in snapshot.legs}
    total = 0.0
    for route in plan(snapshot).routes:
        for leg_id in route.leg_ids:
            total += left_out_min(snapshot, by_id[leg_id])
        total -= route.cost_min
    return total


def left_out_min(snapshot: Snapshot, leg: OpenLeg) -> float:
    """What leaving a leg out costs, spelled out from the settings."""
    rules = snapshot.settings
    by_placement = leg.placed_at + 60 * rules.leave_out_price_min
    dropped = max(by_placement, max(leg.ready_at, snapshot.now) + 60 * rules.leave_out_floor_min)
    due = leg.placed_at + rules.lateness_threshold_s if leg.due_at is None else leg.due_at
    return (dropped - leg.placed_at) / 60 + rules.lateness_slope * max(0.0, dropped - due) / 60


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_one_leg_a_courier_is_matched_as_well_as_trying_every_way(snapshot):
    small = replace(
        snapshot,
        couriers=snapshot.couriers[:3],
        legs=snapshot.legs[:4],
        settings=replace(
            snapshot.settings,
            max_bundle_legs=1,
            max_legs=9,
            max_couriers=9,
            tie_break_min=0.0,
            leave_out_floor_min=1.0,
            routes_rounds=0,
        ),
    )
    assert worth(small) == pytest.approx(best_worth(small, list(small.legs), on_duty(small)), abs=1e-6)


def best_worth(snapshot, legs_left, couriers_left):
    """The best matching by trial of all."""
    if not legs_left or not couriers_left:
        return 0.0
    courier, rest = couriers_left[0], couriers_left[1:]
    best = best_worth(snapshot, legs_left, rest)
    for leg in legs_left:
        if able(snapshot, leg, [courier])[0]:
            dropped = single_times(snapshot, courier, leg)[1]
            due = leg.placed_at + snapshot.settings.lateness_threshold_s if leg.due_at is None else leg.due_at
            late = snapshot.settings.lateness_slope * max(0.0, dropped - due)
            saved = left_out_min(snapshot, leg) - (dropped - leg.placed_at + late) / 60
            others = [other for other in legs_left if other is not leg]
            best = max(best, saved + best_worth(snapshot, others, rest))
    return best
