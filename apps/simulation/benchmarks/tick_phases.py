"""Where the milliseconds of a plan go: a stopwatch at the doors between the stages of the engine."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from apps.dispatch.engine import Plan, Snapshot, market, plan
from apps.dispatch.engine.tick import search, stage

DOORS: tuple[tuple[Any, str, str], ...] = (
    (market.Market, "of", "market"),
    (stage, "build", "build"),
    (search, "insert_by_regret", "insertion"),
    (stage, "search", "search"),
)
"""Where a function is called by, its name there, and the phase that its time belongs to, less that of others within."""
REST = "answer"
"""Everything else: the routes as answered, commitments with their reasons why, and reasons of what is left out."""
PHASES = (*(phase for _, _, phase in DOORS), REST)


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock on the wall, and of the processor."""

    wall_s: float = 0.0
    cpu_s: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.wall_s + other.wall_s, self.cpu_s + other.cpu_s)

    def __sub__(self, other: "Spent") -> "Spent":
        return Spent(self.wall_s - other.wall_s, self.cpu_s - other.cpu_s)

    @classmethod
    def now(cls) -> "Spent":
        """Since some moment."""
        return cls(time.perf_counter(), time.process_time())


@dataclass(slots=True)
class Stopwatch:
    """What was spent, by phase."""

    phases: dict[str, Spent] = field(default_factory=dict)
    _within: Spent = field(default_factory=Spent)
    """Spent in doors within the one that is open."""

    def timed(self, function: Callable[..., Any], phase: str) -> Callable[..., Any]:
        """The function, its time added to the phase."""

        def through(*args: Any, **kwargs: Any) -> Any:
            outside, self._within = self._within, Spent()
            began = Spent.now()
            answer = function(*args, **kwargs)
            spent = Spent.now() - began
            self.phases[phase] = self.phases.get(phase, Spent()) + spent - self._within
            self._within = outside + spent
            return answer

        return through


def timed_plan(snapshot: Snapshot) -> tuple[Plan, Spent, dict[str, Spent]]:
    """Plan once; also what that took in all, and by phase. One plan at a time, on one thread."""
    watch = Stopwatch()
    with ExitStack() as doors:
        for owner, name, phase in DOORS:
            doors.enter_context(_replaced(owner, name, watch.timed(getattr(owner, name), phase)))
        began = Spent.now()
        planned = plan(snapshot)
        total = Spent.now() - began
    phases = {phase: watch.phases.get(phase, Spent()) for phase in PHASES}
    phases[REST] = total - sum(phases.values(), Spent())
    return planned, total, phases


@contextmanager
def _replaced(owner: Any, name: str, function: Callable[..., Any]) -> Iterator[None]:
    """Put a function in the place of another for a while."""
    before = vars(owner)[name]
    setattr(owner, name, staticmethod(function) if isinstance(owner, type) else function)
    try:
        yield
    finally:
        setattr(owner, name, before)
