"""What tests on MongoDB need: bugs of the stand-in server mended, and tests kept apart as quickly as on the others.

The stand-in takes nested documents in `$project`, `$addFields` and `$set` for something else than MongoDB does, so they
are written as dotted paths, which mean the same to both. Development on the stand-in needs that too:
`python -m tests.mongodb_shim manage.py runserver`. Product code never imports this file.
"""

import runpy
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pymongo import monitoring
from pymongo.collection import Collection

Stage = Mapping[str, Any]
SHAPING = ("$project", "$addFields", "$set")
NESTING = ("$lookup", "$unionWith")
KEPT = {"django_migrations", "django_content_type", "auth_permission"}  # what `migrate` wrote
WRITES = {"insert", "update", "findAndModify"}


def install(*, for_stand_in: bool) -> None:
    """Prepare this process for tests on MongoDB; `for_stand_in` also mends the stand-in's bugs."""
    if for_stand_in:
        mend_aggregate()
    monitoring.register(written)
    keep_tests_apart()


def mend_aggregate() -> None:
    """Let every pipeline pass through `mended` on its way to the server."""
    original = Collection.aggregate

    def aggregate(self: Collection[Any], pipeline: Sequence[Stage], *args: Any, **options: Any) -> Any:
        return original(self, mended(pipeline), *args, **options)

    Collection.aggregate = aggregate  # type: ignore[method-assign,assignment]


def mended(pipeline: Sequence[Stage]) -> list[Stage]:
    """The same pipeline with nested documents as dotted paths, in sub-pipelines too."""
    return [_mended_stage(stage) for stage in pipeline]


def _mended_stage(stage: Stage) -> Stage:
    changed = dict(stage)
    for name in SHAPING:
        if name in changed:
            changed[name] = _dotted(changed[name])
    for name in NESTING:
        if isinstance(changed.get(name), Mapping) and "pipeline" in changed[name]:
            changed[name] = {**changed[name], "pipeline": mended(changed[name]["pipeline"])}
    if "$facet" in changed:
        changed["$facet"] = {name: mended(inner) for name, inner in changed["$facet"].items()}
    return changed


def _dotted(shape: Stage) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in shape.items():
        if isinstance(value, Mapping) and value and not any(str(key).startswith("$") for key in value):
            flat |= {f"{name}.{inner}": part for inner, part in _dotted(value).items()}
        else:
            flat[name] = value
    return flat


class WrittenCollections(monitoring.CommandListener):
    """Remembers which collections this process wrote to since they were last emptied."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name in WRITES:
            self.names.add(event.command[event.command_name])

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to remember."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to remember."""


written = WrittenCollections()


def keep_tests_apart() -> None:
    """Empty the tables after each test, and keep back the callbacks of plain tests, as SQL's rolled back tests do.

    Django's own flush takes each of thirty tables and then makes all permissions anew: 0.4 s after every test.
    """
    from django.db import connection
    from django.test import TestCase, TransactionTestCase

    def begin(kind: type[TransactionTestCase]) -> None:
        connection.keeps_callbacks = issubclass(kind, TestCase)  # type: ignore[attr-defined]

    def end(case: TransactionTestCase) -> None:
        empty_tables(only_written=isinstance(case, TestCase))  # else other processes may have written
        connection.keeps_callbacks = False  # type: ignore[attr-defined]
        connection.run_on_commit = []

    TestCase._fixture_setup = TransactionTestCase._fixture_setup = classmethod(begin)
    TestCase._fixture_teardown = TransactionTestCase._fixture_teardown = end
    keep_callbacks_where_told()


def keep_callbacks_where_told() -> None:
    """Let a connection that `keeps_callbacks` leave them in `run_on_commit`, where a test can capture them."""
    from django_mongodb_backend.base import DatabaseWrapper

    run, register = DatabaseWrapper.run_and_clear_commit_hooks, DatabaseWrapper.on_commit

    def run_and_clear_commit_hooks(self: DatabaseWrapper) -> None:
        if not getattr(self, "keeps_callbacks", False):
            run(self)

    def on_commit(self: DatabaseWrapper, func: Callable[[], None], robust: bool = False) -> None:
        if getattr(self, "keeps_callbacks", False):
            self.run_on_commit.append(([], func, robust))
        else:
            register(self, func, robust)

    DatabaseWrapper.run_and_clear_commit_hooks, DatabaseWrapper.on_commit = run_and_clear_commit_hooks, on_commit


def empty_tables(*, only_written: bool) -> None:
    """Delete all rows but those of `migrate`; `only_written` spares the tables that this process did not write to."""
    from django.db import connection

    names = set(written.names) if only_written else set(connection.introspection.django_table_names(only_existing=True))
    for name in names - KEPT:
        connection.database[name].delete_many({})
    written.names.clear()


if __name__ == "__main__":
    mend_aggregate()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
