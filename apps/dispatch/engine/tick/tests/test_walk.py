"""Riding a route: the innermost steps against what they stand for."""

import math

import numpy as np
import pytest

from apps.core.geo import Point, distance_m
from apps.dispatch.engine.tests.factories import BIKE, VAN, at, make_courier, make_leg
from apps.dispatch.engine.tick.rows import START
from apps.dispatch.engine.tick.tests.factories import cost_of, every_courier, problem_of, problems, stops_of
from apps.dispatch.engine.tick.walk import begin, handover_at, ride_s, step

PICKUP_A, DROP_A, PICKUP_B, DROP_B = 0, 1, 2, 3


def handovers(problem, *stops, c=0):
    """When each of these stops is made, one after the other."""
    world, here, times = problem.world, begin(problem.world.couriers, c), []
    for stop in stops:
        _, handover, here = step(world.stops, world.couriers, world.rides, world.picked, c, here, stop)
        times.append(handover)
    return times


@pytest.mark.parametrize("corner", [Point(48.85, 2.35), Point(0.0, 0.0), Point(-69.0, 179.0)], ids=str)
def test_a_ride_is_the_great_circle_at_the_pace_of_the_vehicle(corner):
    chance = np.random.default_rng(3)
    points = [Point(corner.lat + a, corner.lon + b) for a, b in chance.uniform(-0.15, 0.15, (40, 2))]
    legs = [make_leg(f"{n}", pickup=points[n], dropoff=points[n + 1]) for n in range(39)]
    problem = problem_of([make_courier("a", position=points[5]), make_courier("b", vehicle=VAN)], legs)
    world = problem.world
    for n, leg in enumerate(legs):
        for c, vehicle in enumerate((BIKE, VAN)):
            ridden = ride_s(world.stops, world.couriers, world.rides, c, 2 * n, 2 * n + 1)
            assert ridden == pytest.approx(distance_m(leg.pickup, leg.dropoff) / (vehicle.speed_kmh / 3.6), abs=1e-4)
        ridden = ride_s(world.stops, world.couriers, world.rides, 0, START, 2 * n)
        assert ridden == pytest.approx(distance_m(points[5], leg.pickup) / 5.0, abs=1e-4)


@pytest.mark.parametrize("spread", [5.0, 60.0, 400.0])
@pytest.mark.parametrize("arrives", [-900.0, 0.0, 290.0, 300.0, 1_500.0])
def test_an_uncertain_handover_is_the_mean_over_the_logistic_distribution(spread, arrives):
    opens = 300.0
    ready = opens + spread * np.linspace(-60.0, 60.0, 400_001)
    density = 1.0 / (4.0 * spread * np.cosh((ready - opens) / (2.0 * spread)) ** 2)
    mean = np.trapezoid(np.maximum(ready, arrives) * density, ready)
    assert handover_at(opens, spread, arrives) == pytest.approx(mean, abs=1e-3)


def test_a_known_handover_is_the_later_of_both():
    assert (handover_at(300.0, 0.0, 100.0), handover_at(300.0, 0.0, 400.0)) == (300.0, 400.0)


def test_pickups_of_one_place_are_one_stop_with_the_longest_of_their_services():
    legs = [
        make_leg("a", pickup_place="bistro", pickup_service_s=60.0),
        make_leg("b", pickup_place="bistro", pickup_service_s=240.0, ready_at=100.0),
    ]
    times = handovers(problem_of([make_courier()], legs), PICKUP_A, PICKUP_B, DROP_A)
    assert times == pytest.approx([200 + 30, 200 + 120, 200 + 120 + 120 + 200 + 60], abs=0.1)


def test_who_joins_waits_for_what_is_ready_last():
    legs = [make_leg("a", pickup_place="bistro"), make_leg("b", pickup_place="bistro", ready_at=900.0)]
    times = handovers(problem_of([make_courier()], legs), PICKUP_A, PICKUP_B, DROP_A)
    assert times == pytest.approx([260, 900, 900 + 60 + 200 + 60], abs=0.1)


def test_pickups_of_two_places_next_door_are_two_stops():
    times = handovers(problem_of([make_courier()], [make_leg("a"), make_leg("b")]), PICKUP_A, PICKUP_B)
    assert times == pytest.approx([260, 260 + 60 + 60], abs=0.1)


def test_a_drop_off_waits_for_its_window():
    problem = problem_of([make_courier()], [make_leg(drop_from=2_000.0)])
    assert handovers(problem, PICKUP_A, DROP_A)[1] == 2_000.0


def test_a_route_costs_riding_and_waiting_and_lateness():
    legs = [make_leg(placed_at=-100.0, due_at=400.0)]
    problem = problem_of([make_courier()], legs, riding_price=0.5, lateness_slope=0.2)
    minutes = (580 + 100) / 60 + 0.2 * (580 - 400) / 60 + 0.5 * 400 / 60
    assert cost_of(problem, 0, [PICKUP_A, DROP_A]) == pytest.approx(minutes, abs=1e-3)


def test_no_stops_cost_nothing():
    assert cost_of(problem_of([make_courier()], [make_leg()]), 0, []) == 0.0


NEAR = {"dropoff": at(1_500)}
LIMITS = {  # of the courier, of both legs, of the settings; what the route then may be, and what it may not
    "weight": ({}, {"weight_g": 6_000}, {}, False),
    "parcels": ({}, {"parcels": 3}, {}, False),
    "volume": ({}, {"volume_l": 70.0}, {}, False),
    "on board": ({"weight_on_board_g": 9_000}, {"weight_g": 600}, {}, False),
    "places": ({}, {}, {"one_place_on_board": True}, False),
    "time on board": ({}, {"max_on_board_s": 300.0}, {}, False),
    "nothing": ({}, {"max_on_board_s": 900.0, "weight_g": 5_000, "parcels": 2, "volume_l": 60.0}, {}, True),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_limits_hold_while_legs_are_on_board_together_and_not_after(limit):
    courier, leg, rules, together = LIMITS[limit]
    problem = problem_of(
        [make_courier(**courier)], [make_leg("a", **NEAR, **leg), make_leg("b", **NEAR, **leg)], **rules
    )
    both = cost_of(problem, 0, [PICKUP_A, PICKUP_B, DROP_A, DROP_B])
    in_turn = cost_of(problem, 0, [PICKUP_A, DROP_A, PICKUP_B, DROP_B])
    assert (math.isfinite(both), math.isfinite(in_turn)) == (together, True)


ENDS = {  # alone, the pickup is at 260 and the drop-off at 580
    "pickup_by": ({}, "pickup_by", 260),
    "drop_by": ({}, "drop_by", 580),
    "time on board": ({}, "max_on_board_s", 320),
    "shift": ("shift_ends_at", {}, 260),
    "courier's drop_by": ("drop_by", {}, 580),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(("slack", "holds"), [(0.5, True), (-0.5, False)])
def test_no_handover_after_its_end(end, slack, holds):
    of_courier, of_leg, moment = ENDS[end]
    courier = {of_courier: moment + slack} if of_courier else {}
    leg = {of_leg: moment + slack} if of_leg else {}
    problem = problem_of([make_courier(**courier)], [make_leg(**leg)])
    assert math.isfinite(cost_of(problem, 0, [PICKUP_A, DROP_A])) == holds


def test_with_one_place_on_board_legs_of_one_place_go_together_up_to_the_size_of_a_bundle():
    legs = [make_leg(name, pickup_place="bistro") for name in "abc"]
    for most, holds in ((3, True), (2, False)):
        problem = problem_of([make_courier()], legs, one_place_on_board=True, max_bundle_legs=most)
        assert math.isfinite(cost_of(problem, 0, [0, 2, 4, 1, 3, 5])) == holds


def test_the_cost_of_a_route_is_the_sum_of_its_steps():
    for problem in problems(100):
        world = problem.world
        for c in every_courier(problem):
            here, total = begin(world.couriers, c), 0.0
            for stop in stops_of(problem, c):
                cost, _, here = step(world.stops, world.couriers, world.rides, world.picked, c, here, stop)
                total += cost
            assert total == pytest.approx(cost_of(problem, c, stops_of(problem, c)))
