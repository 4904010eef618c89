"""One row by one value, by a statement that was worked out once: for what every request of a hot path asks.

Django works out the SQL of a query anew every time; for a look-up over three joins that took six times as long as the
look-up itself. Nothing is remembered of what was found: each call reads the database. On MongoDB it is the query
itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

from apps.core.plain_rows import as_django_does

SQL_VENDORS = frozenset({"sqlite", "postgresql"})
_PLACE = "stands for the value"  # among the parameters of the statement


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL with its parameters, where among them the value goes, and what makes columns into what Django gives."""

    sql: str
    parameters: tuple[Any, ...]
    place: int
    converters: tuple[tuple[int, Callable[[Any], Any]], ...]

    def first(self, value: str) -> tuple[Any, ...] | None:
        """The first row for a value."""
        parameters = (*self.parameters[: self.place], value, *self.parameters[self.place + 1 :])
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(self.sql, parameters)
            row = cursor.fetchone()
        if row is None:
            return None
        columns = list(row)
        for place, convert in self.converters:
            columns[place] = convert(columns[place])
        return tuple(columns)


class KnownQuery:
    """What `rows(value).first()` gives, for queries of plain columns that differ in one text alone."""

    def __init__(self, rows: Callable[[str], "QuerySet[Any, tuple[Any, ...]]"]) -> None:
        self._rows = rows
        self._statements: dict[str, _Statement] = {}

    def first(self, value: str) -> tuple[Any, ...] | None:
        """The columns of the first row, None when there is none."""
        vendor = connections[DEFAULT_DB_ALIAS].vendor
        if vendor not in SQL_VENDORS:
            return self._rows(value).first()
        if vendor not in self._statements:
            self._statements[vendor] = _statement(self._rows(_PLACE).order_by()[:1])
        return self._statements[vendor].first(value)


def _statement(rows: "QuerySet[Any, tuple[Any, ...]]") -> _Statement:
    connection = connections[DEFAULT_DB_ALIAS]
    compiler = rows.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    assert parameters.count(_PLACE) == 1, "it must depend on one value"  # noqa: S101 - our own bug
    expressions = [expression for expression, _, _ in compiler.select or ()]
    converters = tuple(
        (place, as_django_does(converters, expression, connection))
        for place, (converters, expression) in compiler.get_converters(expressions).items()
    )
    return _Statement(sql, tuple(parameters), list(parameters).index(_PLACE), converters)
