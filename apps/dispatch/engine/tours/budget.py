"""How long a search may go on: by the clock, or by a count that makes it the same on every machine."""

import time
from collections.abc import Callable

LONGEST_CALL_S = 0.02
"""Kernels are not stopped from outside: each call is given work for about so long."""
CALL_SHARE = 0.005
"""Of the whole, if that is less."""
FIRST_CALL = 4
"""Steps in the first call, before it is known how long one takes."""
GROWTH = 4
"""A call has at most so many times the steps of the one before: the first ones say little."""


class Budget:
    """The share of a search that is spent. Exactly one of seconds and iterations is given; raises ValueError."""

    def __init__(self, seconds: float | None, iterations: int | None) -> None:
        if (seconds is None) == (iterations is None):
            raise ValueError("a search is bounded either by seconds or by iterations")
        self.began = time.perf_counter()
        self.iterations = 0
        """Steps so far; those of another worth count as so many."""
        self._seconds = seconds
        self._call_s = min(LONGEST_CALL_S, CALL_SHARE * (seconds or 0.0))
        self._most = iterations

    @property
    def elapsed_s(self) -> float:
        """Seconds since the search began."""
        return time.perf_counter() - self.began

    def spent(self) -> float:
        """From 0 to 1, or a little more."""
        if self._seconds is not None:
            return self.elapsed_s / self._seconds if self._seconds > 0 else 1.0
        return self.iterations / self._most if self._most else 1.0

    def run(self, call: Callable[[int], bool], until: float, worth: int = 1) -> None:
        """Call with a number of steps, again and again, until this share is spent or it returns False."""
        steps = FIRST_CALL
        while (share := self.spent()) < until:
            if self._most is not None:
                left = (min(until, 1.0) - share) * self._most / worth
                steps = max(1, min(int(CALL_SHARE * self._most / worth), round(left)))
            before = self.elapsed_s
            goes_on = call(steps)
            self.iterations += steps * worth
            if not goes_on:
                return
            if self._seconds is not None:
                steps = self._next_steps(steps, self.elapsed_s - before, min(until, 1.0) * self._seconds)

    def _next_steps(self, steps: int, took_s: float, until_s: float) -> int:
        wanted_s = min(self._call_s, until_s - self.elapsed_s)
        return max(1, min(GROWTH * steps, int(steps * wanted_s / max(took_s, 1e-6))))
