"""Atomic writes and compare-and-swap, the same on SQLite, PostgreSQL and MongoDB.

Django's own `transaction.atomic` is silently a no-op on MongoDB, and `select_for_update` has no effect on MongoDB and
SQLite: use what is here. Whoever loses a race gets `Conflict`; the whole function may then run again, so a function
under `@atomic` does nothing outside the database (side effects go through events).
"""

import functools
import random
import time
from collections.abc import Callable
from typing import Any, ParamSpec, Self, TypeVar, overload

from django.db import DatabaseError, connection, models, transaction
from django_mongodb_backend import transaction as mongo_transaction

from apps.core.errors import Conflict, Unavailable
from apps.core.ids import new_id

P = ParamSpec("P")
R = TypeVar("R")

_TRANSIENT = (
    "database is locked",  # SQLite, when the busy timeout passed
    "deadlock detected",
    "could not serialize",
    "write conflict",
    "writeconflict",
    "transienttransactionerror",
    "please retry",
    "lock timeout",
)


@overload
def atomic(function: Callable[P, R]) -> Callable[P, R]: ...
@overload
def atomic(*, rereads: int = 0, attempts: int = 5) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def atomic(function: Callable[P, R] | None = None, *, rereads: int = 0, attempts: int = 5) -> Any:
    """Run a function in one transaction: all of its rows and events, or none.

    A conflict that the database itself reports runs the whole function again, up to `attempts` times. A `Conflict`
    (a lost compare-and-swap) runs it again up to `rereads` times: for functions that read, check and decide anew.
    Inside another atomic function it joins the outer transaction, which alone may run again.
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
            except Conflict:
                if not rereads_left:
                    raise
                rereads_left -= 1
            except DatabaseError as error:
                tries_left -= 1
                if not _is_transient(error):
                    raise
                if not tries_left:
                    raise Unavailable("The database is too busy.") from error
                time.sleep(random.uniform(0.005, 0.05) * (attempts - tries_left))

    return wrapper


def _in_transaction(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    begin = mongo_transaction.atomic if connection.vendor == "mongodb" else transaction.atomic
    with begin():
        connection.coursier_atomic = True  # type: ignore[attr-defined]
        try:
            return function(*args, **kwargs)
        finally:
            connection.coursier_atomic = False  # type: ignore[attr-defined]


def _is_transient(error: DatabaseError) -> bool:
    text = f"{error} {error.__cause__ or ''}".lower()
    return any(sign in text for sign in _TRANSIENT)


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
        manager = type(self)._default_manager
        matched = manager.filter(pk=self.pk, version=self.version, **(where or {}))
        if matched.update(version=self.version + 1, **changes) != 1:
            raise Conflict(f"This {self._meta.verbose_name} changed in the meantime: read it again.")
        for name, value in changes.items():
            setattr(self, name, value)
        self.version += 1
        return self
