"""Improving routes round by round, until a round gains nothing or the budget ends. Never leaves a plan half changed."""

import time
from dataclasses import dataclass, field

import numpy as np

from apps.dispatch.engine.routes.assign_level import assign_level
from apps.dispatch.engine.routes.relocate import relocate
from apps.dispatch.engine.routes.state import NOBODY, Routes, Scratch, make_scratch
from apps.dispatch.engine.routes.tables import RouteTables
from apps.dispatch.engine.settings import PlannerSettings

LEVELS = 3
BATCH = 64  # legs relocated between two looks at the clock


@dataclass(slots=True)
class Budget:
    """How long to go on. Without seconds it asks no clock, and the outcome depends on nothing but the snapshot."""

    rounds: int
    seconds: float
    _began: float = field(default_factory=time.monotonic)

    def is_spent(self) -> bool:
        """Whether the seconds are over; 0 are endless."""
        return self.seconds > 0 and time.monotonic() - self._began >= self.seconds


def improve(t: RouteTables, routes: Routes, settings: PlannerSettings) -> None:
    """Improve routes in place; no hard limit is broken and no leg is given up.

    At the end each leg that is still left out is tried once more, budget or not: then nobody is idle to whom it would
    be worth giving.
    """
    budget = Budget(settings.routes_rounds, settings.routes_budget_s)
    scratch = make_scratch(routes.legs.shape[1])
    total = total_min(t, routes)
    for _ in range(budget.rounds):
        _round(t, routes, settings, (budget, scratch))
        before, total = total, total_min(t, routes)
        if before - total <= settings.routes_least_gain * abs(before) or budget.is_spent():
            break
    left_out = np.flatnonzero(routes.courier_of == NOBODY)
    relocate(t, routes, left_out, _limits(settings), scratch)


def _round(t: RouteTables, routes: Routes, settings: PlannerSettings, means: tuple[Budget, Scratch]) -> None:
    """Relocate every leg, then deal out the groups of each level; between any two steps the routes are valid."""
    budget, scratch = means
    for start in range(0, len(routes.courier_of), BATCH):
        if budget.is_spent():
            return
        batch = np.arange(start, min(start + BATCH, len(routes.courier_of)))
        relocate(t, routes, batch, _limits(settings), scratch)
    for level in range(LEVELS):
        if budget.is_spent():
            return
        limits = (int(settings.routes_max_legs), int(settings.routes_candidates))
        assign_level(t, routes, level, limits=limits, room=scratch.tried)


def _limits(settings: PlannerSettings) -> tuple[float, int]:
    return float(settings.routes_skip_min), int(settings.routes_max_legs)


def total_min(t: RouteTables, routes: Routes) -> float:
    """What the operators make small: the cost of the routes, and of leaving out."""
    return float(routes.cost_min.sum() + t.legs["left_out_min"][routes.courier_of == NOBODY].sum())
