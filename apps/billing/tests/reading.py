"""Reading statements as their readers do: CSV by a parser, PDF by its text."""

import csv
import io
import re
import zlib

_STREAM = re.compile(rb"stream\r?\n(.*?)\nendstream", re.DOTALL)
_DATE, _DECIMAL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d"), re.compile(r"\d+\.\d\d")
_SHOWN = re.compile(rb"\(((?:\\.|[^\\)])*)\) Tj", re.DOTALL)


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a CSV file, by column."""
    return list(csv.DictReader(io.StringIO(text)))


def texts_of(pdf: bytes) -> list[str]:
    """Every piece of text that a PDF shows, in the order of writing."""
    assert pdf.startswith(b"%PDF-")
    shown = []
    for stream in _STREAM.findall(pdf):
        try:
            content = zlib.decompress(stream)
        except zlib.error:
            content = stream
        shown += [re.sub(rb"\\(.)", rb"\1", piece).decode("windows-1252") for piece in _SHOWN.findall(content)]
    return shown


def cents(decimal: str) -> int:
    """`12.34` as 1234."""
    whole, _, part = decimal.partition(".")
    assert len(part) == 2
    return int(whole) * 100 + int(part)


def table_of(pdf: bytes) -> list[list[str]]:
    """The rows of the table: from a date, or `Total`, to the three amounts that end it. Empty cells show nothing."""
    texts = texts_of(pdf)
    starts = [i for i, text in enumerate(texts) if _DATE.fullmatch(text) or text == "Total"]
    return [_row(texts[start : start + 9]) for start in starts]


def _row(texts: list[str]) -> list[str]:
    ends = (i + 3 for i in range(len(texts)) if all(_DECIMAL.fullmatch(text) for text in texts[i : i + 3]))
    return texts[: next(ends)]
