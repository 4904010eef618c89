"""Cursor pages: newest first, no row twice, none left out."""

import pytest
from rest_framework.exceptions import ValidationError

from apps.core.api.pages import DEFAULT_LIMIT, MAX_LIMIT, PageQuery, PageRequest, page_of
from apps.core.models import Event

pytestmark = pytest.mark.django_db


def write(count: int) -> None:
    for number in range(count):
        Event.objects.create(name=f"E{number}", payload={})


def pages(limit: int) -> list[list[str]]:
    """Turn page after page, as a client does: by the cursor of the last one."""
    turned, query = [], {"limit": str(limit)}
    while True:
        page, _ = PageQuery.read(query)
        rows, cursor = page_of(Event.objects.all(), page)
        turned.append([row.name for row in rows])
        if cursor is None:
            return turned
        query["cursor"] = cursor


@pytest.mark.parametrize(
    ("rows", "expected"),
    [(0, [[]]), (1, [["E0"]]), (2, [["E1", "E0"]]), (5, [["E4", "E3"], ["E2", "E1"], ["E0"]])],
)
def test_pages_hold_every_row_once_newest_first(rows, expected):
    write(rows)
    assert pages(limit=2) == expected


def test_a_full_last_page_has_no_next():
    write(4)
    assert pages(limit=2) == [["E3", "E2"], ["E1", "E0"]]


def test_rows_added_meanwhile_move_nothing():
    write(4)
    first, cursor = page_of(Event.objects.all(), PageRequest(limit=2))
    write(3)
    page, _ = PageQuery.read({"limit": "2", "cursor": cursor})
    rest, _ = page_of(Event.objects.all(), page)
    assert [row.name for row in [*first, *rest]] == ["E3", "E2", "E1", "E0"]


def test_the_row_of_the_cursor_may_be_gone():
    write(3)
    (row,), cursor = page_of(Event.objects.all(), PageRequest(limit=1))
    row.delete()
    page, _ = PageQuery.read({"cursor": cursor})
    assert [row.name for row in page_of(Event.objects.all(), page)[0]] == ["E1", "E0"]


def test_a_page_costs_one_query(django_assert_num_queries):
    write(5)
    with django_assert_num_queries(1):
        page_of(Event.objects.all(), PageRequest(limit=2))


def test_without_a_limit_a_page_has_fifty_rows():
    assert PageQuery.read({}) == (PageRequest(DEFAULT_LIMIT), {})
    assert PageQuery.read({"limit": str(MAX_LIMIT)})[0].limit == 100


@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "-1"}, {"limit": "101"}, {"limit": "ten"}, {"cursor": "AAAA"}, {"page": "2"}],
)
def test_a_page_that_cannot_be_is_refused_and_named(query):
    with pytest.raises(ValidationError) as refused:
        PageQuery.read(query)
    assert set(refused.value.detail) == set(query)
