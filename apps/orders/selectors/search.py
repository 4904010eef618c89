"""Find orders by words: code, external id, address, name, last digits of a telephone, barcode.

A prefix is a range of the index on (organisation, word), the same on every store. What limits the work of one search:

- As soon as few orders have one of the words (`MANY` or fewer), the longest looked up first, those orders are asked for
  the other words.
- Where every word is common ("rue", "paris"), the orders are gone through from the newest on until the page is full, at
  most `MOST_LOOKED_AT` of them: such a page may be short, and its cursor goes on from there.

Either way the database does the comparing, by its index on (order, word); what comes back is what fits. MongoDB, whose
joins use no range of an index, is asked for the orders that have each word, one word after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import and_, or_
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.principals import Principal
from apps.core import clock
from apps.core.plain_rows import Row, plain_rows
from apps.orders.models import Order, OrderWord
from apps.orders.selectors import orders_for
from apps.orders.selectors.rows import ORDER_COLUMNS, OrderRows, with_parts
from apps.orders.words import after_all, readings

FOUND_FOR = timedelta(days=90)
MANY = 5_000
MOST_LOOKED_AT = 5_000


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found, newest first, and the key from which the next page goes on; None on the last."""

    orders: list[OrderRows]
    goes_on_after: UUID | None


def search_orders(principal: Principal, query: str, *, limit: int, after: UUID | None = None) -> Found:
    """The orders of the last 90 days that fit a query, newest first, from the one after `after` on.

    Each word of the query must begin a word of the order. The number of queries is bounded, whatever is asked for.
    """
    mine, ways = orders_for(principal).order_by("-pk"), readings(query)
    older = mine.filter(pk__lt=after) if after else mine
    pool = _pool(principal, ways)
    if pool is not None:
        keys = sorted((key for key in pool if after is None or key < after.hex), reverse=True)[: limit + 1]
        return _page(plain_rows(mine.filter(pk__in=keys), ORDER_COLUMNS) if keys else [], limit)
    return _common(older, ways, limit)


def _common(older: QuerySet[Order], ways: Sequence[Sequence[str]], limit: int) -> Found:
    """Among all orders, from the newest on, as far as a search looks."""
    ends = plain_rows(older[MOST_LOOKED_AT : MOST_LOOKED_AT + 1], ("id", "placed_at"))
    looked_at = older.filter(pk__gte=ends[0]["id"]) if ends else older
    rows = plain_rows(_fitting(looked_at, ways)[: limit + 1], ORDER_COLUMNS)
    return _page(rows, limit, goes_on=UUID(ends[0]["id"]) if _recent(ends) else None)


def _page(rows: list[Row], limit: int, *, goes_on: UUID | None = None) -> Found:
    """A page of what was found. `goes_on`: where, if all of it fits."""
    recent = _recent(rows)
    if len(recent) > limit:
        return Found(with_parts(recent[:limit]), UUID(recent[limit - 1]["id"]))
    return Found(with_parts(recent), goes_on)


def _recent(rows: list[Row]) -> list[Row]:
    """Looked at here: in SQL it would have SQLite read all orders since then by the index of their times."""
    since = clock.now() - FOUND_FOR
    return [row for row in rows if row["placed_at"] >= since]


def _pool(principal: Principal, ways: Sequence[Sequence[str]]) -> set[str] | None:
    """The orders that fit; None where they may be too many to name."""
    pool: set[str] = set()
    for way in ways:
        fitting = _those_of_few(principal, way)
        if fitting is None:
            return None
        pool |= fitting
    return pool


def _those_of_few(principal: Principal, prefixes: Sequence[str]) -> set[str] | None:
    """The orders that have all of the prefixes, if few have one of them; None when each of them is common."""
    words = OrderWord.objects.filter(organisation_id__in=principal.organisation_ids)
    for prefix in _rarest_first(prefixes):
        having = words.filter(_begins(prefix))
        if having[MANY : MANY + 1].exists():
            continue
        others = [other for other in _rarest_first(prefixes) if other != prefix]
        return _those_of(principal, having, others)
    return None


def _those_of(principal: Principal, having: QuerySet[OrderWord], others: Sequence[str]) -> set[str]:
    """The principal's orders of some words that have other words too. Words do not say which orders are tests."""
    if connection.vendor == "mongodb":
        keys = orders_for(principal).filter(pk__in=list(having.values_list("order_id", flat=True)))
        return {key.hex for key in _keys_with_all(set(keys.values_list("pk", flat=True)), others)}
    theirs = Exists(orders_for(principal).filter(pk=OuterRef("order_id")))
    with_all = having.filter(*(_has(other, of="order_id") for other in others), theirs)
    return {row["order_id"] for row in plain_rows(with_all, ("order_id",))}


def _fitting(orders: QuerySet[Order], ways: Sequence[Sequence[str]]) -> QuerySet[Order]:
    """Those of the orders that have all words of one of the ways."""
    if connection.vendor == "mongodb":
        keys = set(orders.values_list("pk", flat=True))
        return orders.filter(pk__in=set().union(*(_keys_with_all(keys, way) for way in ways)))
    return orders.filter(
        reduce(or_, (reduce(and_, (Q(_has(prefix, of="pk")) for prefix in _rarest_first(way))) for way in ways))
    )


def _rarest_first(prefixes: Sequence[str]) -> list[str]:
    """The longest are likely to be: what an order has not ends the looking at it."""
    return sorted(prefixes, key=len, reverse=True)


def _has(prefix: str, *, of: str) -> Exists:
    return Exists(OrderWord.objects.filter(_begins(prefix), order_id=OuterRef(of)))


def _keys_with_all(keys: set[UUID], prefixes: Sequence[str]) -> set[UUID]:
    for prefix in prefixes:
        having = OrderWord.objects.filter(_begins(prefix), order_id__in=list(keys))
        keys = set(having.values_list("order_id", flat=True)) if keys else keys
    return keys


def _begins(prefix: str) -> Q:
    return Q(word__gte=prefix, word__lt=after_all(prefix))
