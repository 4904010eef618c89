"""Rows by a value or two, by a statement that was worked out once: for what every request of a hot path asks.

As plain columns (`KnownQuery`), or as rows with those they refer to (`KnownRows`).

Django works out the SQL of a query anew every time; for a look-up over three joins that took six times as long as the
look-up itself. Nothing is remembered of what was found: each call reads the database. On MongoDB it is the query
itself.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

from apps.core.plain_rows import as_django_does

SQL_VENDORS = frozenset({"sqlite", "postgresql"})
_KEY = UUID("5a3d5000-0000-4000-8000-00000000000f")  # stands for a key; the next ones for further keys
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL with its parameters, where among them each value goes, and what makes columns into what Django gives."""

    sql: str
    parameters: tuple[Any, ...]
    places: tuple[int, ...]
    converters: tuple[tuple[int, Callable[[Any], Any]], ...]

    def all(self, *values: Any) -> list[tuple[Any, ...]]:
        """The rows for such values."""
        parameters = list(self.parameters)
        for place, value in zip(self.places, values, strict=True):
            parameters[place] = _as_kept(value)
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(self.sql, parameters)
            return [self._converted(row) for row in cursor.fetchall()]

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        columns = list(row)
        for place, convert in self.converters:
            columns[place] = convert(columns[place])
        return tuple(columns)


class KnownQuery:
    """What `rows(*values).first()` gives, for queries of plain columns that differ in keys or texts alone."""

    def __init__(self, rows: Callable[..., "QuerySet[Any, tuple[Any, ...]]"]) -> None:
        self._rows = rows
        self._statements: dict[str, _Statement] = {}

    def first(self, *values: UUID | str) -> tuple[Any, ...] | None:
        """The columns of the first row, None when there is none."""
        vendor = connections[DEFAULT_DB_ALIAS].vendor
        if vendor not in SQL_VENDORS:
            return self._rows(*values).first()
        if vendor not in self._statements:
            keys = (UUID(int=_KEY.int + number) for number in itertools.count())
            stand_ins = [str(key) if isinstance(value, str) else key for value, key in zip(values, keys, strict=False)]
            self._statements[vendor] = _statement(_compiler(self._rows(*stand_ins).order_by()[:1]), *stand_ins)
        return next(iter(self._statements[vendor].all(*values)), None)


class KnownRows(Generic[Row]):
    """What `rows(key)` gives, for queries of whole rows, with those of `select_related`, that differ in a key alone.

    Working out seventy columns took as long as reading and making the rows.
    """

    def __init__(self, rows: Callable[[UUID], "QuerySet[Row]"]) -> None:
        self._rows = rows
        self._known: dict[str, tuple[_Statement, Callable[[tuple[Any, ...]], Row]]] = {}

    def first(self, key: UUID) -> Row | None:
        """The row, None when there is none. For keys of which there is one: no order is kept."""
        return next(iter(self.all(key)), None)

    def all(self, key: UUID) -> list[Row]:
        """The rows."""
        vendor = connections[DEFAULT_DB_ALIAS].vendor
        if vendor not in SQL_VENDORS:
            return list(self._rows(key))
        if vendor not in self._known:
            compiler = _compiler(self._rows(_KEY))
            self._known[vendor] = _statement(compiler, _KEY), _maker(compiler)
        statement, make = self._known[vendor]
        return [make(columns) for columns in statement.all(key)]


def _as_kept(value: UUID | str) -> Any:
    """As the database keeps it."""
    if isinstance(value, str) or connections[DEFAULT_DB_ALIAS].features.has_native_uuid_field:
        return value
    return value.hex


def _maker(compiler: SQLCompiler) -> Callable[[tuple[Any, ...]], Any]:
    """Makes a row, and those it refers to, of columns: as `ModelIterable` of Django does."""
    shape, select = compiler.klass_info, compiler.select
    if not shape or not select:
        raise TypeError("A known row is a whole row.")
    model, places = shape["model"], shape["select_fields"]
    names = [select[place][0].target.attname for place in places]
    populators = get_related_populators(shape, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg] # stubs of Django 6

    def make(row: tuple[Any, ...]) -> Any:
        made = model.from_db(DEFAULT_DB_ALIAS, names, row[places[0] : places[-1] + 1])
        for populator in populators:
            populator.populate(row, made)
        return made

    return make


def _compiler(rows: "QuerySet[Any, Any]") -> SQLCompiler:
    compiler: SQLCompiler = rows.query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
    return compiler


def _statement(compiler: SQLCompiler, *values: UUID | str) -> _Statement:
    """The statement of a query in which these stand for the values."""
    sql, parameters = compiler.as_sql()
    kept = [_as_kept(value) for value in values]
    assert all(parameters.count(value) == 1 for value in kept), "it must depend on each once"  # noqa: S101 - our own bug
    expressions = [expression for expression, _, _ in compiler.select or ()]
    converters = tuple(
        (column, as_django_does(converters, expression, compiler.connection))
        for column, (converters, expression) in compiler.get_converters(expressions).items()
    )
    places = tuple(list(parameters).index(value) for value in kept)
    return _Statement(sql, tuple(parameters), places, converters)
