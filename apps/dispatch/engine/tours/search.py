"""The search: a fleet as small as can be, then tours as short as can be, until the budget is spent."""

from collections.abc import Mapping, Sequence

import numpy as np

from apps.dispatch.engine.reasons import UnassignedReason
from apps.dispatch.engine.tours.budget import Budget
from apps.dispatch.engine.tours.fleet import reduce_fleet, serve_left_out
from apps.dispatch.engine.tours.left_out import only, unservable
from apps.dispatch.engine.tours.problem import TourProblem
from apps.dispatch.engine.tours.rows import NOBODY, SPARE_ROWS
from apps.dispatch.engine.tours.ruin import Strings
from apps.dispatch.engine.tours.search_state import Heat, Search, Solution, Value
from apps.dispatch.engine.tours.tours import Tours, tours_of

BUILD = Heat(5.0, 0.1, Strings(10.0, 10.0))
CYCLES = (
    Heat(1.0, 0.01, Strings(10.0, 10.0)),
    Heat(10.0, 0.05, Strings(10.0, 10.0)),
    Heat(3.0, 0.03, Strings(15.0, 10.0)),
)
BUILD_SHARE, MOST_BUILD_SHARE = 0.06, 0.4
"""Of the budget, for building the first tours: of USUAL_SIZE requests, and of ever so many."""
FLEET_UNTIL, FLEET_SHARE = 0.35, 0.2
"""Of the budget: reducing the fleet until, and at least so much after building."""
USUAL_SIZE = 50
FRESH_BUILD_SHARE, FRESH_FLEET_SHARE = 0.2, 0.55
"""Of a cycle that begins from fresh tours."""
CYCLE_STEPS = 800
"""Steps of one annealing per request. More of them end no better than another annealing from fresh tours."""


def solve_tours(
    problem: TourProblem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 1,
    start: Mapping[int, Sequence[int]] | None = None,
    least_gain: float = 0.0,
) -> Tours:
    """Plan tours within so many seconds, or so many iterations: then the answer depends on nothing else.

    start: stops in order by vehicle, the tours as they are planned now. What breaks a limit in them is planned anew.
    The answer is never worse, and is the start itself, with what it left out put in, unless it costs less by the share
    `least_gain` or needs a vehicle less. Requests that no vehicle can serve are left out with a reason.
    Raises ValueError when the budget is not one of the two.
    """
    budget = Budget(seconds, iterations)
    reasons = unservable(problem)
    servable = np.array([q for q in range(len(problem.pickup)) if q not in reasons], dtype=np.int64)
    search = Search(only(problem, servable), budget, seed)
    planned = None if start is None else search.completed(search.valid_part(start))
    if len(servable):
        _improve(search, planned)
    if planned is not None and not _is_clearly_better(search.value, search.value_of(planned), least_gain):
        search.best, search.found_after_s = planned, 0.0
    search.load(search.best)
    nobody = servable[search.rows.row_of == NOBODY].tolist()
    reasons.update(dict.fromkeys(nobody, UnassignedReason.NO_COURIER_FREE))
    missed = 0.0 if problem.left_out_price is None else float(problem.left_out_price[list(reasons)].sum())
    return Tours(
        tours=tours_of(search.problem, search.tables, search.rows),
        left_out=dict(sorted(reasons.items())),
        cost=float(search.rows.cost[:-SPARE_ROWS].sum()) + missed,
        iterations=budget.iterations,
        found_after_s=search.found_after_s,
    )


def _is_clearly_better(value: Value, planned: Value, least_gain: float) -> bool:
    if value[:-1] != planned[:-1]:
        return value < planned
    return value[-1] < planned[-1] * (1.0 - least_gain)


def _improve(search: Search, planned: Solution | None) -> None:
    """Build, reduce the fleet, and anneal in cycles; every second cycle begins from fresh tours."""
    solution = search.completed([]) if planned is None else planned
    search.offer(solution)
    if planned is None:
        build_until = min(BUILD_SHARE * max(1.0, len(search.tables.pickup) / USUAL_SIZE), MOST_BUILD_SHARE)
        solution = _fresh_tours(search, build_until)
    solution = _smaller_fleet(search, solution, max(FLEET_UNTIL, search.budget.spent() + FLEET_SHARE), 1)
    search.offer(solution)
    cycle = 0
    while (spent := search.budget.spent()) < 1.0:
        share = CYCLE_STEPS * len(search.tables.pickup) * search.share_per_step
        cycles_left = max(1, round((1.0 - spent) / share)) if share > 0 else 1
        until = spent + (1.0 - spent) / cycles_left
        solution = search.best
        if cycle % 2:
            fresh = _fresh_tours(search, spent + FRESH_BUILD_SHARE * (until - spent))
            fresh = _smaller_fleet(search, fresh, spent + FRESH_FLEET_SHARE * (until - spent), len(search.best))
            if not search.problem.fleet_first or len(fresh) <= len(search.best):
                solution = fresh
        heat = CYCLES[0] if cycle % 2 else CYCLES[cycle // 2 % len(CYCLES)]
        search.settle(solution)
        search.anneal(heat, until)
        cycle += 1


def _fresh_tours(search: Search, until: float) -> Solution:
    search.load([], vehicle_price=search.dear)
    search.allow(None)
    return search.anneal(BUILD, until)


def _smaller_fleet(search: Search, solution: Solution, until: float, least: int) -> Solution:
    solution = serve_left_out(search, solution, until)
    return reduce_fleet(search, solution, until, least) if search.problem.fleet_first else solution
