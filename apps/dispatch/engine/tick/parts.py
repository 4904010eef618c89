"""Parts of a city: its couriers in halves that are cut by turns, so that no border stays.

A part has its own couriers, the legs they have, and the legs that nobody has and that cost least with one of them.
Parts share no route and no leg, so threads may work on them at once; and what comes out does not depend on who is
faster.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.tick.build import TickProblem
from apps.dispatch.engine.tick.state import NOBODY

WORTH_CUTTING = 200  # couriers: below, two threads take as long as one
DIRECTIONS = ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, -1.0))  # along which a city is cut, by turns
SEED = 20_181_105


@dataclass(slots=True)
class Changes:
    """When each route last changed and each leg was last tried, by a clock that counts both; see `relocate`."""

    stamp: Ints
    tried: Ints
    clock: int = 1
    dealt: int = 0
    """The clock when trips were last dealt out."""


@dataclass(frozen=True, slots=True)
class Part:
    """Couriers and legs that are worked on together."""

    among: Mask
    legs: Ints
    changes: Changes
    dice: Ints
    """(1,) the state of its random numbers, see `ruin.uniform`."""


def whole(problem: TickProblem, legs: Ints, changes: Changes) -> Part:
    """These legs, and everybody."""
    everyone = np.ones(len(problem.routes.length), dtype=np.bool_)
    return Part(everyone, legs, changes, np.array([SEED], dtype=np.int64))


def parts_of(problem: TickProblem, legs: Ints, changes: Changes, turn: int) -> list[Part]:
    """These legs in two halves of the city, cut in another direction each turn; or whole, where that gains nothing."""
    n_couriers = len(problem.routes.length)
    if problem.market.settings.threads < 2 or n_couriers < WORTH_CUTTING:
        return [whole(problem, legs, changes)]
    where = problem.market.couriers.position @ np.array(DIRECTIONS[turn % len(DIRECTIONS)])
    first = np.zeros(n_couriers, dtype=np.bool_)
    first[np.argsort(where, kind="stable")[: n_couriers // 2]] = True
    return [_part(problem, legs, changes, among, turn * 2 + number) for number, among in enumerate((first, ~first))]


def _part(problem: TickProblem, legs: Ints, changes: Changes, among: Mask, number: int) -> Part:
    who = problem.routes.courier_of[legs]
    home = np.where(who == NOBODY, problem.world.candidates[legs, 0], who)
    dice = np.array([SEED + 7_919 * number], dtype=np.int64)
    own = Changes(changes.stamp, changes.tried, changes.clock, changes.dealt)
    return Part(among, legs[among[home]], own, dice)


def work_on(parts: Sequence[Part], changes: Changes, work: Callable[[Part], None]) -> None:
    """Do the work on all parts, each in a thread of its own. Their clocks become one again."""
    if len(parts) == 1:
        work(parts[0])
        return
    with ThreadPoolExecutor(len(parts)) as threads:
        list(threads.map(work, parts))
    changes.clock = max(part.changes.clock for part in parts)
    changes.dealt = max(part.changes.dealt for part in parts)
