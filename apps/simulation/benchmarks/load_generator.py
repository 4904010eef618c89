"""Sends prebuilt requests over raw sockets and takes the time until each is answered.

One thread and no HTTP library: on two cores, what the generator takes is missing from what it measures. Two models:

- closed: so many connections, each asking again as soon as it is answered. Shows how many requests a second there are.
- open: requests come when they come, whether or not the ones before are answered, and each is timed from the moment at
  which it was due. A server that stalls is seen in the times of all who waited, not in one.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from apps.simulation.benchmarks import load_lines
from apps.simulation.benchmarks.load_connection import Connection, Request
from apps.simulation.benchmarks.load_lines import Address, Lines

MOST_CONNECTIONS = 256
CHECK_EVERY = 20  # bodies; every status is looked at


@dataclass(slots=True)
class Measured:
    """What came of some seconds of asking."""

    seconds: float
    """How long it went on, warming up left out."""
    latencies_s: list[float] = field(default_factory=list)
    """Of every request in that time; failed ones, and those with a wrong answer, with `ANSWER_WITHIN_S`."""
    late_starts_s: list[float] = field(default_factory=list)
    """Open model: how long after it was due a request was sent. The generator's own fault, and in the latency too."""
    errors: Counter[str] = field(default_factory=Counter)
    right: int = 0
    """Requests with the right answer in that time."""
    right_ever: int = 0
    """The same, warming up and afterwards included: what the server has done in all."""
    checked_bodies: int = 0

    @property
    def per_second(self) -> float:
        """Right answers a second."""
        return self.right / self.seconds


class _Asker:
    """Asks one server, and writes down what was answered."""

    def __init__(self, address: Address, measured: Measured) -> None:
        self._address = address
        self._measured = measured
        self._lines = Lines()
        self._answers = self._ended = 0
        self._counts: Callable[[float], bool] = lambda _: True

    @property
    def busy(self) -> int:
        """Requests under way."""
        return self._lines.busy

    def ask(self, request: Request, due_at: float) -> None:
        """Send a request that was due at a moment."""
        self._lines.ask(self._address, request, due_at=due_at, then=self._note)

    def wait(self, seconds: float, *, counts: Callable[[float], bool] = lambda _: True) -> int:
        """Write down what is answered, or fails, within some seconds. Returns how many.

        `counts`: whether an answer at a moment is within the time that is measured.
        """
        self._counts, before = counts, self._ended
        self._lines.wait(seconds)
        return self._ended - before

    def close(self) -> None:
        """Leave; what is under way is not waited for."""
        self._lines.close()

    def _note(self, connection: Connection) -> None:
        self._ended += 1
        wrong = self._judge(connection)
        self._measured.right_ever += not wrong
        if wrong:
            self._measured.errors[wrong] += 1
        if self._counts(connection.answered_at):
            self._measured.right += not wrong
            latency_s = connection.answered_at - connection.due_at
            self._measured.latencies_s.append(load_lines.ANSWER_WITHIN_S if wrong else latency_s)

    def _judge(self, connection: Connection) -> str:
        """What is wrong with an answer, "" when nothing is. One body in twenty is read."""
        if connection.failure:
            return connection.failure
        request = connection.request
        if connection.status != request.status:
            return f"status {connection.status}: {connection.body[:120].decode(errors='replace')}"
        self._answers += 1
        if self._answers % CHECK_EVERY != 1:
            return ""
        self._measured.checked_bodies += 1
        return request.what_is_wrong(connection.body)


def closed(
    address: Address, requests: Iterator[Request], *, connections: int, seconds: float, warm_up_s: float = 1.0
) -> Measured:
    """Ask over some connections, each again as soon as it is answered. Those under way at the end are waited for."""
    measured = Measured(seconds)
    asker = _Asker(address, measured)
    begin = time.perf_counter() + warm_up_s
    end = begin + seconds
    for _ in range(connections):
        asker.ask(next(requests), time.perf_counter())
    while asker.busy:
        for _ in range(asker.wait(0.1, counts=lambda at: begin <= at < end)):
            if (now := time.perf_counter()) < end:
                asker.ask(next(requests), now)
    asker.close()
    return measured


def open_arrivals(per_second: float, seconds: float, *, seed: int = 1) -> list[float]:
    """When requests are due, in seconds from the start: a Poisson process, which knows no regular gaps."""
    rng = Random(seed)
    due_s, second = [], rng.expovariate(per_second)
    while second < seconds:
        due_s.append(second)
        second += rng.expovariate(per_second)
    return due_s


def open_model(
    address: Address,
    requests: Iterator[Request],
    *,
    due_s: list[float],
    seconds: float,
) -> Measured:
    """Ask at given moments, whatever became of the requests before, and time each from the moment it was due."""
    measured = Measured(seconds)
    asker = _Asker(address, measured)
    begin = time.perf_counter()
    waiting = deque(begin + each for each in due_s)
    while waiting or asker.busy:
        now = time.perf_counter()
        while waiting and waiting[0] <= now and asker.busy < MOST_CONNECTIONS:
            measured.late_starts_s.append(now - waiting[0])
            asker.ask(next(requests), waiting.popleft())
            now = time.perf_counter()
        pause_s = 0.05 if not waiting or asker.busy == MOST_CONNECTIONS else min(0.05, waiting[0] - now)
        asker.wait(pause_s)
    asker.close()
    return measured
