"""Cursor pages, newest first: `{"data": [...], "next_cursor": null}`, at most 100 a page.

A key sorts by time of birth, so the cursor is the last key of the page: stable while rows are added, and one index.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework import serializers

from apps.core.api.fields import Text
from apps.core.api.serializers import StrictSerializer
from apps.core.plain_rows import plain_rows

MAX_LIMIT = 100
DEFAULT_LIMIT = 50
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is wanted: how many rows, and after which key."""

    limit: int = DEFAULT_LIMIT
    after: UUID | None = None


class Cursor(Text):
    """The `next_cursor` of a page before; the last key of that page inside."""

    default_error_messages: ClassVar = {"malformed": "Not a cursor of this list."}

    def to_internal_value(self, data: Any) -> UUID:  # type: ignore[override]
        """The key. Fails when this is no cursor."""
        try:
            return UUID(bytes=base64.urlsafe_b64decode(super().to_internal_value(data) + "=="))
        except (ValueError, binascii.Error):
            self.fail("malformed")


class PageQuery(StrictSerializer):
    """The query string of a list: `limit` and `cursor`. Lists with filters subclass it and add them."""

    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=DEFAULT_LIMIT)
    cursor = Cursor(required=False)

    @classmethod
    def read(cls, query: dict[str, str]) -> tuple[PageRequest, dict[str, Any]]:
        """The page and the filters that a query string asks for; an empty value asks for nothing.

        Raises ValidationError (400), also for a filter that the list does not have: a misspelt one would show all.
        """
        values = dict(cls(data={name: value for name, value in query.items() if value}).validated())
        return PageRequest(values.pop("limit"), values.pop("cursor", None)), values


def page_of(rows: QuerySet[Row], request: PageRequest) -> tuple[list[Row], str | None]:
    """The rows of one page and the cursor of the next, None on the last."""
    found = list(_from_cursor_on(rows, request))
    page = found[: request.limit]
    return page, cursor_at(page[-1].pk) if len(found) > len(page) else None


def page_of_values(
    rows: QuerySet[Row], columns: tuple[str, ...], request: PageRequest
) -> tuple[list[dict[str, Any]], str | None]:
    """The same of plain columns, of which one is `id`: for lists that are read often."""
    found = plain_rows(_from_cursor_on(rows, request), columns)
    page = found[: request.limit]
    return page, cursor_at(UUID(page[-1]["id"])) if len(found) > len(page) else None


def cursor_at(key: UUID) -> str:
    """The cursor of the page that goes on after this key."""
    return base64.urlsafe_b64encode(key.bytes).rstrip(b"=").decode()


def _from_cursor_on(rows: QuerySet[Row], request: PageRequest) -> QuerySet[Row]:
    """One row more than the page holds: it says whether there is another page."""
    if request.after:
        rows = rows.filter(pk__lt=request.after)
    return rows.order_by("-pk")[: request.limit + 1]
