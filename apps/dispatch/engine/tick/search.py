"""The search: what is new is inserted, then the operators take turns. Between any two steps the routes are valid."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.tick.build import TickProblem
from apps.dispatch.engine.tick.exchange import deal_legs
from apps.dispatch.engine.tick.levels import around, deal_out
from apps.dispatch.engine.tick.parts import Changes, Part, parts_of, whole, work_on
from apps.dispatch.engine.tick.regret import insert_by_regret
from apps.dispatch.engine.tick.relocate import relocate
from apps.dispatch.engine.tick.ruin import ruin_and_recreate
from apps.dispatch.engine.tick.state import NOBODY, Routes, World, routes_min, with_first_candidates
from apps.dispatch.engine.travel import Floats

BATCH = 64  # legs relocated, or rounds of ruin, between two looks at the clock
Deals: TypeAlias = tuple[tuple[Callable[[World, Routes, int, Mask], float], int], ...]
TRIPS: Deals = tuple((deal_out, level) for level in range(3))
TRIPS_AND_LEGS: Deals = (*TRIPS, *((deal_legs, number) for number in range(4)))
RUIN_MOST = 4  # neighbours
RUIN_CANDIDATES = 20  # with more of them a round takes twice as long and finds as much
HEAT_START_MIN, HEAT_END_MIN = 0.2, 0.01


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to search."""

    ruin_rounds: int
    deals: Deals = TRIPS_AND_LEGS
    """What is dealt out anew in each round, one after the other."""
    kept: Floats | None = None
    """(C,) what routes cost that need not be looked at while they cost the same. None: all are new."""


@dataclass(slots=True)
class Budget:
    """How long to go on. Without seconds it asks no clock, and the outcome depends on nothing but the snapshot."""

    seconds: float
    _began: float = field(default_factory=time.monotonic)

    def is_spent(self) -> bool:
        """Whether the seconds are over; 0 are endless."""
        return self.seconds > 0 and time.monotonic() - self._began >= self.seconds


def search(problem: TickProblem, legs: Ints, effort: Effort, budget: Budget) -> None:
    """Improve the routes of a problem in place with these open legs, as if there were no others.

    No hard limit is broken; a leg stays out only where that is cheaper.
    """
    rules = problem.market.settings
    changes = Changes(*_nothing_tried(problem))
    work_on(parts_of(problem, legs, changes, 0), changes, lambda part: _insert(problem, part))
    if effort.kept is not None:  # only routes that are not as they were matter at first
        changes.stamp[problem.routes.cost == effort.kept] = 0
    total = total_min(problem, legs)
    for turn in range(rules.routes_rounds):
        if budget.is_spent():
            break
        work_on(
            parts_of(problem, legs, changes, turn), changes, lambda part: _round(problem, part, effort.deals, budget)
        )
        before, total = total, total_min(problem, legs)
        if before - total <= rules.routes_least_gain * abs(before):
            break
    rounds_a_leg = effort.ruin_rounds / max(len(legs), 1)
    work_on(parts_of(problem, legs, changes, 1), changes, lambda part: ruin(problem, part, rounds_a_leg, budget))
    place_left_out(problem, legs)


def place_left_out(problem: TickProblem, legs: Ints) -> None:
    """Try once more those of these legs that nobody has."""
    left_out = legs[problem.routes.courier_of[legs] == NOBODY]
    relocate_all(problem, whole(problem, legs, Changes(*_nothing_tried(problem))), left_out, Budget(0.0))


def _nothing_tried(problem: TickProblem) -> tuple[Ints, Ints]:
    """Stamps by which everything is new."""
    return np.ones(len(problem.routes.length), dtype=np.int64), np.zeros(len(problem.legs), dtype=np.int64)


def total_min(problem: TickProblem, legs: Ints) -> float:
    """Minutes that the routes, and those of these legs that are left out, cost."""
    world, routes = problem.world, problem.routes
    left_out = world.left_out[legs][routes.courier_of[legs] == NOBODY].sum()
    return routes_min(world, routes, np.ones(len(routes.length), dtype=np.bool_)) + float(left_out)


def _insert(problem: TickProblem, part: Part) -> None:
    insert_by_regret(problem.world, problem.routes, part.legs, part.among)


def _round(problem: TickProblem, part: Part, deals: Deals, budget: Budget) -> None:
    relocate_all(problem, part, part.legs, budget)
    if problem.market.settings.deals_levels:
        deal_all(problem, part, deals, budget)


def relocate_all(problem: TickProblem, part: Part, legs: Ints, budget: Budget) -> None:
    """One pass of relocation over these legs of a part."""
    changes, skip = part.changes, problem.market.settings.routes_skip_min
    for start in range(0, len(legs), BATCH):
        if budget.is_spent():
            return
        batch = legs[start : start + BATCH]
        _, changes.clock = relocate(
            problem.world, problem.routes, batch, part.among, changes.stamp, changes.tried, changes.clock, skip
        )


def deal_all(problem: TickProblem, part: Part, deals: Deals, budget: Budget) -> None:
    """Deal the trips of a part out anew, the first, second and third of each route, and then single legs."""
    changes = part.changes
    among = around(problem.world, problem.routes, part.among, changes.stamp, changes.dealt)
    changes.dealt = changes.clock
    for deal, number in deals:
        if budget.is_spent():
            return
        before: Floats = problem.routes.cost.copy()
        if deal(problem.world, problem.routes, number, among) > 0:
            changes.clock += 1
            changes.stamp[among & (problem.routes.cost != before)] = changes.clock


def ruin(problem: TickProblem, part: Part, rounds_a_leg: float, budget: Budget) -> None:
    """The rounds of ruin and recreate of a part, by its share of the legs, cooling down."""
    steps = round(rounds_a_leg * len(part.legs) / BATCH)
    who = problem.routes.courier_of[part.legs]
    legs = part.legs[(who == NOBODY) | (part.changes.stamp[who] > 0)]
    if len(legs) < 2:
        return
    world = with_first_candidates(problem.world, RUIN_CANDIDATES)
    for k in range(steps):
        if budget.is_spent():
            return
        heat = HEAT_START_MIN * (HEAT_END_MIN / HEAT_START_MIN) ** (k / steps)
        ruin_and_recreate(world, problem.routes, legs, part.among, BATCH, RUIN_MOST, heat, part.dice)
