"""One connection to a web server: a request goes out as it is, an answer comes back with its status and body."""

import errno
import os
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

END_OF_HEAD = b"\r\n\r\n"
READ_AT_ONCE = 65_536
CLOSED = "the server closed the connection before it had answered"


def _anything(body: bytes) -> str:  # noqa: ARG001 - the shape of a check
    return ""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes over the wire, and what its answer must be."""

    wire: bytes
    status: int = 200
    what_is_wrong: Callable[[bytes], str] = _anything
    """Of a body: "" when it is right, else one line."""


class Connection:
    """A socket that never blocks. Its owner asks `select` when to call `send` and `receive`."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.socket()
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        problem = self._socket.connect_ex(address)
        self.failure = "" if problem in (0, errno.EINPROGRESS) else os.strerror(problem)
        self.number = self._socket.fileno()
        self.answered_at = 0.0
        self._is_connected = problem == 0
        self._forget()

    def _forget(self) -> None:
        self.status = 0
        self.body = b""
        self.is_done = False
        self.is_reusable = False
        self._received = bytearray()
        self._head_bytes = self._wanted_bytes = -1

    def ask(self, request: Request, *, due_at: float, now: float) -> None:
        """Send a request, as much of it as the system takes now."""
        self._forget()
        self.request, self.due_at, self.sent_at = request, due_at, now
        self._unsent = memoryview(request.wire)
        if self.failure:
            self.fail(self.failure)
        elif self._is_connected:
            self.send()

    @property
    def is_sending(self) -> bool:
        """Whether some of the request is still here, or the connection is not there yet, or could not be made."""
        return len(self._unsent) > 0

    def send(self) -> None:
        """Send on. A connection that could not be made, or broke, is done with a failure."""
        try:
            self._unsent = self._unsent[self._socket.send(self._unsent) :]
            self._is_connected = True
        except BlockingIOError:
            return
        except OSError as error:
            self.fail(os.strerror(error.errno or errno.EIO))

    def receive(self) -> None:
        """Take what came. Done once the whole body is there."""
        try:
            chunk = self._socket.recv(READ_AT_ONCE)
        except BlockingIOError:
            return
        except OSError as error:
            self.fail(os.strerror(error.errno or errno.EIO))
            return
        if not chunk:
            self.fail(CLOSED)
            return
        self._received += chunk
        if self._head_bytes < 0:
            self._read_head()
        if 0 <= self._wanted_bytes <= len(self._received) and not self.is_done:
            self.body = bytes(self._received[self._head_bytes : self._wanted_bytes])
            self.answered_at = time.perf_counter()
            self.is_done = True

    def _read_head(self) -> None:
        end = self._received.find(END_OF_HEAD)
        if end < 0:
            return
        self._head_bytes = end + len(END_OF_HEAD)
        lines = bytes(self._received[:end]).lower().split(b"\r\n")
        headers = dict(line.split(b": ", 1) for line in lines[1:])
        if b"content-length" not in headers:
            self.fail("an answer that does not say how long it is")
            return
        self.status = int(lines[0].split(b" ", 2)[1])
        self.is_reusable = headers.get(b"connection") != b"close"
        self._wanted_bytes = self._head_bytes + int(headers[b"content-length"])

    def fail(self, why: str) -> None:
        """Give the request up."""
        self.failure, self.is_done, self.is_reusable = why, True, False

    def was_closed_by_server(self) -> bool:
        """Whether an idle connection has something to read: only its end can be that."""
        return bool(select.select([self.number], (), (), 0)[0])

    def close(self) -> None:
        """Leave."""
        self._socket.close()
