"""Tables as CSV, read from whatever a spreadsheet saves, and written so that a spreadsheet runs none of it.

A cell that a spreadsheet would take for a formula is written with an apostrophe in front, which is taken off when the
file comes back: a telephone number survives the way out and in.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rest_framework.exceptions import ParseError, ValidationError

from apps.core.api.parsing import RequestTooLarge

MAX_ROWS = 1_000
MAX_COLUMNS = 50
ERROR_COLUMN = "error"  # of a file with refused rows; ignored when it is sent again
DELIMITERS = (",", ";")
_GUARD = "'"
_FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The cells of a file, stripped. A row's number is as a spreadsheet counts: the header is row 1."""

    delimiter: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_table(text: str) -> CsvTable:
    """The table of a file. Rows without any text are passed over.

    Raises ParseError (400) for what is no CSV, RequestTooLarge (413) for too many rows, ValidationError (400) for a
    header that names a column twice.
    """
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise ParseError("The file has a null character in it.", code="malformed_csv")  # PostgreSQL keeps none
    delimiter = _delimiter_of(text)
    records = _records(text, delimiter)
    if not records or not any(records[0][1]):
        raise ParseError("The file has no header: its first row names the columns.", code="malformed_csv")
    columns = tuple(name.lower() for name in records[0][1])
    _check_header(columns)
    rows = tuple((number, cells) for number, cells in records[1:] if any(cells))
    if len(rows) > MAX_ROWS:
        raise RequestTooLarge(f"At most {MAX_ROWS} rows.")
    return _without_errors(CsvTable(delimiter, columns, rows))


def write_table(delimiter: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A file that `read_table` reads back as it was. With one column no header says what separates: a comma does."""
    out = io.StringIO(newline="")
    separates = delimiter if len(columns) > 1 else DELIMITERS[0]
    writer = csv.writer(out, delimiter=separates, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in columns])
    writer.writerows([guarded(cell) for cell in cells] for cells in rows)
    return out.getvalue()


def guarded(cell: str) -> str:
    """The cell, so that a spreadsheet shows it instead of running it."""
    return f"{_GUARD}{cell}" if cell.startswith(_FORMULA) else cell


def _plain(cell: str) -> str:
    """A cell as it is meant: without blanks around it, and without the guard."""
    cell = cell.strip()
    return cell[1:] if cell.startswith(_GUARD) and cell[1:].startswith(_FORMULA) else cell


def _delimiter_of(text: str) -> str:
    """Whatever the header has more of: names of columns hold neither."""
    header = text.lstrip("\r\n").partition("\n")[0]
    return max(DELIMITERS, key=header.count)


def _records(text: str, delimiter: str) -> list[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [(number, tuple(map(_plain, cells))) for number, cells in enumerate(reader, start=1)]
    except csv.Error as error:
        raise ParseError(f"Not CSV, at line {reader.line_num}: {error}.", code="malformed_csv") from None


def _check_header(columns: tuple[str, ...]) -> None:
    if len(columns) > MAX_COLUMNS:
        raise ParseError(f"At most {MAX_COLUMNS} columns.", code="malformed_csv")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise ValidationError({name or "header": "This column comes twice." for name in twice}, code="repeated")


def _without_errors(table: CsvTable) -> CsvTable:
    """Without the column that told what was wrong the last time."""
    if ERROR_COLUMN not in table.columns:
        return table
    at = table.columns.index(ERROR_COLUMN)
    rows = tuple((number, cells[:at] + cells[at + 1 :]) for number, cells in table.rows)
    return CsvTable(table.delimiter, table.columns[:at] + table.columns[at + 1 :], rows)
