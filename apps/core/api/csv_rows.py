"""Rows of a CSV file, each read as a request of its own: the good ones go in, the others come back to be mended."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from apps.core.api.csv_table import ERROR_COLUMN, CsvTable, write_table
from apps.core.api.errors import field_errors
from apps.core.api.fields import Number, Whole
from apps.core.api.schema import FieldErrorOut
from apps.core.api.serializers import MAX_NAME_SHOWN, OutputSerializer, StrictSerializer
from apps.core.errors import FieldError
from apps.core.rows import Imported, RefusedRow, Row

CSV = {"text/csv": OpenApiTypes.STR}  # what `@operation(request=...)` says of a file
LIST_SEPARATOR = "|"
_WHOLE = re.compile(r"-?[0-9]{1,18}\Z", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,18}([.,][0-9]{1,18})?\Z", re.ASCII)
Wish = TypeVar("Wish")


class RefusedRowOut(OutputSerializer):
    """A row that is not in. `row` is as a spreadsheet counts: the header is row 1."""

    row = serializers.IntegerField(source="number")
    fields = FieldErrorOut(many=True)  # type: ignore[assignment] # the API's word, and the serializer's


class ImportOut(OutputSerializer):
    """What came of a file. `failed_csv` has the failed rows alone, to be mended and sent again; empty without any."""

    imported = serializers.IntegerField(help_text="Rows that are in: created, updated and unchanged together.")
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    failed = RefusedRowOut(many=True)
    failed_csv = serializers.CharField()


@dataclass(frozen=True, slots=True)
class ReadRows:
    """The rows of a file by whether they are as documented."""

    good: list[Row[Any]]
    refused: list[RefusedRow]


def read_rows(table: CsvTable, kind: type[StrictSerializer], wish: Callable[..., Wish]) -> ReadRows:
    """Read every row by a serializer and make a `wish` of its values; a blank cell says nothing.

    Raises ValidationError (400) for a column that the serializer does not know: a misspelt one would say nothing.
    """
    fields = kind().fields
    unknown = [name for name in table.columns if name not in fields]
    if unknown:
        detail = ErrorDetail("There is no such column.", code="unknown_field")
        raise ValidationError({name[:MAX_NAME_SHOWN] or "header": [detail] for name in unknown})
    read = ReadRows([], [])
    for number, cells in table.rows:
        try:
            values = kind(data=_values(table.columns, cells, fields)).validated()
        except ValidationError as refusal:
            read.refused.append(RefusedRow(number, field_errors(refusal)))
        else:
            read.good.append(Row(number, wish(**values)))
    return read


def import_answer(table: CsvTable, read: ReadRows, imported: Imported) -> dict[str, Any]:
    """What is answered to a file: the counts, and what failed, by row."""
    failed = sorted([*read.refused, *imported.refused], key=lambda refused: refused.number)
    return dict(
        ImportOut(
            {
                "imported": imported.total,
                "created": imported.created,
                "updated": imported.updated,
                "unchanged": imported.unchanged,
                "failed": failed,
                "failed_csv": _failed_csv(table, failed) if failed else "",
            }
        ).data
    )


def _failed_csv(table: CsvTable, failed: Iterable[RefusedRow]) -> str:
    """The error goes first: a row with a cell too many keeps the others under their names."""
    cells = dict(table.rows)
    rows = [(_sentence(refused.fields), *cells[refused.number]) for refused in failed]
    return write_table(table.delimiter, (ERROR_COLUMN, *table.columns), rows)


def _sentence(wrong: tuple[FieldError, ...]) -> str:
    return "; ".join(f"{field.path}: {field.message or field.code}" for field in wrong)


def _values(columns: tuple[str, ...], cells: tuple[str, ...], fields: Any) -> dict[str, Any]:
    """A row as a body of JSON would say it. Raises ValidationError for text beyond the last column."""
    if any(cells[len(columns) :]):
        detail = ErrorDetail("More cells than columns: quote a cell that holds the separator.", code="too_many_cells")
        raise ValidationError({"row": [detail]})
    said = zip(columns, cells, strict=False)
    return {name: _value(fields[name], cell) for name, cell in said if cell}


def _value(field: Any, cell: str) -> Any:
    """The cell in the type that its field reads. What does not look like it stays text, which the field refuses."""
    if isinstance(field, Whole) and _WHOLE.match(cell):
        return int(cell)
    if isinstance(field, Number) and _NUMBER.match(cell):
        return float(cell.replace(",", "."))
    if isinstance(field, serializers.ListField):
        return [part.strip() for part in cell.split(LIST_SEPARATOR) if part.strip()]
    return cell
