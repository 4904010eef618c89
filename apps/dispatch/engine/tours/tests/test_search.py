from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.dispatch.engine.reasons import UnassignedReason
from apps.dispatch.engine.tours.problem import Fleet, TourProblem, plane_distances
from apps.dispatch.engine.tours.search import solve_tours
from apps.dispatch.engine.tours.tests.factories import broken_limits, cost_by_hand, rich_problem, small_problem

SEEDS = st.integers(0, 10_000)
ITERATIONS = 1500


def by_vehicle(answer):
    return {tour.vehicle: tour.stops for tour in answer.tours}


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_no_hard_limit_is_ever_broken(seed):
    problem = small_problem(seed)
    assert not list(broken_limits(problem, solve_tours(problem, iterations=ITERATIONS, seed=seed)))


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_no_hard_limit_is_ever_broken_when_there_are_all_of_them(seed):
    problem = rich_problem(seed)
    answer = solve_tours(problem, iterations=ITERATIONS, seed=seed)
    assert not list(broken_limits(problem, answer))


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_the_cost_is_what_the_tours_cost(seed):
    problem = rich_problem(seed)
    answer = solve_tours(problem, iterations=300, seed=seed)
    if not answer.left_out:
        assert answer.cost == pytest.approx(cost_by_hand(problem, answer), abs=1e-3)


@pytest.mark.parametrize("make", [small_problem, rich_problem])
def test_the_same_problem_iterations_and_seed_give_the_same_tours(make):
    one, other = (solve_tours(make(3), iterations=ITERATIONS, seed=5) for _ in range(2))
    assert (one.tours, one.left_out, one.cost) == (other.tours, other.left_out, other.cost)


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.booleans())
def test_a_plan_under_way_is_never_made_worse(seed, is_rich):
    problem = rich_problem(seed) if is_rich else small_problem(seed)
    planned = solve_tours(problem, iterations=200, seed=seed)
    anew = solve_tours(problem, iterations=400, seed=seed + 1, start=by_vehicle(planned))
    assert not list(broken_limits(problem, anew))
    assert len(anew.left_out) <= len(planned.left_out) or anew.cost <= planned.cost
    if problem.fleet_first and len(anew.left_out) == len(planned.left_out):
        assert (anew.vehicles, anew.cost) <= (planned.vehicles, planned.cost + 1e-6)


def test_a_plan_under_way_stays_unless_another_is_clearly_better():
    problem = small_problem(1, fleet_first=False)
    planned = solve_tours(problem, iterations=4)
    better = solve_tours(problem, iterations=ITERATIONS, start=by_vehicle(planned))
    assert better.cost < planned.cost
    kept = solve_tours(problem, iterations=ITERATIONS, start=by_vehicle(planned), least_gain=0.99)
    assert by_vehicle(kept) == by_vehicle(planned)


def test_a_planned_tour_that_breaks_a_limit_is_planned_anew():
    problem = small_problem(1)
    planned = by_vehicle(solve_tours(problem, iterations=ITERATIONS))
    first = min(planned)
    upside_down = {**planned, first: planned[first][::-1]}
    answer = solve_tours(problem, iterations=100, start=upside_down)
    assert not broken_limits(problem, answer)
    assert not answer.left_out


def test_a_new_request_is_put_into_a_plan_without_time_to_search():
    problem = small_problem(2)
    all_tours = by_vehicle(solve_tours(problem, iterations=ITERATIONS))
    gone = {int(problem.pickup[0]), int(problem.dropoff[0])}
    without = {vehicle: [stop for stop in stops if stop not in gone] for vehicle, stops in all_tours.items()}
    answer = solve_tours(problem, iterations=1, start=without)
    assert not answer.left_out
    assert not broken_limits(problem, answer)


@pytest.mark.parametrize("bound", [{"seconds": 0.0}, {"iterations": 0}, {"seconds": 0.05}])
def test_however_little_time_there_is_the_tours_are_valid_and_complete(bound):
    problem = small_problem(4, n_vehicles=12)
    answer = solve_tours(problem, **bound)
    assert not broken_limits(problem, answer)
    assert not answer.left_out


@pytest.mark.parametrize("bound", [{}, {"seconds": 1.0, "iterations": 1}])
def test_a_search_has_one_bound(bound):
    with pytest.raises(ValueError, match="either by seconds or by iterations"):
        solve_tours(small_problem(1), **bound)


def line(places, **changes):
    """Requests on a line; a vehicle at 0 does one unit of way in one of time. places: (pickup, drop-off) each."""
    n = len(places)
    x = np.array([0.0, *(p for p, _ in places), *(d for _, d in places)])
    given = {
        "distance": plane_distances(np.column_stack([x, np.zeros_like(x)])),
        "pickup": np.arange(1, n + 1),
        "dropoff": np.arange(n + 1, 2 * n + 1),
        "window": np.tile([0.0, 1000.0], (2 * n + 1, 1)),
        "load": np.ones((n, 3)),
        "fleet": Fleet.alike(2, np.array([2.0, 2.0, 2.0])),
    }
    return TourProblem(**{**given, **changes})


def window(problem, node, closes):
    windows = problem.window.copy()
    windows[node, 1] = closes
    return replace(problem, window=windows)


TWO = line([(10, 20), (30, 40)])
HEAVY = {kind: replace(TWO, load=np.array([np.ones(3), np.where(np.arange(3) == kind, 3.0, 1.0)])) for kind in range(3)}
UNSERVABLE = [
    (HEAVY[0], UnassignedReason.TOO_HEAVY),
    (HEAVY[1], UnassignedReason.TOO_LARGE),
    (HEAVY[2], UnassignedReason.TOO_MANY_PARCELS),
    (window(TWO, 2, 29.0), UnassignedReason.WINDOW_CANNOT_BE_MET),
    (window(TWO, 4, 39.0), UnassignedReason.WINDOW_CANNOT_BE_MET),
    (replace(TWO, fleet=Fleet.alike(2, np.full(3, 2.0), shift=(0.0, 79.0))), UnassignedReason.SHIFT_ENDS_TOO_SOON),
    (replace(TWO, compatible=np.array([[True, True], [False, False]])), UnassignedReason.NO_SUITABLE_VEHICLE),
    (replace(TWO, max_on_board=np.array([np.inf, 9.0])), UnassignedReason.TOO_LONG_ON_BOARD),
]


@pytest.mark.parametrize(("problem", "reason"), UNSERVABLE, ids=[str(reason) for _, reason in UNSERVABLE])
def test_a_request_that_nobody_can_serve_says_why_and_the_others_are_served(problem, reason):
    answer = solve_tours(problem, iterations=50)
    assert answer.left_out == {1: reason}
    assert [tour.stops for tour in answer.tours] == [(1, 3)]


def test_a_request_that_could_be_served_alone_says_that_nobody_is_free():
    at_once = line([(10, 20), (-10, -20)], fleet=Fleet.alike(1, np.full(3, 2.0)))
    problem = window(window(at_once, 1, 10.0), 2, 10.0)
    answer = solve_tours(problem, iterations=50)
    assert list(answer.left_out.values()) == [UnassignedReason.NO_COURIER_FREE]
    assert answer.vehicles == 1


def test_the_dearer_of_two_requests_is_served_when_there_is_time_for_one():
    at_once = line([(10, 20), (-10, -20)], fleet=Fleet.alike(1, np.full(3, 2.0)))
    problem = window(window(at_once, 1, 10.0), 2, 10.0)
    answer = solve_tours(replace(problem, left_out_price=np.array([100.0, 900.0])), iterations=50)
    assert list(answer.left_out) == [0]


def test_a_problem_without_requests_has_no_tours():
    answer = solve_tours(line([]), iterations=10)
    assert (answer.tours, answer.left_out) == ((), {})


def test_a_vehicle_is_saved_at_any_distance_when_the_fleet_comes_first():
    problem = line([(10, 20), (-10, -20)])
    assert solve_tours(problem, iterations=ITERATIONS).vehicles == 1


def test_a_vehicle_is_worth_its_price_when_it_does_not():
    far_apart = line([(10, 20), (-10, -20)], fleet_first=False)
    in_time = window(window(far_apart, 3, 25.0), 4, 60.0)
    assert solve_tours(in_time, iterations=ITERATIONS).distance == 80
    late = replace(far_apart, due=np.full(5, 20.0), lateness_price=10.0)
    assert solve_tours(late, iterations=ITERATIONS).vehicles == 2
    dear = Fleet.alike(2, np.full(3, 2.0), price=10_000.0)
    assert solve_tours(replace(late, fleet=dear), iterations=ITERATIONS).vehicles == 1


def test_a_pickup_waits_so_that_the_parcel_is_not_on_board_for_too_long():
    problem = line([(10, 20)], max_on_board=np.array([15.0]))
    windows = problem.window.copy()
    windows[2, 0] = 100.0
    answer = solve_tours(replace(problem, window=windows), iterations=50)
    assert answer.tours[0].service_at == pytest.approx((85.0, 100.0))


def test_a_parcel_on_board_stays_on_board_and_is_dropped_off():
    """Its pickup is where vehicle 1 starts, closes as the shift begins, and no other vehicle may serve it."""
    problem = line([(0, 50), (10, 20)], compatible=np.array([[False, True], [True, True]]))
    answer = solve_tours(window(problem, 1, 0.0), iterations=200)
    assert [(tour.vehicle, tour.stops) for tour in answer.tours] == [(1, (1, 2, 4, 3))]


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_few_requests_are_planned_as_well_as_by_trying_everything(seed):
    problem = small_problem(seed, n_requests=3, n_vehicles=1, window=np.tile([0.0, 1e6], (7, 1)), fleet_first=False)
    answer = solve_tours(problem, iterations=600, seed=seed)
    assert answer.cost == pytest.approx(min(one_tour_costs(problem)))


def one_tour_costs(problem):
    for order in permutations(range(1, 7)):
        load, fits = 0.0, all(order.index(q) < order.index(q + 3) for q in (1, 2, 3))
        for stop in order:
            load += problem.load[(stop - 1) % 3, 0] * (1 if stop <= 3 else -1)
            fits = fits and load <= problem.fleet.capacity[0, 0]
        if fits:
            yield sum(problem.distance[a, b] for a, b in zip((0, *order), (*order, 0), strict=True))


def test_arrays_that_do_not_fit_together_are_refused():
    with pytest.raises(ValueError, match="has shape"):
        replace(TWO, window=TWO.window[:-1])
    with pytest.raises(ValueError, match="node of its own"):
        replace(TWO, pickup=np.array([1, 1]))
