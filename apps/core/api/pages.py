"""Cursor pages, newest first: `{"data": [...], "next_cursor": null}`, at most 100 a page.

A key sorts by time of birth, so the cursor is the last key of the page: stable while rows are added, and one index.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from apps.core.errors import FieldError, Invalid

MAX_LIMIT = 100
DEFAULT_LIMIT = 50
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is wanted: how many rows, and after which key."""

    limit: int = DEFAULT_LIMIT
    after: UUID | None = None


def page_request(query: dict[str, str]) -> PageRequest:
    """Read `limit` and `cursor` from a query string. Raises Invalid and names the one that is wrong."""
    limit, cursor = query.get("limit", str(DEFAULT_LIMIT)), query.get("cursor")
    if not limit.isdecimal() or not 1 <= int(limit) <= MAX_LIMIT:
        raise Invalid(fields=(FieldError("limit", "out_of_range", f"A number from 1 to {MAX_LIMIT}."),))
    if not cursor:
        return PageRequest(int(limit))
    try:
        return PageRequest(int(limit), UUID(bytes=base64.urlsafe_b64decode(cursor + "==")))
    except (ValueError, binascii.Error):
        raise Invalid(fields=(FieldError("cursor", "malformed", "Not a cursor of this list."),)) from None


def page_of(rows: QuerySet[Row], request: PageRequest) -> tuple[list[Row], str | None]:
    """The rows of one page and the cursor of the next, None on the last."""
    if request.after:
        rows = rows.filter(pk__lt=request.after)
    found = list(rows.order_by("-pk")[: request.limit + 1])
    if len(found) <= request.limit:
        return found, None
    page = found[: request.limit]
    return page, base64.urlsafe_b64encode(page[-1].pk.bytes).rstrip(b"=").decode()
