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
    if request.after:
        rows = rows.filter(pk__lt=request.after)
    found = list(rows.order_by("-pk")[: request.limit + 1])
    if len(found) <= request.limit:
        return found, None
    page = found[: request.limit]
    return page, cursor_after(page[-1].pk)


def cursor_after(key: UUID) -> str:
    """The cursor of what comes after a key, for lists that are not one query."""
    return base64.urlsafe_b64encode(key.bytes).rstrip(b"=").decode()
