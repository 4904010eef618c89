"""Find orders by words: code, external id, address, name, last digits of a telephone, barcode.

A prefix is a range of the index on (organisation, word), the same on every store. What limits the work of one search:

- The longest words are looked up first. As soon as few orders have one (`MANY` or fewer), those are the pool; where
  every word is common ("rue", "paris"), all recent orders are.
- The pool is looked through from the newest on, some hundred orders at a time, by the index on (order, word), until the
  page is full or `MOST_LOOKED_AT` orders were seen: such a page may be short, and its cursor goes on from there.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts.principals import Principal
from apps.core import clock
from apps.core.plain_rows import Row, plain_rows
from apps.orders.models import Order, OrderWord
from apps.orders.selectors import orders_for
from apps.orders.selectors.rows import ORDER_COLUMNS, OrderRows, with_parts
from apps.orders.words import after_all, readings

FOUND_FOR = timedelta(days=90)
MANY = 5_000
AT_A_TIME = 400
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
    since = clock.now() - FOUND_FOR
    mine = orders_for(principal).order_by("-pk")
    ways = readings(query)
    pool = _pool(principal, ways)
    is_certain = pool is not None and all(len(way) == 1 for way in ways)  # then the pool is what fits
    found: list[Row] = []
    looked_at = 0
    for keys in _all_newest_first(mine, since, after) if pool is None else _newest_first(pool, after):
        fitting = keys if is_certain else _fitting(keys, ways)
        rows = plain_rows(mine.filter(pk__in=fitting), ORDER_COLUMNS) if fitting else ()
        found += (row for row in rows if row["placed_at"] >= since)
        looked_at += len(keys)
        if len(found) > limit:
            return Found(with_parts(found[:limit]), found[limit - 1]["id"])
        if looked_at >= MOST_LOOKED_AT:
            return Found(with_parts(found), keys[-1])
    return Found(with_parts(found), None)


def _pool(principal: Principal, ways: Sequence[Sequence[str]]) -> set[UUID] | None:
    """Orders among which are all that fit; None where these are too many to name."""
    pool: set[UUID] = set()
    for way in ways:
        few = _few(principal, way)
        if few is None:
            return None
        pool |= few
    return pool


def _few(principal: Principal, prefixes: Sequence[str]) -> set[UUID] | None:
    """The orders that have one of the prefixes, the first that few have; None when each of them is common."""
    words = OrderWord.objects.filter(organisation_id__in=principal.organisation_ids)
    for prefix in sorted(prefixes, key=len, reverse=True):
        keys = words.filter(_begins(prefix)).values_list("order_id", flat=True)[: MANY + 1]
        having = list(keys)
        if len(having) <= MANY:
            return set(having)
    return None


def _newest_first(pool: set[UUID], after: UUID | None) -> Iterator[list[UUID]]:
    """Keys of orders to look at, some hundred at a time: keys sort by time of birth."""
    newest = sorted((key for key in pool if after is None or key < after), reverse=True)
    yield from (newest[start : start + AT_A_TIME] for start in range(0, len(newest), AT_A_TIME))


def _all_newest_first(mine: QuerySet[Order], since: datetime, after: UUID | None) -> Iterator[list[UUID]]:
    """The same of all orders placed since a moment.

    The moment is looked at here: asked for it, SQLite reads all orders since then by the index of their times.
    """
    while True:
        older = mine.filter(pk__lt=after) if after else mine
        rows = list(older.values_list("pk", "placed_at")[:AT_A_TIME])
        recent = [key for key, placed_at in rows if placed_at >= since]
        if recent:
            yield recent
        if len(recent) < AT_A_TIME:
            return
        after = recent[-1]


def _fitting(keys: Sequence[UUID], ways: Sequence[Sequence[str]]) -> list[UUID]:
    """Those of some orders that have all prefixes of one of the ways: one query."""
    wanted = {prefix for way in ways for prefix in way}
    begins = reduce(or_, (_begins(prefix) for prefix in wanted))
    words: dict[UUID, list[str]] = defaultdict(list)
    for key, word in OrderWord.objects.filter(begins, order_id__in=keys).values_list("order_id", "word"):
        words[key].append(word)
    return [key for key in keys if any(_has_all(words[key], way) for way in ways)]


def _has_all(words: Sequence[str], prefixes: Sequence[str]) -> bool:
    return all(any(word.startswith(prefix) for word in words) for prefix in prefixes)


def _begins(prefix: str) -> Q:
    return Q(word__gte=prefix, word__lt=after_all(prefix))
