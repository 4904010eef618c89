"""The search: what is new is inserted, then the operators take turns. Between any two steps the routes are valid."""

import time
from dataclasses import dataclass, field

import numpy as np

from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.tick.build import TickProblem
from apps.dispatch.engine.tick.last_plan import keep_last
from apps.dispatch.engine.tick.levels import deal_out
from apps.dispatch.engine.tick.regret import insert_by_regret
from apps.dispatch.engine.tick.relocate import relocate
from apps.dispatch.engine.tick.ruin import ruin_and_recreate
from apps.dispatch.engine.tick.state import NOBODY
from apps.dispatch.engine.travel import Floats

BATCH = 64  # legs relocated, or rounds of ruin, between two looks at the clock
LEVELS = 3
RUIN_MOST = 4  # neighbours
HEAT_START_MIN, HEAT_END_MIN = 1.0, 0.05
SEED = 20_181_105


@dataclass(slots=True)
class Budget:
    """How long to go on. Without seconds it asks no clock, and the outcome depends on nothing but the snapshot."""

    seconds: float
    _began: float = field(default_factory=time.monotonic)

    def is_spent(self) -> bool:
        """Whether the seconds are over; 0 are endless."""
        return self.seconds > 0 and time.monotonic() - self._began >= self.seconds


@dataclass(slots=True)
class Changes:
    """When each route last changed and each leg was last tried, by a clock that counts both; see `relocate`."""

    stamp: Ints
    tried: Ints
    clock: int = 1

    @classmethod
    def of(cls, problem: TickProblem, kept: Floats | None = None) -> "Changes":
        """Everything is new, but routes that still cost what they did when they were `kept` (C,) from the last plan."""
        n_couriers, n_legs = len(problem.routes.length), len(problem.routes.courier_of)
        is_new = np.ones(n_couriers, dtype=np.int64)
        if kept is not None:
            is_new[problem.routes.cost == kept] = 0
        return cls(is_new, np.zeros(n_legs, dtype=np.int64))


def search(problem: TickProblem) -> None:
    """Improve the routes of a problem in place. No hard limit is broken; a leg stays out only where that is cheaper."""
    rules = problem.market.settings
    budget, legs = Budget(rules.routes_budget_s), np.arange(problem.n_open)
    among = np.ones(len(problem.routes.length), dtype=np.bool_)
    kept = None
    if problem.market.last_routes:
        keep_last(problem)
        kept = problem.routes.cost.copy()
    insert_by_regret(problem.world, problem.routes, legs)
    total, changes = total_min(problem), Changes.of(problem, kept)
    for _ in range(rules.routes_rounds):
        if budget.is_spent():
            break
        relocate_all(problem, legs, (among, changes), budget)
        if rules.deals_levels:
            deal_levels(problem, changes, budget)
        before, total = total, total_min(problem)
        if before - total <= rules.routes_least_gain * abs(before):
            break
    ruin(problem, legs, among, budget)
    left_out = np.flatnonzero(problem.routes.courier_of[: problem.n_open] == NOBODY)
    relocate_all(problem, left_out, (among, Changes.of(problem)), Budget(0.0))


def total_min(problem: TickProblem) -> float:
    """Minutes that the routes and the legs left out cost."""
    world, who = problem.world, problem.routes.courier_of[: problem.n_open]
    placed = np.flatnonzero(who != NOBODY)
    extra = world.extra[placed, who[placed]].sum()
    left_out = world.left_out[: problem.n_open][who == NOBODY].sum()
    return float(problem.routes.cost.sum() + extra + left_out)


def relocate_all(problem: TickProblem, legs: Ints, scope: tuple[Mask, Changes], budget: Budget) -> None:
    """One pass of relocation over these legs."""
    among, changes = scope
    skip = problem.market.settings.routes_skip_min
    for start in range(0, len(legs), BATCH):
        if budget.is_spent():
            return
        batch = legs[start : start + BATCH]
        _, changes.clock = relocate(
            problem.world, problem.routes, batch, among, changes.stamp, changes.tried, changes.clock, skip
        )


def deal_levels(problem: TickProblem, changes: Changes, budget: Budget) -> None:
    """Deal the first, second and third trips out anew."""
    for level in range(LEVELS):
        if budget.is_spent():
            return
        before = problem.routes.cost.copy()
        if deal_out(problem.world, problem.routes, level) > 0:
            changes.clock += 1
            changes.stamp[problem.routes.cost != before] = changes.clock


def ruin(problem: TickProblem, legs: Ints, among: Mask, budget: Budget) -> None:
    """The rounds of ruin and recreate, cooling down."""
    steps = problem.market.settings.ruin_rounds // BATCH
    dice = np.array([SEED], dtype=np.int64)
    if problem.n_open < 2:
        return
    for k in range(steps):
        if budget.is_spent():
            return
        heat = HEAT_START_MIN * (HEAT_END_MIN / HEAT_START_MIN) ** (k / steps)
        ruin_and_recreate(problem.world, problem.routes, legs, among, BATCH, RUIN_MOST, heat, dice)
