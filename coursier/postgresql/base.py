"""Django's own, but for two things that took a good part of small requests.

Whether a connection that was used just now is still there is asked of the socket, not of the server. Django's own check
is a query before the first query of every request. At three hundred small requests a second that was a seventh of all
there were. A server that ends a connection says so, so its socket has something to read; a network that fell silent is
found by the query, which is still made where nothing was asked for a second, or an error occurred.

Times are read by psycopg's loader in C. Django puts one in Python before it, for connections in another time zone than
UTC: ours are in none.
"""

import select
import time
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, Cursor, postgres
from psycopg.pq import Format, TransactionStatus

TRUSTED_FOR_S = 1.0
"""Wall seconds after a request in which the socket alone is asked."""
MOMENTS = postgres.types["timestamptz"].oid


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL."""

    _known_good_at = float("-inf")

    def get_new_connection(self, conn_params: dict[str, Any]) -> "Connection[Any]":
        """Django's, with psycopg's own loader of times."""
        connection: Connection[Any] = super().get_new_connection(conn_params)
        loader = postgres.adapters.get_loader(MOMENTS, Format.TEXT)
        assert loader is not None  # noqa: S101 - psycopg comes with it
        connection.adapters.register_loader(MOMENTS, loader)
        return connection

    def create_cursor(self, name: str | None = None) -> "Cursor[Any]":
        """Django's, without the look whether times are read in the right zone: they are."""
        if name is None:
            return self.connection.cursor()  # type: ignore[no-any-return]
        return self.connection.cursor(name, scrollable=False, withhold=self.connection.autocommit)  # type: ignore[no-any-return]

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
