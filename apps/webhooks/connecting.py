"""Connections to where a webhook is sent: looked up once, every address checked, connected to what was checked.

A name that answers a public address to a check and a private one to the connection (DNS rebinding) gains nothing: there
is one answer, and the connection is made to an address out of it. TLS still asks for the certificate of the name.
"""

import os
import queue
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpcore

from apps.webhooks.addresses import Address, as_address, is_public
from apps.webhooks.targets import Target, allowed

MOST_ADDRESSES = 4  # of one name are tried


class AddressRefused(httpcore.ConnectError):
    """The name leads, also or only, to where nothing is sent."""


class NameUnknown(httpcore.ConnectError):
    """No name server knows the host."""


class Deadline:
    """The end of a delivery, however slowly the other side talks."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        """Seconds that are left, 0 when it has passed."""
        return max(0.0, self._at - time.monotonic())

    @property
    def has_passed(self) -> bool:
        """Whether nothing is left."""
        return self.left_s == 0.0

    @contextmanager
    def ending(self, connection: socket.socket) -> Iterator[None]:
        """Cut a connection when the deadline passes.

        Time limits of single reads do not do: a byte every few seconds would hold a worker for ever. Works on a
        duplicate of the file descriptor, which stays right when TLS takes the socket over.
        """
        duplicate = socket.socket(fileno=os.dup(connection.fileno()))
        timer = threading.Timer(self.left_s, _cut, (duplicate,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            duplicate.close()


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was faster


class GuardedBackend(httpcore.NetworkBackend):
    """Makes the connection of one delivery. Leave the block that it is a context of to let go of it."""

    def __init__(self, target: Target, deadline: Deadline) -> None:
        self._target = target
        self._deadline = deadline
        self._cutting = ExitStack()

    def __enter__(self) -> "GuardedBackend":
        return self

    def __exit__(self, *_error: object) -> None:
        self._cutting.close()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - httpcore's own signature; the deadline is what counts
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a checked address of the host. Raises AddressRefused, NameUnknown, or what httpcore raises."""
        options = list(socket_options or ())
        refused: httpcore.ConnectError | httpcore.ConnectTimeout = NameUnknown(host)
        for address in self.checked_addresses(host, port):
            try:
                stream = httpcore.SyncBackend().connect_tcp(
                    str(address), port, self._seconds_left(), local_address, options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                refused = error
                continue
            self._cutting.enter_context(self._deadline.ending(stream.get_extra_info("socket")))
            return stream
        raise refused

    def checked_addresses(self, host: str, port: int) -> list[Address]:
        """The addresses of a host, from one look-up. Raises AddressRefused when any of them is not to be sent to."""
        addresses = looked_up(host, port, seconds=self._seconds_left())
        for address in addresses:
            if not self._may_be_sent_to(host, address):
                raise AddressRefused(f"{host} leads to an address that nothing is sent to.")
        return addresses[:MOST_ADDRESSES]

    def _may_be_sent_to(self, host: str, address: Address) -> bool:
        lets_pass = allowed()
        if host.lower() in lets_pass.names or lets_pass.has_address(address):
            return True
        return is_public(address) and not self._target.must_be_allowed

    def _seconds_left(self) -> float:
        if self._deadline.has_passed:
            raise httpcore.ConnectTimeout("No time is left to connect.")
        return self._deadline.left_s


def looked_up(host: str, port: int, *, seconds: float) -> list[Address]:
    """The addresses of a host, each once. Raises NameUnknown, or ConnectTimeout when name servers are slow.

    In a thread of its own: the C library knows no time limit, and a slow name server must not hold a worker.
    """
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=look_up, daemon=True, name="webhook-look-up").start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise httpcore.ConnectTimeout(f"No name server told the address of {host} in time.") from None
    if isinstance(answer, Exception):
        raise NameUnknown(f"No address of {host}: {answer}") from answer
    found = [as_address(str(row[4][0])) for row in answer]
    return list(dict.fromkeys(address for address in found if address is not None))
