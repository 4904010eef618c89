"""Rows by a few values, by a statement that was worked out once: for what every request of a hot path asks.

As plain columns (`KnownQuery`), or as rows with those they refer to (`KnownRows`).

Django works out the SQL of a query anew every time; for a look-up over three joins that took six times as long as the
look-up itself. Nothing is remembered of what was found: each call reads the database. On MongoDB it is the query
itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.sql.compiler import SQLCompiler

from apps.core.plain_rows import Convert, shorter_way

SQL_VENDORS = frozenset({"sqlite", "postgresql"})
MOST_KEYS = 40  # in a list of keys: each length has a statement of its own
_KEY = UUID("5a3d5000-0000-4000-8000-00000000000f")  # stands for a key; the next ones for further keys
_MOMENT = datetime(1905, 6, 30, 1, 2, 3, 45, tzinfo=UTC)  # stands for a time; the next seconds for further ones
Value = UUID | str | datetime
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL with its parameters, where among them each value goes, and what makes columns into what Django gives."""

    sql: str
    parameters: tuple[Any, ...]
    places: tuple[int, ...]
    converters: tuple[tuple[int, Convert], ...]

    def all(self, connection: BaseDatabaseWrapper, *values: Any) -> list[Sequence[Any]]:
        """The rows for such values."""
        parameters = list(self.parameters)
        for place, value in zip(self.places, values, strict=True):
            parameters[place] = _as_kept(connection, value)
        with connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            found = cursor.fetchall()
        return [self._converted(row) for row in found] if self.converters else found

    def _converted(self, row: Sequence[Any]) -> Sequence[Any]:
        columns = list(row)
        for place, convert in self.converters:
            value = columns[place]
            if value is not None:
                columns[place] = convert(value)
        return columns


class KnownQuery:
    """What `rows(*values).first()` gives, for queries of plain columns that differ in values alone."""

    def __init__(self, rows: Callable[..., "QuerySet[Any, tuple[Any, ...]]"]) -> None:
        self._rows = rows
        self._statements: dict[str, _Statement] = {}

    def first(self, *values: Value) -> tuple[Any, ...] | None:
        """The columns of the first row, None when there is none."""
        connection = connections[DEFAULT_DB_ALIAS]
        vendor = connection.vendor
        if vendor not in SQL_VENDORS:
            return self._rows(*values).first()
        if vendor not in self._statements:
            stand_ins = _stand_ins(values)
            self._statements[vendor] = _statement(_compiler(self._rows(*stand_ins).order_by()[:1]), *stand_ins)
        found = next(iter(self._statements[vendor].all(connection, *values)), None)
        return tuple(found) if found else None


class KnownRows(Generic[Row]):
    """What `rows(*values)` gives, for queries of whole rows, with those of `select_related`, that differ in values
    alone. As many keys as one likes, for `key__in`: with more than `MOST_KEYS` it is the query itself.

    Working out seventy columns took as long as reading and making the rows. They are made without the calls of Python
    that Django makes for each column; what `only` left out is read when it is asked for, as always.
    """

    def __init__(self, rows: Callable[..., "QuerySet[Row]"]) -> None:
        self._rows = rows
        self._known: dict[tuple[str, int], tuple[_Statement, _Shape] | None] = {}  # None: nothing can match

    def first(self, *values: Value) -> Row | None:
        """The row, None when there is none. For keys of which there is one: no order is kept."""
        return next(iter(self.all(*values)), None)

    def all(self, *values: Value) -> list[Row]:
        """The rows."""
        connection = connections[DEFAULT_DB_ALIAS]
        kind = connection.vendor, len(values)
        if connection.vendor not in SQL_VENDORS or len(values) > MOST_KEYS:
            return list(self._rows(*values))
        if kind not in self._known:
            self._known[kind] = self._worked_out(values)
        known = self._known[kind]
        if known is None:
            return []
        statement, shape = known
        return [shape.row(columns) for columns in statement.all(connection, *values)]

    def _worked_out(self, values: Sequence[Value]) -> "tuple[_Statement, _Shape] | None":
        """For so many values of these kinds. None where nothing can match, as with no key at all."""
        stand_ins = _stand_ins(values)
        compiler = _compiler(self._rows(*stand_ins))
        try:
            return _statement(compiler, *stand_ins), _shape(compiler, compiler.klass_info)
        except EmptyResultSet:
            return None


@dataclass(frozen=True, slots=True)
class _Shape:
    """A row among the columns of a query, and the rows it refers to."""

    model: type[Model]
    names: tuple[str, ...]
    columns: slice
    key: int
    related: tuple[tuple[str, "_Shape"], ...]

    def row(self, columns: Sequence[Any]) -> Any:
        """The row, made of its columns as they are: no signal is sent, and no model of ours asks for one."""
        made = self.model.__new__(self.model)
        state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        if self.related:
            state.fields_cache = {
                name: shape.row(columns) if columns[shape.key] is not None else None for name, shape in self.related
            }
        made.__dict__.update(zip(self.names, columns[self.columns], strict=True), _state=state)
        return made


def _stand_ins(values: Sequence[Value]) -> list[Value]:
    """A value of its own for each, of its kind."""
    return [_stand_in(value, number) for number, value in enumerate(values)]


def _stand_in(value: Value, number: int) -> Value:
    if isinstance(value, datetime):
        return _MOMENT + timedelta(seconds=number)
    key = UUID(int=_KEY.int + number)
    return str(key) if isinstance(value, str) else key


def _as_kept(connection: BaseDatabaseWrapper, value: Value) -> Any:
    """As the database keeps it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, str) or connection.features.has_native_uuid_field:
        return value
    return value.hex


def _shape(compiler: SQLCompiler, told: dict[str, Any] | None) -> _Shape:
    """Where a row is among the columns, as Django's compiler tells it of a query for whole rows."""
    select = compiler.select
    if not told or not select:
        raise TypeError("A known row is a whole row.")
    model, places = told["model"], told["select_fields"]
    assert model.from_db.__func__ is Model.from_db.__func__, model  # type: ignore[attr-defined] # noqa: S101 - our own bug
    names = tuple(select[place][0].target.attname for place in places)
    key = places[names.index(model._meta.pk.attname)]
    related = told.get("related_klass_infos", ())
    shapes = tuple((inner["field"].cache_name, _shape(compiler, inner)) for inner in related)
    return _Shape(model, names, slice(places[0], places[-1] + 1), key, shapes)


def _compiler(rows: "QuerySet[Any, Any]") -> SQLCompiler:
    compiler: SQLCompiler = rows.query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
    return compiler


def _statement(compiler: SQLCompiler, *values: Value) -> _Statement:
    """The statement of a query in which these stand for the values."""
    sql, parameters = compiler.as_sql()
    connection = connections[DEFAULT_DB_ALIAS]
    kept = [_as_kept(connection, value) for value in values]
    assert all(parameters.count(value) == 1 for value in kept), "it must depend on each once"  # noqa: S101 - our own bug
    expressions = [expression for expression, _, _ in compiler.select or ()]
    converters = tuple(
        (column, shorter_way(expression, longer, connection))
        for column, (longer, expression) in compiler.get_converters(expressions).items()
    )
    places = tuple(list(parameters).index(value) for value in kept)
    return _Statement(sql, tuple(parameters), places, converters)
