"""CSV in: UTF-8 with or without a mark at its beginning, and not more than the limit."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from apps.core.api.csv_table import CsvTable, read_table
from apps.core.api.parsing import RequestTooLarge

MAX_BYTES = 1_048_576


class CsvParser(BaseParser):
    """Reads a CSV body of at most `MAX_BYTES`."""

    media_type = "text/csv"

    def parse(  # type: ignore[override] # DRF itself takes whatever a parser returns
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002 - DRF's own signature
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002 - DRF's own signature
    ) -> CsvTable:
        """The table of the body. Raises RequestTooLarge (413), ParseError or ValidationError (400)."""
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise RequestTooLarge(f"At most {MAX_BYTES} bytes.")
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ParseError(
                f"The file is not UTF-8: {error.reason} at byte {error.start}.", code="malformed_csv"
            ) from None
        return read_table(text)


def table_of(request: Request) -> CsvTable:
    """The table that was sent. Raises ParseError (400) for no body at all."""
    if not isinstance(request.data, CsvTable):
        raise ParseError("The file is empty: its first row names the columns.", code="malformed_csv")
    return request.data
