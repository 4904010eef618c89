"""Improving routes round by round, until a round gains nothing or the budget ends. Never leaves a plan half changed."""

import time
from dataclasses import dataclass, field

import numpy as np

from apps.dispatch.engine.routes.assign_level import assign_level
from apps.dispatch.engine.routes.relocate import relocate
from apps.dispatch.engine.routes.state import NOBODY, Routes, make_scratch
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
    """Improve routes in place; no hard limit is broken, no leg is given up, no route costs more for nothing.

    At the end each leg that is still left out is tried once more, budget or not: nobody is idle then whom it is worth
    giving to.
    """
    budget = Budget(settings.routes_rounds, settings.routes_budget_s)
    scratch = make_scratch(routes.legs.shape[1])
    for _ in range(budget.rounds):
        moved = 0
        for batch in np.array_split(np.arange(len(routes.courier_of)), max(1, len(routes.courier_of) // BATCH)):
            if budget.is_spent():
                break
            moved += relocate(t, routes, batch, settings.routes_skip_min, settings.routes_max_legs, scratch)
        for level in range(LEVELS):
            if budget.is_spent():
                break
            moved += assign_level(
                t,
                routes,
                level,
                most_legs=settings.routes_max_legs,
                candidates=settings.routes_candidates,
                scratch=scratch,
            )
        if not moved or budget.is_spent():
            break
    left_out = np.flatnonzero(routes.courier_of == NOBODY)
    relocate(t, routes, left_out, settings.routes_skip_min, settings.routes_max_legs, scratch)
