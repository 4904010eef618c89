"""Rows of lists that are read often, as plain dicts: what `values()` gives, for a third of its time.

Two things take most of the time of `values()` on fifty rows. It works out its SQL anew every time, which `RowsByKey`
does once for each number of keys. And it sends every time, key and JSON through several calls of Python, for which
there are shorter ways here. On MongoDB both are `values()` itself.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import partial, reduce
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = dict[str, Any]
Convert = Callable[[Any], Any]
Converters = list[tuple[str, Convert]]


def _moment(kept: datetime | str) -> datetime:
    """As SQLite keeps it: UTC, without saying so; text where it does not know the column."""
    return (datetime.fromisoformat(kept) if isinstance(kept, str) else kept).replace(tzinfo=UTC)


SHORTER: dict[str, dict[str, Convert]] = {
    "sqlite": {"DateTimeField": _moment, "UUIDField": UUID, "JSONField": orjson.loads, "BooleanField": bool},
    "postgresql": {"JSONField": orjson.loads},
}


def plain_rows(rows: QuerySet[Any], columns: Sequence[str]) -> list[Row]:
    """The same as `list(rows.values(*columns))`."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor not in SHORTER:
        return list(rows.values(*columns))
    compiler = rows.values(*columns).query.get_compiler(connection=connection)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return []
    found = _read(connection, sql, parameters, columns)
    _convert(found, _converters(compiler, columns))
    return found


class RowsByKey:
    """All rows that belong to some others: the same as `filter(KEY__in=keys).order_by(ORDER_BY).values(*columns)`."""

    def __init__(self, model: type[Model], *, key: str, order_by: str, columns: Sequence[str]) -> None:
        self._model, self._key, self._order_by, self._columns = model, key, order_by, columns
        self._statements: dict[tuple[str, int], tuple[str, Converters]] = {}

    def of(self, keys: Collection[UUID]) -> dict[UUID, list[Row]]:
        """The rows of each key, in their order: one query."""
        found: dict[UUID, list[Row]] = defaultdict(list)
        for row in self._rows(list(keys)) if keys else ():
            found[row[self._key]].append(row)
        return found

    def _rows(self, keys: list[UUID]) -> list[Row]:
        connection = connections[DEFAULT_DB_ALIAS]
        if connection.vendor not in SHORTER:
            return list(self._values(keys))
        sql, converters = self._statement(connection, keys)
        asked = {key if connection.features.has_native_uuid_field else key.hex: key for key in keys}
        found = _read(connection, sql, list(asked), self._columns)
        for row in found:
            row[self._key] = asked[row[self._key]]
        _convert(found, converters)
        return found

    def _statement(self, connection: BaseDatabaseWrapper, keys: list[UUID]) -> tuple[str, Converters]:
        """Worked out for the first so many keys. All that differs for others is what is put in."""
        kind = connection.vendor, len(keys)
        if kind not in self._statements:
            compiler = self._values(keys).query.get_compiler(connection=connection)
            sql, parameters = compiler.as_sql()
            assert len(parameters) == len(keys), "a key came twice"  # noqa: S101 - then it would fit no other keys
            converters = [(name, how) for name, how in _converters(compiler, self._columns) if name != self._key]
            self._statements[kind] = sql, converters
        return self._statements[kind]

    def _values(self, keys: list[UUID]) -> QuerySet[Any, Row]:
        rows = self._model._default_manager.filter(**{f"{self._key}__in": keys})
        return rows.order_by(self._order_by).values(*self._columns)


def _read(connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any], columns: Sequence[str]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _convert(rows: list[Row], converters: Converters) -> None:
    for row in rows:
        for name, convert in converters:
            value = row[name]
            if value is not None:
                row[name] = convert(value)


def _converters(compiler: SQLCompiler, columns: Sequence[str]) -> Converters:
    """For each column that is not ready as the database gives it, how it becomes what Django would give."""
    connection = compiler.connection
    shorter = SHORTER[connection.vendor]
    expressions = [expression for expression, _, _ in compiler.select or ()]
    found: Converters = []
    for place, (converters, expression) in compiler.get_converters(expressions).items():
        kind = expression.output_field.get_internal_type()
        longer = partial(_as_django_does, converters, expression, connection)
        found.append((columns[place], shorter.get(kind, longer)))
    return found


def _as_django_does(converters: Sequence[Any], expression: Any, connection: BaseDatabaseWrapper, value: Any) -> Any:
    return reduce(lambda so_far, convert: convert(so_far, expression, connection), converters, value)
