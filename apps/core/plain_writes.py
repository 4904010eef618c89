"""Rows written by a statement that was worked out once: what `bulk_create` and `update` do, in a third of their time.

Both work out their SQL anew every time, and `bulk_create` sends each value of each column through several calls of
Python, most of which return it as it was. Here only times, keys and JSON are converted. On MongoDB it is Django itself.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model
from psycopg.types.json import Jsonb

Convert = Callable[[Any], Any]
MOST_VALUES = 60_000  # of a statement, where the database names no limit


def _hex(key: UUID | str) -> str:
    return key.hex if isinstance(key, UUID) else UUID(key).hex


def _text(moment: datetime) -> str:
    """As SQLite keeps a time: UTC, without saying so."""
    return str(moment.astimezone(UTC).replace(tzinfo=None))


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _jsonb(value: Any) -> Jsonb:
    return Jsonb(value, dumps=orjson.dumps)


CONVERTED: dict[str, dict[str, Convert]] = {
    "sqlite": {"UUIDField": _hex, "DateTimeField": _text, "JSONField": _json},
    "postgresql": {"JSONField": _jsonb},
}


@dataclass(frozen=True, slots=True)
class _Insert:
    """How a row of a table is written: SQL up to its values, and for each column how its value is converted."""

    sql: str
    columns: tuple[tuple[str, Convert | None], ...]
    at_a_time: int

    def statement(self, rows: int) -> str:
        """For so many rows."""
        row = f"({', '.join(['%s'] * len(self.columns))})"
        return self.sql + ", ".join([row] * rows)

    def values(self, row: Model) -> list[Any]:
        """What stands in the columns."""
        found = [(getattr(row, name), convert) for name, convert in self.columns]
        return [value if convert is None or value is None else convert(value) for value, convert in found]


def insert_rows(rows: Sequence[Model]) -> None:
    """Write new rows of one table. Raises IntegrityError for what a unique index has already."""
    if not rows:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor not in CONVERTED:
        type(rows[0])._default_manager.bulk_create(rows)
        return
    insert = _insert(connection.vendor, type(rows[0]))
    with connection.cursor() as cursor:
        for start in range(0, len(rows), insert.at_a_time):
            some = rows[start : start + insert.at_a_time]
            cursor.execute(insert.statement(len(some)), [value for row in some for value in insert.values(row)])
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@functools.cache
def _insert(vendor: str, model: type[Model]) -> _Insert:
    connection = connections[DEFAULT_DB_ALIAS]
    fields = model._meta.concrete_fields
    named = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    convert = CONVERTED[vendor]
    columns = tuple((field.attname, convert.get(_kind(field))) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    at_a_time = (connection.features.max_query_params or MOST_VALUES) // len(fields)
    return _Insert(f"INSERT INTO {table} ({named}) VALUES ", columns, at_a_time)  # noqa: S608 - our own names


def _kind(field: Any) -> str:
    kept = field.target_field if field.is_relation else field
    return str(kept.get_internal_type())


def update_version(row: Any, changes: Mapping[str, Any], *, where: Mapping[str, Any] | None = None) -> int:
    """Write changes to a row, and its next version, if it still has its own. Returns how many rows that were: 1 or 0.

    `where` adds conditions. With them, and where a value is not plain, it is `filter(...).update(...)` of Django.
    """
    connection, model = connections[DEFAULT_DB_ALIAS], row._meta.model
    changes = {"version": row.version + 1, **changes}
    if where or connection.vendor not in CONVERTED or not all(map(_is_plain, changes.values())):
        rows = model._default_manager.filter(pk=row.pk, version=row.version, **(where or {}))
        return int(rows.update(**changes))
    sql, fields = _update(connection.vendor, model, tuple(changes))
    values = [field.get_db_prep_save(value, connection) for field, value in zip(fields, changes.values(), strict=True)]
    key = model._meta.pk.get_db_prep_value(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, key, row.version])
        return int(cursor.rowcount)


def _is_plain(value: Any) -> bool:
    return not hasattr(value, "resolve_expression") and not isinstance(value, Model)


@functools.cache
def _update(vendor: str, model: type[Model], names: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:  # noqa: ARG001 - the vendor quotes
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    fields: tuple[Any, ...] = tuple(model._meta.get_field(name) for name in names)
    sets = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    of_row = f"{quote(str(model._meta.pk.column))} = %s AND {quote('version')} = %s"
    return f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {of_row}", fields  # noqa: S608 - our own names
