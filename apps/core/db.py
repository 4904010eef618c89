"""Atomic writes and compare-and-swap, the same on SQLite, PostgreSQL and MongoDB.

Django's own `transaction.atomic` is silently a no-op on MongoDB, and `select_for_update` has no effect on MongoDB and
SQLite: use what is here. Whoever loses a race gets `Conflict`; the whole function may then run again, so a function
under `@atomic` does nothing outside the database (side effects go through events).
"""

import functools
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, Self, TypeVar, overload

from django.db import Error, InterfaceError, OperationalError, connection, models, transaction
from django_mongodb_backend import transaction as mongo_transaction
from pymongo.errors import PyMongoError

from apps.core.errors import Conflict, Unavailable
from apps.core.ids import new_id
from apps.core.plain_writes import insert_rows, update_version

P = ParamSpec("P")
R = TypeVar("R")

_TO_RUN_AGAIN = {  # PostgreSQL's SQLSTATE, which does not depend on the server's language
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "55P03",  # lock_not_available
}
_OF_CONNECTIONS = (OperationalError, InterfaceError)
_OF_LOST_CONNECTIONS = ("08", "57P")  # SQLSTATE classes: connection_exception; admin_shutdown and its like
_NO_STATE = "08"  # the server did not live to send one


class _RunAgain(Exception):
    """The database undid the transaction for a reason that is gone when it is tried again."""


@overload
def atomic(function: Callable[P, R]) -> Callable[P, R]: ...
@overload
def atomic(*, rereads: int = 0, attempts: int = 10) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def atomic(function: Callable[P, R] | None = None, *, rereads: int = 0, attempts: int = 10) -> Any:
    """Run a function in one transaction: all of its rows and events, or none.

    A conflict that the database itself reports runs the whole function again, up to `attempts` times. A `Conflict`
    (a lost compare-and-swap) runs it again up to `rereads` times: for functions that read, check and decide anew.
    Inside another atomic function it joins the outer transaction, which alone may run again: there are no savepoints,
    so an outer function that catches an error of an inner one keeps what that one wrote before it, and no function goes
    on after an error of the database. Raises Unavailable when the database stays too busy or cannot be reached.
    """
    if function is None:
        return functools.partial(atomic, rereads=rereads, attempts=attempts)

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if getattr(connection, "coursier_atomic", False):
            return function(*args, **kwargs)
        tries_left, rereads_left = attempts, rereads
        while True:
            try:
                return _in_transaction(function, *args, **kwargs)
            except Conflict as conflict:
                is_lost_race = type(conflict) is Conflict  # a subclass says what is final: reading again is no use
                if not rereads_left or not is_lost_race:
                    raise
                rereads_left -= 1
            except _RunAgain as again:
                tries_left -= 1
                if not tries_left:
                    raise Unavailable("The database is too busy, or away.") from again
                time.sleep(random.uniform(0.005, 0.05) * (attempts - tries_left))

    return wrapper


def _in_transaction(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    begin = mongo_transaction.atomic if connection.vendor == "mongodb" else transaction.atomic
    is_done = False
    try:
        with begin():
            connection.coursier_atomic = True  # type: ignore[attr-defined]
            connection.coursier_last = last = defaultdict[type[models.Model], list[models.Model]](list)  # type: ignore[attr-defined]
            try:
                result = function(*args, **kwargs)
                for rows in last.values():
                    insert_rows(rows)
            finally:
                connection.coursier_atomic = False  # type: ignore[attr-defined]
            is_done = True
    except (Error, PyMongoError) as error:
        is_lost = _close_if_lost(error)
        if is_done and is_lost:
            raise Unavailable("The connection broke at the commit: it is written, or it is not.") from error
        if is_lost or _is_transient(error):
            raise _RunAgain from error
        raise
    else:
        return result
    finally:
        _forget_session()


def _close_if_lost(error: Exception) -> bool:
    """Whether the connection broke, which makes the outcome of a commit unknown. The next transaction opens another."""
    if isinstance(error, PyMongoError):
        return error.has_error_label("UnknownTransactionCommitResult")
    if connection.vendor != "postgresql" or connection.in_atomic_block or not isinstance(error, _OF_CONNECTIONS):
        return False
    if not (getattr(error.__cause__, "sqlstate", None) or _NO_STATE).startswith(_OF_LOST_CONNECTIONS):
        return False
    connection.close()
    return True


def _is_transient(error: Exception) -> bool:
    for source in (error, error.__cause__):
        if isinstance(source, PyMongoError) and source.has_error_label("TransientTransactionError"):
            return True
    return getattr(error.__cause__, "sqlstate", "") in _TO_RUN_AGAIN or "database is locked" in str(error)


def _forget_session() -> None:
    """A commit that failed on MongoDB leaves its session and callbacks: not for the next transaction to trip over."""
    session = getattr(connection, "session", None)
    if connection.vendor == "mongodb" and session:
        session.end_session()
        connection.session = None  # type: ignore[attr-defined]
        connection.run_on_commit = []


def write_last(rows: Sequence[models.Model]) -> None:
    """Write new rows that nobody reads before the transaction is in the database: at its end, those of a table at once.

    What a unique index has already is found then. Outside of a transaction they are written now.
    """
    if not getattr(connection, "coursier_atomic", False):
        insert_rows(rows)
        return
    for row in rows:
        connection.coursier_last[type(row)].append(row)  # type: ignore[attr-defined]


def on_commit(function: Callable[[], None]) -> None:
    """Call a function after the current transaction is in the database, or at once outside of one.

    Robust: an error in it is logged and breaks nothing, since the rows are already written.
    """
    transaction.on_commit(function, robust=True)


class Record(models.Model):
    """A row with a time-sorted key. The column is `_id`: under another name joins on MongoDB were 200 times slower."""

    id = models.UUIDField(primary_key=True, default=new_id, db_column="_id", editable=False)

    class Meta:
        abstract = True


class VersionedRecord(Record):
    """A row that several may want to change at once: every change names the version it was decided upon."""

    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def swap(self, *, where: dict[str, Any] | None = None, **changes: Any) -> Self:
        """Write the changes if nobody wrote in the meantime. Raises Conflict when somebody did.

        `where` adds conditions that must still hold in the database, beside the version.
        """
        if update_version(self, changes, where=where) != 1:
            raise Conflict(f"This {self._meta.verbose_name} changed in the meantime: read it again.")
        for name, value in changes.items():
            setattr(self, name, value)
        self.version += 1
        return self
