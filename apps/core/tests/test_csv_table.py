"""Tables as CSV: what a spreadsheet saves is read, and what is written is read back as it was, and runs nowhere."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError, ValidationError

from apps.core.api.csv_table import DELIMITERS, CsvTable, guarded, read_table, write_table

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
LIKE_FORMULAS = st.builds("{}{}".format, st.sampled_from(["=", "+", "-", "@", "\t", "'", "'=", "''=", " =", "|"]), TEXT)
CELLS = TEXT | LIKE_FORMULAS
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@st.composite
def sheets(draw) -> tuple[str, list[str], list[list[str]]]:
    """A delimiter, a header, and rows as wide."""
    width = draw(st.integers(1, 4))
    row = st.lists(CELLS, min_size=width, max_size=width)
    return draw(st.sampled_from(DELIMITERS)), [f"c{number}" for number in range(width)], draw(st.lists(row, max_size=6))


def cells_of(table: CsvTable) -> list[tuple[str, ...]]:
    return [cells for _, cells in table.rows]


@given(sheets())
def test_what_was_read_once_is_written_and_read_back_the_same(sheet):
    delimiter, columns, rows = sheet
    once = read_table(write_table(delimiter, columns, rows))
    again = read_table(write_table(once.delimiter, once.columns, cells_of(once)))
    assert (again.columns, cells_of(again)) == (once.columns, cells_of(once))
    assert once.columns == tuple(columns)


@given(sheets())
@example((";", ["c0"], [[","]]))
def test_a_cell_comes_back_without_the_blanks_around_it_and_with_every_sign_in_front(sheet):
    delimiter, columns, rows = sheet
    plain = [tuple(cell.strip() for cell in row) for row in rows]
    typed = [row for row in plain if any(row) and not any(cell.startswith("'") for cell in row)]
    assert cells_of(read_table(write_table(delimiter, columns, typed))) == typed


@given(CELLS)
def test_no_cell_is_written_as_a_formula(cell):
    assert not guarded(cell).startswith(DANGEROUS)


@given(st.text(max_size=200))
def test_any_text_at_all_is_a_table_or_refused(text):
    try:
        table = read_table(text)
    except (ParseError, ValidationError):
        return  # anything else fails the test
    assert len(set(table.columns)) == len(table.columns)
    assert all(any(cells) for cells in cells_of(table))


@pytest.mark.parametrize("text", ["a;b\n1;2\n", "\ufeffa;b\r\n1;2\r\n", 'A ; B\n"1";"2"\n', "a;b\n\n;\n1;2"])
def test_marks_blanks_capitals_and_empty_rows_do_not_matter(text):
    table = read_table(text)
    assert (table.delimiter, table.columns, cells_of(table)) == (";", ("a", "b"), [("1", "2")])


def test_a_row_is_numbered_as_a_spreadsheet_does():
    assert [number for number, _ in read_table("a\nx\n\n\ny\n").rows] == [2, 5]


def test_the_errors_of_the_last_time_are_not_read():
    table = read_table("error,a,b\nno good,1,2,3\n")
    assert (table.columns, table.rows) == (("a", "b"), ((2, ("1", "2", "3")),))
