"""The tick as the planner calls it."""

from apps.dispatch.engine.market import Market
from apps.dispatch.engine.plan import PlannedRoute
from apps.dispatch.engine.tick.answer import planned_routes
from apps.dispatch.engine.tick.build import TickProblem, build
from apps.dispatch.engine.tick.search import search


def tick(market: Market) -> tuple[TickProblem, list[PlannedRoute]]:
    """Routes of a market, and the problem they solve, for questions about them."""
    problem = build(market)
    search(problem)
    return problem, planned_routes(problem)
