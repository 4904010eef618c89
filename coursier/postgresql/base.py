"""Asks the socket, not the server, whether a connection that was used just now is still there.

Django's own check is a query before the first query of every request. At three hundred small requests a second that
was a seventh of all there were. A server that ends a connection says so, so its socket has something to read; a network
that fell silent is found by the query, which is still made where nothing was asked for a second, or an error occurred.
"""

import select
import time

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

TRUSTED_FOR_S = 1.0
"""Wall seconds after a request in which the socket alone is asked."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL."""

    _known_good_at = float("-inf")

    def is_usable(self) -> bool:
        """Whether the connection works."""
        now = time.monotonic()
        is_trusted = not self.errors_occurred and now - self._known_good_at < TRUSTED_FOR_S
        is_good = self._is_quiet() if is_trusted else super().is_usable()
        self._known_good_at = now if is_good else float("-inf")
        return is_good

    def _is_quiet(self) -> bool:
        """Whether the server has said nothing unasked, such as that it goes away, and would answer a query."""
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return False
        readable = select.poll()
        readable.register(self.connection.pgconn.socket, select.POLLIN)
        return not readable.poll(0)
