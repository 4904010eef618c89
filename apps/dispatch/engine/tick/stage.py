"""The tick as the planner calls it."""

from dataclasses import dataclass

import numpy as np

from apps.dispatch.engine.market import Market
from apps.dispatch.engine.plan import Ballot, PlannedRoute
from apps.dispatch.engine.tick.answer import planned_routes
from apps.dispatch.engine.tick.build import TickProblem, build
from apps.dispatch.engine.tick.foresight import look_ahead
from apps.dispatch.engine.tick.last_plan import keep_last
from apps.dispatch.engine.tick.search import Budget, Effort, place_left_out, search


@dataclass(frozen=True, slots=True)
class Ticked:
    """Routes of a market."""

    problem: TickProblem
    """What they solve, for questions about them."""
    routes: list[PlannedRoute]
    agreed: Ballot | None
    """Couriers and legs that are to be acted on now. None: all that cannot wait."""


def tick(market: Market) -> Ticked:
    """Make the routes of a market."""
    problem, kept, agreed = build(market), None, None
    if market.last_routes:
        keep_last(problem)
        kept = problem.routes.cost.copy()
    budget = Budget(market.settings.routes_budget_s)
    search(problem, np.arange(problem.n_real), Effort(market.settings.ruin_rounds, kept=kept), budget)
    if market.futures and not budget.is_spent():
        agreed = look_ahead(problem, budget)
        place_left_out(problem, np.arange(problem.n_real))
    return Ticked(problem, planned_routes(problem), agreed)
