"""What comes of a file with many rows: which are in, and what is wrong with the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from apps.core.errors import CoursierError, FieldError

Wish = TypeVar("Wish")


@dataclass(frozen=True, slots=True)
class Row(Generic[Wish]):
    """One row and what it asks for. `number` is as a spreadsheet counts: the header is row 1."""

    number: int
    wish: Wish


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is not in, and why, by column."""

    number: int
    fields: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How many rows made something new, changed something, or found it as it should be; and the rest."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: Sequence[RefusedRow] = ()

    @property
    def total(self) -> int:
        """How many rows are in."""
        return self.created + self.updated + self.unchanged


class RowRefused(CoursierError):
    """One row of a file cannot be taken; the others can. Caught where the file is read."""

    code = "row_refused"

    def __init__(self, path: str, code: str, message: str) -> None:
        super().__init__(message, fields=(FieldError(path, code, message),))
