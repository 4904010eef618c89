"""Rows of lists that are read often, as plain dicts: what `values()` gives, for less than half of its time.

Two things take most of the time of `values()` on fifty rows. It works out its SQL anew every time: here the columns are
worked out once for good, and for `RowsByKey` the whole statement. And it sends every time, key and JSON through several
calls of Python, for which there are shorter ways here.

Keys come as text, 32 hex digits as in public identifiers: two hundred UUID objects, made only to be written, took a
sixth of a list.
"""

import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Field, ForeignKey, Func, Model, QuerySet, TextField, Value
from django.db.models.sql.compiler import SQLCompiler

Row = dict[str, Any]
Convert = Callable[[Any], Any]
FROM = " FROM "
SHORTER: dict[str, dict[str, Convert]] = {
    "sqlite": {
        "JSONField": orjson.loads,
        "BooleanField": bool,
        "UUIDField": UUID,
        "DateTimeField": lambda kept: kept.replace(tzinfo=UTC),
    },
    "postgresql": {"JSONField": orjson.loads},
}


class _Moment(Func):
    """A time as SQLite keeps it, which is UTC, and says so: for Python to read in one call."""

    template = "(%(expressions)s || '+00:00')"
    output_field = TextField()


class _Digits(Func):
    """A key as its 32 digits, which is how SQLite keeps it."""

    template = "%(expressions)s"
    output_field = TextField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Sequence[Any]]:
        """PostgreSQL writes it with hyphens."""
        return self.as_sql(compiler, connection, template="replace(%(expressions)s::text, '-', '')")


@dataclass(frozen=True, slots=True)
class _Select:
    """Columns of a table as SQL, up to where it says from where, and how what comes back becomes what Django gives."""

    names: tuple[str, ...]
    sql: str
    converters: tuple[tuple[str, Convert], ...]

    def read(self, connection: BaseDatabaseWrapper, from_where: str, parameters: Sequence[Any]) -> list[Row]:
        """The rows."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql + from_where, parameters)
            found = [dict(zip(self.names, row, strict=True)) for row in cursor.fetchall()]
        for row in found:
            for name, convert in self.converters:
                value = row[name]
                if value is not None:
                    row[name] = convert(value)
        return found


def plain_rows(rows: QuerySet[Any], columns: tuple[str, ...]) -> list[Row]:
    """The same as `list(rows.values(*columns))` but for its keys, for columns of the table itself."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor not in SHORTER:
        return [plain_row(row) for row in rows.values(*columns)]
    try:
        from_where, parameters = _from_where(connection, rows)
    except EmptyResultSet:
        return []
    model: type[Model] = rows.model
    return _select(connection.vendor, model, columns).read(connection, from_where, parameters)


def plain_row(values: Row) -> Row:
    """A row with its keys as text."""
    return {name: value.hex if isinstance(value, UUID) else value for name, value in values.items()}


class RowsByKey:
    """All rows that belong to some others: the same as `filter(KEY__in=keys).order_by(ORDER_BY).values(*columns)`."""

    def __init__(self, model: type[Model], *, key: str, order_by: str, columns: tuple[str, ...]) -> None:
        self._model, self._key, self._order_by, self._columns = model, key, order_by, columns
        self._statements: dict[tuple[str, int], str] = {}

    def of(self, keys: Collection[str]) -> dict[str, list[Row]]:
        """The rows of each key, in their order: one query."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self._rows(list(keys)) if keys else ():
            found[row[self._key]].append(row)
        return found

    def _rows(self, keys: list[str]) -> list[Row]:
        connection = connections[DEFAULT_DB_ALIAS]
        if connection.vendor not in SHORTER:
            return plain_rows(self._filtered(keys), self._columns)
        select = _select(connection.vendor, self._model, self._columns)
        return select.read(connection, self._statement(connection, keys), keys)

    def _statement(self, connection: BaseDatabaseWrapper, keys: list[str]) -> str:
        """Worked out for the first so many keys. All that differs for others is what is put in."""
        kind = connection.vendor, len(keys)
        if kind not in self._statements:
            from_where, parameters = _from_where(connection, self._filtered(keys))
            assert len(parameters) == len(keys), "a key came twice"  # noqa: S101 - then it would fit no other keys
            self._statements[kind] = from_where
        return self._statements[kind]

    def _filtered(self, keys: list[str]) -> QuerySet[Any]:
        return self._model._default_manager.filter(**{f"{self._key}__in": keys}).order_by(self._order_by)


def _from_where(connection: BaseDatabaseWrapper, rows: QuerySet[Any]) -> tuple[str, Sequence[Any]]:
    """What stands behind the columns: worked out for a number alone, which takes a third of the time.

    For a column that they are sorted by, SQL would say the first column instead of its name.
    """
    sql, (_, *parameters) = rows.values_list(Value(1)).query.get_compiler(connection=connection).as_sql()
    return FROM + sql.partition(FROM)[2], parameters


@functools.cache
def _select(vendor: str, model: type[Model], columns: tuple[str, ...]) -> _Select:
    connection = connections[DEFAULT_DB_ALIAS]
    kinds = {field.attname: _kind(field) for field in model._meta.concrete_fields}
    moments = [name for name in columns if vendor == "sqlite" and kinds[name] == "DateTimeField"]
    keys = [name for name in columns if kinds[name] == "UUIDField"]
    asked = [_Moment(F(name)) if name in moments else _Digits(F(name)) if name in keys else name for name in columns]
    compiler = model._default_manager.order_by().values_list(*asked).query.get_compiler(connection=connection)
    sql, _ = compiler.as_sql()
    converters: list[tuple[str, Convert]] = [(name, datetime.fromisoformat) for name in moments]
    expressions = [expression for expression, _, _ in compiler.select or ()]
    for place, (longer, expression) in compiler.get_converters(expressions).items():
        converters.append((columns[place], shorter_way(expression, longer, connection)))
    return _Select(columns, sql.partition(FROM)[0], tuple(converters))


def _kind(field: "Field[Any, Any]") -> str:
    """That of its target, for a reference."""
    return (field.target_field if isinstance(field, ForeignKey) else field).get_internal_type()


def shorter_way(expression: Any, longer: Sequence[Any], connection: BaseDatabaseWrapper) -> Convert:
    """What makes a column that is there into what Django gives, in one call where there is one that does.

    `longer` are Django's own converters of it. For whoever runs a statement by hand.
    """
    shorter = SHORTER[connection.vendor].get(_kind(expression.output_field))
    return shorter or (
        lambda value: functools.reduce(lambda so_far, convert: convert(so_far, expression, connection), longer, value)
    )
