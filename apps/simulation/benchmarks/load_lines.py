"""Connections to several servers in one thread: each request has its own reaction to the answer."""

import selectors
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from apps.simulation.benchmarks.load_connection import Connection, Request

Address = tuple[str, int]
Reaction = Callable[[Connection], None]
ANSWER_WITHIN_S = 10.0
"""Then a request has failed."""
LOOK_FOR_LOST_EVERY_S = 0.1
KEPT_IDLE_S = 10.0  # the server closes them after 20: one that it closes just now must not be asked


@dataclass(slots=True)
class Lines:
    """Asks over an idle connection or a new one. `wait` lets answers come in and calls their reactions."""

    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _idle: dict[Address, deque[Connection]] = field(default_factory=lambda: defaultdict(deque))
    _busy: dict[int, tuple[Connection, Address, Reaction]] = field(default_factory=dict)
    _looked_at: float = 0.0

    @property
    def busy(self) -> int:
        """Requests under way."""
        return len(self._busy)

    def ask(self, address: Address, request: Request, *, due_at: float, then: Reaction) -> None:
        """Send a request that was due at a moment; `then` gets the connection with its answer, or its failure."""
        now = time.perf_counter()
        connection = self._connection(address, now)
        self._busy[connection.number] = connection, address, then
        connection.ask(request, due_at=due_at, now=now)
        wanted = selectors.EVENT_WRITE if connection.is_sending else selectors.EVENT_READ
        self._selector.register(connection.number, wanted, connection)

    def wait(self, seconds: float) -> None:
        """Let answers come in, for so long at most."""
        for key, _ in self._selector.select(max(0.0, seconds)):
            connection: Connection = key.data
            if connection.is_sending:
                connection.send()
                if not connection.is_sending and not connection.is_done:
                    self._selector.modify(connection.number, selectors.EVENT_READ, connection)
            else:
                connection.receive()
            if connection.is_done:
                self._end(connection)
        self._give_up_lost(time.perf_counter())

    def close(self) -> None:
        """Leave; what is under way is not waited for."""
        for connection in [each for idle in self._idle.values() for each in idle]:
            connection.close()
        for connection, _, _ in self._busy.values():
            connection.close()
        self._selector.close()

    def _end(self, connection: Connection) -> None:
        _, address, then = self._busy.pop(connection.number)
        self._selector.unregister(connection.number)
        if connection.failure:
            connection.answered_at = time.perf_counter()
        then(connection)
        if connection.is_reusable:
            self._idle[address].append(connection)
        else:
            connection.close()

    def _connection(self, address: Address, now: float) -> Connection:
        """The one that rests longest: each connection leads to one of the server's processes, and all are to work."""
        idle = self._idle[address]
        while idle:
            connection = idle.popleft()
            if now - connection.answered_at < KEPT_IDLE_S and not connection.was_closed_by_server():
                return connection
            connection.close()
        return Connection(address)

    def _give_up_lost(self, now: float) -> None:
        if now - self._looked_at < LOOK_FOR_LOST_EVERY_S:
            return
        self._looked_at = now
        for connection, _, _ in list(self._busy.values()):
            if now - connection.sent_at > ANSWER_WITHIN_S:
                connection.fail(f"no answer within {ANSWER_WITHIN_S:g} s")
                self._end(connection)
