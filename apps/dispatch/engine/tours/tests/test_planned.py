"""Tours of a snapshot keep the limits that the tick keeps, and cost what the tick would say they cost."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.dispatch.engine import StopKind, UnassignedReason, VehicleProfile
from apps.dispatch.engine.tests.factories import BIKE, at, make_courier, make_leg, make_snapshot
from apps.dispatch.engine.tests.plan_checker import (
    SLACK_MIN,
    check_plan,
    cost_of,
    left_out_min,
    ride_through,
    tie_break_min,
    visits_of,
)
from apps.dispatch.engine.tour_words import TourSearch
from apps.dispatch.engine.tours.planned import plan_tours
from apps.dispatch.engine.tours.tests.snapshots import a_tour_snapshot, as_kept, as_plan, held

AT_ONCE = 4
seeds = st.integers(0, 2**40)
QUICK = TourSearch(iterations=300)


@settings(max_examples=100, deadline=None)
@given(seeds, st.sampled_from([0.0, 600.0]))
def test_no_tour_breaks_a_hard_limit_and_each_is_what_it_says(seed, slack_s):
    for k in range(AT_ONCE):
        snapshot = a_tour_snapshot(seed + k)
        tours = plan_tours(snapshot, replace(QUICK, slack_s=slack_s), {})
        check_plan(held(snapshot, tours), as_plan(tours))


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_tours_cost_what_the_tick_says_but_for_waiting_before_it_is_due(seed):
    for k in range(AT_ONCE):
        made = a_tour_snapshot(seed + k)
        couriers = tuple(
            replace(c, stops=(), fixed_stops=0, weight_on_board_g=0, volume_on_board_l=0.0, parcels_on_board=0)
            for c in made.couriers
        )
        snapshot = replace(made, couriers=couriers)
        tours = plan_tours(snapshot, QUICK, {})
        if snapshot.couriers and snapshot.legs:
            assert tours.cost_min == pytest.approx(priced_by_the_tick(snapshot, tours), abs=SLACK_MIN)


def priced_by_the_tick(snapshot, tours) -> float:
    by_id = {leg.id: leg for leg in snapshot.legs}
    total = sum(left_out_min(snapshot, by_id[leg_id]) for leg_id in tours.unassigned)
    seen = held(snapshot, tours)
    for route in tours.routes:
        courier = next(c for c in snapshot.couriers if c.id == route.courier_id)
        made = ride_through(seen, courier, visits_of(seen, courier, route))
        total += QUICK.courier_price_min + cost_of(seen, courier.id, made)
        for one in made:
            if one.visit.kind is StopKind.DROPOFF:
                leg = by_id[one.visit.leg.id]
                due = leg.placed_at + snapshot.settings.lateness_threshold_s if leg.due_at is None else leg.due_at
                total -= (min(one.handover, due) - leg.placed_at) / 60 + tie_break_min(snapshot, courier)
    return total


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_kept_tours_stay_as_they_are_unless_another_plan_is_clearly_better(seed):
    snapshot = a_tour_snapshot(seed)
    first = plan_tours(snapshot, replace(QUICK, iterations=20), {})
    again = plan_tours(snapshot, replace(QUICK, seed=2, least_gain=0.99), as_kept(first))
    check_plan(held(snapshot, again), as_plan(again))
    assert again.cost_min <= first.cost_min + SLACK_MIN
    if again.cost_min > first.cost_min * 0.01 and not first.unassigned:
        assert as_kept(again) == as_kept(first)


HUB = at(0)


def a_day(couriers, legs):
    """A snapshot in which a minute of riding costs a minute."""
    return make_snapshot(couriers, legs, riding_price=1.0)


def parcel(name, metres, **changes):
    """A parcel from the hub to a door on the road north, to be there two hours from now."""
    slot = {"ready_at": 0.0, "drop_from": 7_200.0, "due_at": 9_000.0, "drop_by": 9_000.0}
    return make_leg(name, pickup=HUB, pickup_place="hub", dropoff=at(metres), **{**slot, **changes})


def test_parcels_of_a_hub_are_one_tour_that_sets_out_as_late_as_it_can():
    snapshot = a_day([make_courier("bo"), make_courier("cy")], [parcel("a", 1_000), parcel("b", 2_000)])
    tours = plan_tours(snapshot, QUICK, {})
    assert len(tours.routes) == 1
    assert [stop.kind for stop in tours.routes[0].stops] == [StopKind.PICKUP] * 2 + [StopKind.DROPOFF] * 2
    pickup, first = tours.routes[0].stops[1], tours.routes[0].stops[2]
    assert first.handover_at == pytest.approx(7_200.0)
    assert pickup.leaves_at == pytest.approx(first.departs_at)
    assert pickup.handover_at == pytest.approx(7_200.0 - 60 - 200 - 60)


def test_slack_brings_the_pickup_forward_and_no_drop_off_later():
    snapshot = a_day([make_courier()], [parcel("a", 1_000)])
    late, early = (plan_tours(snapshot, replace(QUICK, slack_s=s), {}) for s in (0.0, 600.0))
    assert late.held_until["a"] - early.held_until["a"] == pytest.approx(600.0)
    assert early.routes[0].stops[-1].handover_at == pytest.approx(late.routes[0].stops[-1].handover_at)


def test_a_faster_vehicle_reaches_what_a_slower_one_cannot():
    fast = VehicleProfile("scooter", speed_kmh=36.0, detour_factor=1.0)
    far = parcel("far", 6_000, drop_from=0.0, due_at=900.0, drop_by=900.0)
    snapshot = a_day([make_courier("bo"), make_courier("cy", vehicle=fast)], [far])
    assert [route.courier_id for route in plan_tours(snapshot, QUICK, {}).routes] == ["cy"]
    alone = plan_tours(a_day([make_courier("bo")], [far]), QUICK, {})
    assert alone.unassigned == {"far": UnassignedReason.WINDOW_CANNOT_BE_MET}


def test_a_courier_never_has_more_legs_at_once_than_he_takes():
    legs = [parcel(f"p{n}", 500 + 100 * n, drop_from=None, drop_by=None, due_at=20_000.0) for n in range(5)]
    snapshot = a_day([make_courier(max_legs=2, vehicle=replace(BIKE, max_parcels=99))], legs)
    tours = plan_tours(snapshot, QUICK, {})
    aboard = most = 0
    for stop in tours.routes[0].stops:
        aboard += 1 if stop.kind is StopKind.PICKUP else -1
        most = max(most, aboard)
    assert (most, tours.unassigned) == (2, {})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"eligible_fleets": frozenset()}, UnassignedReason.NO_ELIGIBLE_FLEET),
        ({"skills": frozenset({"cold"})}, UnassignedReason.MISSING_SKILL),
        ({"vehicle_kinds": frozenset({"van"})}, UnassignedReason.NO_SUITABLE_VEHICLE),
        ({"excluded_couriers": frozenset({"bo"})}, UnassignedReason.EVERY_COURIER_DECLINED),
        ({"weight_g": 50_000}, UnassignedReason.TOO_HEAVY),
        ({"volume_l": 500.0}, UnassignedReason.TOO_LARGE),
        ({"parcels": 50}, UnassignedReason.TOO_MANY_PARCELS),
        ({"max_on_board_s": 60.0}, UnassignedReason.TOO_LONG_ON_BOARD),
        ({"ready_at": 90_000.0, "drop_from": None, "drop_by": None}, UnassignedReason.SHIFT_ENDS_TOO_SOON),
    ],
)
def test_a_leg_that_no_tour_can_have_says_why(changes, reason):
    snapshot = a_day([make_courier("bo")], [parcel("a", 1_000, **changes), parcel("b", 1_000)])
    tours = plan_tours(snapshot, QUICK, {})
    assert tours.unassigned == {"a": reason}
    assert len(tours.routes) == 1


def test_without_couriers_every_leg_says_that_nobody_is_on_shift():
    tours = plan_tours(a_day([], [parcel("a", 1_000)]), QUICK, {})
    assert (tours.routes, tours.unassigned) == ((), {"a": UnassignedReason.NO_COURIER_ON_SHIFT})
