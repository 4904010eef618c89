"""A circuit breaker: who failed twice running is left alone for half a minute, and then tried once."""

import logging
import threading
import time

logger = logging.getLogger(__name__)
FAILURES_TO_OPEN = 2
REST_S = 30.0


class Breaker:
    """Whether a server may be asked. Says in the log when that changes, and only then."""

    def __init__(self, name: str, *, rest_s: float = REST_S) -> None:
        self._name, self._rest_s = name, rest_s
        self._lock = threading.Lock()
        self._failures = 0
        self._rests_until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether it failed too often: it rests, or is on trial."""
        return self._failures >= FAILURES_TO_OPEN

    def allows(self) -> bool:
        """Whether to ask now. After a rest only the first who wants to know may: the others wait for the outcome."""
        with self._lock:
            if not self.is_open:
                return True
            if time.monotonic() < self._rests_until:
                return False
            self._rests_until = time.monotonic() + self._rest_s
            return True

    def succeeded(self) -> None:
        """It answered."""
        with self._lock:
            if self.is_open:
                logger.info("%s answers again.", self._name)
            self._failures = 0

    def failed(self, why: str) -> None:
        """It did not, or nonsense."""
        with self._lock:
            was_open = self.is_open
            self._failures += 1
            if self.is_open:
                self._rests_until = time.monotonic() + self._rest_s
            if self.is_open and not was_open:
                logger.warning(
                    "%s is left alone for %g s (%s): straight lines stand in.", self._name, self._rest_s, why
                )
