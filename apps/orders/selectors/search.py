"""Find orders by words: code, external id, address, name, last digits of a telephone, barcode.

A prefix is a range of the index on (organisation, word), the same on every store. What limits the work of one search:

- A prefix that few orders have (`MANY` or fewer) is read whole; the orders that have all prefixes are then known.
- Where every prefix is common ("rue", "paris"), reading them would take as long as there are orders. Then the newest
  orders are looked at, some hundred at a time, until the page is full or `MOST_LOOKED_AT` were seen: such a page may be
  short, and its cursor goes on from there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts.principals import Principal
from apps.core import clock
from apps.orders.models import Order, OrderWord
from apps.orders.selectors import orders_for
from apps.orders.selectors.rows import ORDER_COLUMNS, OrderRows, Row, with_parts
from apps.orders.words import after_all, readings

FOUND_FOR = timedelta(days=90)
MANY = 2_000
AT_A_TIME = 400
MOST_LOOKED_AT = 8_000


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found, newest first, and the key from which the next page goes on; None on the last."""

    orders: list[OrderRows]
    goes_on_after: UUID | None


@dataclass(slots=True)
class _Wanted:
    """What a query comes to: orders that are known by their key, and prefixes that are too common to read."""

    keys: set[UUID] = field(default_factory=set)
    common: list[Sequence[str]] = field(default_factory=list)


def search_orders(principal: Principal, query: str, *, limit: int, after: UUID | None = None) -> Found:
    """The orders of the last 90 days that fit a query, newest first, from the one after `after` on.

    Each word of the query must begin a word of the order. The number of queries is bounded, whatever is asked for.
    """
    wanted = _Wanted()
    for prefixes in readings(query):
        keys = _keys_with_all(principal, prefixes)
        if keys is None:
            wanted.common.append(prefixes)
        else:
            wanted.keys |= keys
    since = clock.now() - FOUND_FOR
    recent = orders_for(principal).filter(placed_at__gte=since).order_by("-pk")
    rows, goes_on_after = (_walk if wanted.common else _pick)(recent, wanted, limit, after)
    return Found(with_parts(rows), goes_on_after)


def _keys_with_all(principal: Principal, prefixes: Sequence[str]) -> set[UUID] | None:
    """The orders that have all prefixes, None when each of the prefixes is common."""
    words = OrderWord.objects.filter(organisation_id__in=principal.organisation_ids)
    few: list[set[UUID]] = []
    common: list[str] = []
    for prefix in prefixes:
        keys = list(words.filter(_begins(prefix)).values_list("order_id", flat=True)[: MANY + 1])
        if len(keys) > MANY:
            common.append(prefix)
        else:
            few.append(set(keys))
    if not few:
        return None
    found = set.intersection(*few)
    return _with_prefixes(found, common) if found else found


def _with_prefixes(keys: Iterable[UUID], prefixes: Iterable[str]) -> set[UUID]:
    """Those of some orders that have all prefixes: one look-up a prefix, by order."""
    left = set(keys)
    for prefix in prefixes:
        found = OrderWord.objects.filter(_begins(prefix), order_id__in=list(left)).values_list("order_id", flat=True)
        left = set(found)
    return left


def _begins(prefix: str) -> Q:
    return Q(word__gte=prefix, word__lt=after_all(prefix))


def _pick(recent: QuerySet[Order], wanted: _Wanted, limit: int, after: UUID | None) -> tuple[list[Row], UUID | None]:
    """The newest of known orders: keys sort by time of birth, so only the first of them are read."""
    newest = sorted((key for key in wanted.keys if after is None or key < after), reverse=True)
    found: list[Row] = []
    for start in range(0, len(newest), AT_A_TIME):
        found += recent.filter(pk__in=newest[start : start + AT_A_TIME]).values(*ORDER_COLUMNS)[: limit + 1]
        if len(found) > limit:
            return found[:limit], found[limit - 1]["id"]
    return found, None


def _walk(recent: QuerySet[Order], wanted: _Wanted, limit: int, after: UUID | None) -> tuple[list[Row], UUID | None]:
    """The newest orders that fit, looking at one after the other."""
    fitting: list[UUID] = []
    looked_at = 0
    while looked_at < MOST_LOOKED_AT:
        older = recent.filter(pk__lt=after) if after else recent
        keys = list(older.values_list("pk", flat=True)[:AT_A_TIME])
        fits = _fitting(keys, wanted)
        fitting += [key for key in keys if key in fits]
        if len(fitting) >= limit:
            return _in_full(recent, fitting[:limit]), _last(fitting, keys, limit)
        if len(keys) < AT_A_TIME:
            return _in_full(recent, fitting), None
        looked_at, after = looked_at + len(keys), keys[-1]
    return _in_full(recent, fitting), after


def _fitting(keys: list[UUID], wanted: _Wanted) -> set[UUID]:
    fits = wanted.keys.intersection(keys)
    for prefixes in wanted.common:
        fits |= _with_prefixes(keys, prefixes)
    return fits


def _last(fitting: list[UUID], keys: list[UUID], limit: int) -> UUID | None:
    """From where to go on; None when the last order there is was the last that fits."""
    is_end = len(keys) < AT_A_TIME and len(fitting) == limit
    return None if is_end else fitting[limit - 1]


def _in_full(recent: QuerySet[Order], keys: list[UUID]) -> list[Row]:
    return list(recent.filter(pk__in=keys).values(*ORDER_COLUMNS)) if keys else []
