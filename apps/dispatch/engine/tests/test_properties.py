"""What holds for every plan, on snapshots made up from seeds, checked leg by leg with plain arithmetic."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.dispatch.engine import PlannerSettings, Snapshot, StopKind, StraightLine, UnassignedReason, plan
from apps.dispatch.engine.tests.plan_checker import (
    SLACK_MIN,
    Made,
    Visit,
    check_plan,
    cost_of,
    couriers_of,
    free_from,
    is_searched,
    left_out_min,
    ride_through,
    visits_of,
)
from apps.dispatch.engine.tests.random_snapshots import a_snapshot

AT_ONCE = 10  # snapshots an example: hypothesis costs more than a plan
seeds = st.integers(0, 2**40)


def snapshots(seed, **changes):
    return [a_snapshot(seed + k, **changes) for k in range(AT_ONCE)]


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_no_plan_breaks_a_hard_limit_and_each_is_what_it_says(seed):
    for snapshot in snapshots(seed):
        check_plan(snapshot, plan(snapshot))


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_a_plan_by_matching_breaks_no_limit_either(seed):
    for snapshot in snapshots(seed, routes_rounds=0):
        check_plan(snapshot, plan(snapshot))


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_a_plan_whose_time_is_over_at_once_is_valid(seed):
    for snapshot in snapshots(seed, routes_rounds=6, ruin_rounds=256, routes_budget_s=1e-9):
        check_plan(snapshot, plan(snapshot))


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_every_leg_has_exactly_one_route_or_a_reason(seed):
    for snapshot in snapshots(seed):
        outcome = plan(snapshot)
        planned = [leg_id for route in outcome.routes for leg_id in route.leg_ids]
        assert sorted([*planned, *outcome.unassigned]) == sorted(leg.id for leg in snapshot.legs)


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_the_same_snapshot_gives_the_same_plan(seed):
    for snapshot in snapshots(seed):
        assert plan(snapshot) == plan(replace(snapshot))


# Commitments


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_exactly_the_open_pickups_that_cannot_wait_for_the_next_plan_are_committed(seed):
    for snapshot in snapshots(seed):
        outcome, rules = plan(snapshot), snapshot.settings
        due = [
            (route, stop)
            for route in outcome.routes
            for stop in route.stops
            if stop.kind is StopKind.PICKUP and not stop.is_committed
            if stop.departs_at < snapshot.now + rules.tick_s + rules.commit_lead_s
        ]
        assert len(due) == len(outcome.commitments)
        for (route, pickup), commitment in zip(due, outcome.commitments, strict=True):
            dropoffs = {s.leg_ids[0]: s.handover_at for s in route.stops if s.kind is StopKind.DROPOFF}
            assert commitment.courier_id == route.courier_id
            assert sorted(commitment.leg_ids) == sorted(pickup.leg_ids)
            assert commitment.leg_ids == tuple(leg_id for leg_id in dropoffs if leg_id in pickup.leg_ids)
            assert (commitment.depart_at, commitment.pickup_at) == (pickup.departs_at, pickup.handover_at)
            assert commitment.dropoff_at == tuple(dropoffs[leg_id] for leg_id in commitment.leg_ids)


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_why_says_what_the_legs_cost_and_who_else_could_have_had_them(seed):
    for snapshot in snapshots(seed):
        outcome = plan(snapshot)
        for commitment in outcome.commitments:
            route = next(r for r in outcome.routes if r.courier_id == commitment.courier_id)
            why = commitment.why
            assert why.cost_min == pytest.approx(saved_without(snapshot, route, commitment.leg_ids), abs=SLACK_MIN)
            costs = [other.cost_min for other in why.others]
            assert costs == sorted(costs)
            assert len(costs) <= 3
            who = {other.courier_id for other in why.others}
            assert len(who) == len(costs)
            assert commitment.courier_id not in who
            legs = [leg for leg in snapshot.legs if leg.id in commitment.leg_ids]
            for other in (courier for courier in couriers_of(snapshot) if courier.id in who):
                limits = {able(snapshot, leg, [other])[1] for leg in legs}
                assert limits <= (LIMITS_OF_LATER if is_searched(snapshot) else LIMITS_OF_LATER | LIMITS_OF_AFTER)
            assert who <= {courier.id for courier in couriers_of(snapshot)}


# Picked up later, on the way, a leg whose drop-off must wait may be on board for less long than if ridden straight for.
LIMITS_OF_LATER = {None, UnassignedReason.TOO_LONG_ON_BOARD}
# The matching gives new work after all that is committed, when that is no longer on board.
LIMITS_OF_AFTER = {UnassignedReason.TOO_HEAVY, UnassignedReason.TOO_LARGE, UnassignedReason.TOO_MANY_PARCELS}


def saved_without(snapshot, route, leg_ids):
    """What a route costs less without these legs; where plans are matched, what they cost in it."""
    courier = next(c for c in snapshot.couriers if c.id == route.courier_id)
    visits = visits_of(snapshot, courier, route)
    others = [visit for visit in visits if visit.leg.id not in leg_ids]
    whole = cost_of(snapshot, courier.id, ride_through(snapshot, courier, visits))
    return whole - cost_of(snapshot, courier.id, ride_through(snapshot, courier, others))


# Reasons


def alone(snapshot, courier, leg) -> list[Made]:
    """Pickup and drop-off when this courier does this leg and nothing else."""
    return ride_through(snapshot, courier, [Visit(kind, leg, is_committed=False) for kind in StopKind])


def ends_before(at, *ends):
    return all(end is None or at <= end for end in ends)


def spare(courier):
    vehicle = courier.vehicle
    return (
        vehicle.max_weight_g - courier.weight_on_board_g,
        vehicle.max_volume_l - courier.volume_on_board_l,
        vehicle.max_parcels - courier.parcels_on_board,
    )


CHECKS = [
    (
        UnassignedReason.NO_ELIGIBLE_FLEET,
        lambda c, leg, _: leg.eligible_fleets is None or c.fleet_id in leg.eligible_fleets,
    ),
    (UnassignedReason.MISSING_SKILL, lambda c, leg, _: leg.skills <= c.skills),
    (
        UnassignedReason.NO_SUITABLE_VEHICLE,
        lambda c, leg, _: leg.vehicle_kinds is None or c.vehicle.kind in leg.vehicle_kinds,
    ),
    (UnassignedReason.TOO_HEAVY, lambda c, leg, _: leg.weight_g <= spare(c)[0]),
    (UnassignedReason.TOO_LARGE, lambda c, leg, _: leg.volume_l <= spare(c)[1]),
    (UnassignedReason.TOO_MANY_PARCELS, lambda c, leg, _: leg.parcels <= spare(c)[2]),
    (UnassignedReason.EVERY_COURIER_DECLINED, lambda c, leg, _: c.id not in leg.excluded_couriers),
    (
        UnassignedReason.SHIFT_ENDS_TOO_SOON,
        lambda c, _, at: at[0] <= c.shift_ends_at and ends_before(at[1], c.drop_by),
    ),
    (
        UnassignedReason.WINDOW_CANNOT_BE_MET,
        lambda _, leg, at: ends_before(at[0], leg.pickup_by) and ends_before(at[1], leg.drop_by),
    ),
    (UnassignedReason.TOO_LONG_ON_BOARD, lambda _, leg, at: ends_before(at[1] - at[0], leg.max_on_board_s)),
]


def able(snapshot, leg, among):
    """The couriers who could carry this leg alone, and the limit that strikes out the last of them, if one does."""
    times = {courier.id: [one.handover for one in alone(snapshot, courier, leg)] for courier in among}
    for reason, allows in CHECKS:
        among = [courier for courier in among if allows(courier, leg, times[courier.id])]
        if not among:
            return [], reason
    return among, None


def on_duty(snapshot):
    soon = snapshot.now + snapshot.settings.shift_lookahead_s
    return [c for c in snapshot.couriers if c.on_duty_from <= soon and free_from(snapshot, c) <= c.shift_ends_at]


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_the_reason_for_a_leg_left_out_is_true(seed):
    for snapshot in snapshots(seed):
        outcome = plan(snapshot)
        busy = {route.courier_id for route in outcome.routes}
        for leg in snapshot.legs:
            if leg.id in outcome.unassigned:
                check_reason(snapshot, leg, outcome.unassigned[leg.id], busy)


def check_reason(snapshot, leg, reason, busy):
    rules, there = snapshot.settings, couriers_of(snapshot)
    if not on_duty(snapshot):
        assert reason is UnassignedReason.NO_COURIER_ON_SHIFT
        return
    who, limit = able(snapshot, leg, on_duty(snapshot))
    idle = [courier for courier in who if courier.id not in busy and courier in there]
    if limit is not None:
        assert reason is limit
    elif reason is UnassignedReason.NO_COURIER_FREE:
        assert {courier.id for courier in who} <= busy
    elif reason is UnassignedReason.WAITING_FOR_A_BETTER_COURIER:
        assert idle
        if not is_searched(snapshot) or rules.routes_candidates >= len(there):
            costs = [cost_of(snapshot, courier.id, alone(snapshot, courier, leg)) for courier in idle]
            assert min(costs) >= left_out_min(snapshot, leg) - rules.routes_skip_min - SLACK_MIN
    else:
        assert reason is UnassignedReason.BEYOND_PLAN_SIZE
        assert len(on_duty(snapshot)) > rules.max_couriers or len(snapshot.legs) > rules.max_legs


# One engine, two ways


def of_one_courier_and_one_leg(snapshot):
    """Without what only the search knows: uncertain readiness, prices of riding and of change."""
    courier = replace(snapshot.couriers[0], stops=(), fixed_stops=0)
    leg = replace(snapshot.legs[0], ready_spread_s=0.0)
    rules = replace(snapshot.settings, riding_price=0.0, change_price_min=0.0)
    return replace(snapshot, couriers=(courier,), legs=(leg,), settings=rules, last_routes={})


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_search_and_matching_agree_on_what_one_courier_can_do(seed):
    for snapshot in snapshots(seed):
        if snapshot.couriers and snapshot.legs:
            small = of_one_courier_and_one_leg(snapshot)
            plans = [plan(replace(small, settings=replace(small.settings, routes_rounds=n))) for n in (0, 6)]
            assert plans[0].unassigned == plans[1].unassigned
            assert [route.leg_ids for route in plans[0].routes] == [route.leg_ids for route in plans[1].routes]
            for matched, searched in zip(*(p.routes for p in plans), strict=True):
                assert matched.cost_min == pytest.approx(searched.cost_min, abs=SLACK_MIN)


class Tables:
    """The straight line, as a service that gives tables only."""

    def seconds(self, origins, destinations, vehicle):
        return StraightLine().seconds(origins, destinations, vehicle)


@pytest.mark.parametrize("seed", range(0, 500, 50))
def test_rides_out_of_tables_lead_to_the_same_plan(seed):
    for snapshot in (a_snapshot(k) for k in range(seed, seed + 50)):
        with_tables = replace(snapshot, travel=Tables())
        one, other = plan(snapshot), plan(with_tables)
        check_plan(with_tables, other)
        assert one.unassigned == other.unassigned
        assert stops_of(one) == stops_of(other)
        for a, b in zip(one.routes, other.routes, strict=True):
            assert a.cost_min == pytest.approx(b.cost_min, abs=SLACK_MIN)


def stops_of(outcome):
    return [(route.courier_id, stop.kind, stop.leg_ids) for route in outcome.routes for stop in route.stops]


# The matching


def worth(snapshot: Snapshot) -> float:
    """Minutes a plan saves against leaving all its legs out; what the matching makes as large as it can."""
    by_id = {leg.id: leg for leg in snapshot.legs}
    total = 0.0
    for route in plan(snapshot).routes:
        total += sum(left_out_min(snapshot, by_id[leg_id]) for leg_id in route.leg_ids) - route.cost_min
    return total


@settings(max_examples=10, deadline=None)
@given(seeds, st.randoms(use_true_random=False))
def test_the_order_of_couriers_and_legs_decides_between_equally_good_matchings_only(seed, chance: random.Random):
    for snapshot in snapshots(seed):
        unlimited = replace(snapshot, settings=PlannerSettings(max_bundle_legs=1, routes_rounds=0))
        shuffled = replace(
            unlimited,
            couriers=tuple(chance.sample(unlimited.couriers, len(unlimited.couriers))),
            legs=tuple(chance.sample(unlimited.legs, len(unlimited.legs))),
        )
        assert worth(unlimited) == pytest.approx(worth(shuffled), abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_one_leg_a_courier_is_matched_as_well_as_trying_every_way(seed):
    for snapshot in snapshots(seed, max_bundle_legs=1, max_legs=9, max_couriers=9, routes_rounds=0):
        small = replace(
            snapshot,
            couriers=tuple(
                replace(courier, stops=(), fixed_stops=0, max_legs=None) for courier in snapshot.couriers[:3]
            ),
            legs=snapshot.legs[:4],
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
            saved = left_out_min(snapshot, leg) - cost_of(snapshot, courier.id, alone(snapshot, courier, leg))
            others = [other for other in legs_left if other is not leg]
            best = max(best, saved + best_worth(snapshot, others, rest))
    return best
