"""Token buckets in the memory of one process: a guard for paths on which a round trip more would cost too much.

Each process has its own, so whoever is served by four may ask four times as often: enough to keep one broken or stolen
phone from taking the time of a thousand. Whose number matters is counted in Redis (`rate_limit`).
"""

import math
import time
from collections.abc import Hashable

from apps.core.errors import TooManyRequests

MOST_BUCKETS = 20_000  # then full ones are forgotten: a full one and none are the same


class ProcessBuckets:
    """A bucket for each name; a new one is full. Threads that take from one at once may get a token too many."""

    def __init__(self) -> None:
        self._buckets: dict[Hashable, tuple[float, float]] = {}  # tokens, and when there were so many

    def spend(self, name: Hashable, *, per_s: float, burst: float) -> None:
        """Take a token; so many come back a second of the wall, and at most `burst` are kept. 0 a second: no limit.

        Raises TooManyRequests, which says when there is one again.
        """
        if per_s <= 0:
            return
        now = time.monotonic()
        tokens, at = self._buckets.get(name, (burst, now))
        tokens = min(burst, tokens + (now - at) * per_s)
        if tokens < 1:
            wait_s = math.ceil((1 - tokens) / per_s)
            raise TooManyRequests(f"At most {per_s:g} requests a second, over a while.", retry_after_s=wait_s)
        if name not in self._buckets and len(self._buckets) >= MOST_BUCKETS:
            self._forget_full(now, per_s=per_s, burst=burst)
        self._buckets[name] = tokens - 1, now

    def _forget_full(self, now: float, *, per_s: float, burst: float) -> None:
        """When all are in use, all are forgotten: memory has a limit too."""
        in_use = {
            name: (tokens, at)
            for name, (tokens, at) in list(self._buckets.items())
            if tokens + (now - at) * per_s < burst
        }
        self._buckets = in_use if len(in_use) < MOST_BUCKETS else {}
