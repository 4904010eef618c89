"""A statement as PDF, A4: who owes whom, a row per charge, the total.

Set in Helvetica, which every reader has, with the characters of Windows-1252: all of French, German, Spanish and their
like. A letter beyond them loses its accent, or becomes `?` where it has no Latin base; JSON and CSV have it as it is.
"""

import unicodedata
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from fpdf import FPDF, XPos, YPos
from fpdf.enums import Align

from apps.billing.errors import TooLongForPdf
from apps.billing.models import Statement
from apps.billing.selectors import ChargedLeg
from apps.core import clock
from apps.core.ids import public_id
from apps.core.money import Money

MAX_ROWS = 5_000
CHARACTERS = "windows-1252"
_WIDTHS_MM = (34, 22, 46, 24, 20, 20, 24)
_HEADS = ("Date", "Order", "Your reference", "For", "Net", "Tax", "Gross")
_NUMBERS_FROM = 4  # columns from here on are amounts, to the right
_ROW_MM = 6


class _Paper(FPDF):
    """Pages with a number each."""

    def footer(self) -> None:
        """At the foot of every page; fpdf2 calls it."""
        self.set_y(-12)
        self.set_font("helvetica", size=8)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align=Align.C)


def statement_pdf(statement: Statement, rows: Iterable[ChargedLeg]) -> bytes:
    """The whole file. Raises TooLongForPdf beyond 5,000 charges. Dates are the executor's, who issues it."""
    paper = _Paper(format="A4")
    paper.core_fonts_encoding = CHARACTERS
    paper.set_creation_date(clock.now())
    paper.set_title(f"Statement {statement.month}")
    paper.set_auto_page_break(auto=True, margin=18)
    paper.add_page()
    _head(paper, statement)
    zone = ZoneInfo(statement.executor.time_zone)
    net = tax = gross = 0
    for count, row in enumerate(rows):
        if count >= MAX_ROWS:
            raise TooLongForPdf
        if paper.will_page_break(_ROW_MM):
            paper.add_page()
            _row(paper, _HEADS, style="B")
        net, tax, gross = net + row.net_cents, tax + row.tax_cents, gross + row.gross_cents
        amounts = _amounts(statement, row.net_cents, row.tax_cents, row.gross_cents)
        at = f"{row.at.astimezone(zone):%Y-%m-%d %H:%M}"
        _row(paper, (at, row.short_code, row.external_id, row.kind, *amounts))
    _row(paper, ("Total", "", "", statement.currency, *_amounts(statement, net, tax, gross)), style="B")
    return bytes(paper.output())


def printable(text: str) -> str:
    """The text in the characters that the font has, on one line."""
    return "".join(_printable(character) for character in text)


def _printable(character: str) -> str:
    if unicodedata.category(character).startswith("C"):
        return " "
    if _has(character):
        return character
    base = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    return base if base and _has(base) else "?"


def _has(text: str) -> bool:
    try:
        text.encode(CHARACTERS)
    except UnicodeEncodeError:
        return False
    return True


def _head(paper: FPDF, statement: Statement) -> None:
    paper.set_font("helvetica", "B", 16)
    paper.cell(0, 10, f"Statement {statement.month}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.set_font("helvetica", size=10)
    over = public_id("con", statement.connection_id) if statement.connection_id else "none: open fleets"
    for line in (
        f"From: {statement.executor.name}",
        f"To: {statement.orderer.name}",
        f"Connection: {over}",
        f"Currency: {statement.currency}. Days and hours of {statement.executor.time_zone}.",
        *([] if statement.is_closed else ["The month is not over: more may come."]),
        *(["Made by a sandbox: nobody owes this."] if statement.is_test else []),
    ):
        paper.multi_cell(0, 6, printable(line), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ln(4)
    _row(paper, _HEADS, style="B")


def _amounts(statement: Statement, *amounts: int) -> tuple[str, ...]:
    return tuple(Money(amount, statement.currency).decimal for amount in amounts)


def _row(paper: FPDF, cells: tuple[str, ...], *, style: str = "") -> None:
    paper.set_font("helvetica", style, 9)
    for index, (width, cell) in enumerate(zip(_WIDTHS_MM, cells, strict=True)):
        align = Align.R if index >= _NUMBERS_FROM else Align.L
        paper.cell(width, _ROW_MM, _fitting(paper, printable(cell), width), border="B", align=align)
    paper.ln(_ROW_MM)


def _fitting(paper: FPDF, text: str, width_mm: float) -> str:
    """The text, its end cut off where the column is too narrow."""
    room = width_mm - 2 * paper.c_margin
    if paper.get_string_width(text) <= room:
        return text
    while text and paper.get_string_width(f"{text}…") > room:
        text = text[:-1]
    return f"{text}…"
