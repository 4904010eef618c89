"""Find orders by words: code, external id, address, name, last digits of a telephone, barcode.

A prefix is a range of the index on (organisation, word, order), the same on every store. What limits the work of one
search, for each way to read it:

- It begins with the rarest of the words, counted up to `MOST_LOOKED_AT`. If hardly any orders have it (`RARE` or
  fewer), they are asked for the others.
- If its prefix begins few different words ("grenelle"), the orders that have each of those are gone through in the
  order of the index, the newest first, until the page is full.
- Else all that have it are asked for the others or, where they are too many ("r"), the merchant's orders are gone
  through from the newest on.

At most `MOST_LOOKED_AT` orders are looked at for each word: such a page may be short, and its cursor goes on from
there. The database does the comparing, by its index on (order, word); what comes back is what fits. MongoDB, whose
joins use no range of an index, is asked for the orders that have each word, one word after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import and_
from typing import Any
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
RARE = 200
MOST_LOOKED_AT = 5_000
FEW_WORDS = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found, newest first, and the key from which the next page goes on; None on the last."""

    orders: list[OrderRows]
    goes_on_after: UUID | None


@dataclass(frozen=True, slots=True)
class _Strand:
    """The newest orders that fit one way to read a query. `down_to`: where the looking stopped; None at the end."""

    keys: list[UUID]
    down_to: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Look:
    """Whose orders are looked for, older than which, and how many."""

    principal: Principal
    after: UUID | None
    wanted: int

    @property
    def orders(self) -> QuerySet[Order]:
        """The principal's orders, the newest first."""
        mine = orders_for(self.principal).order_by("-pk")
        return mine.filter(pk__lt=self.after) if self.after else mine

    @property
    def words(self) -> QuerySet[OrderWord]:
        """The words of their organisation's orders."""
        words = OrderWord.objects.filter(organisation_id__in=self.principal.organisation_ids)
        return words.filter(order_id__lt=self.after) if self.after else words


def search_orders(principal: Principal, query: str, *, limit: int, after: UUID | None = None) -> Found:
    """The orders of the last 90 days that fit a query, newest first, from the one after `after` on.

    Each word of the query must begin a word of the order. The number of queries is bounded, whatever is asked for.
    """
    look = _Look(principal, after, limit + 1)
    strands = [_strand(look, way) for way in readings(query)]
    stopped_at = [strand.down_to for strand in strands if strand.down_to]
    found = {key for strand in strands for key in strand.keys if not stopped_at or key >= max(stopped_at)}
    keys = sorted(found, reverse=True)[: look.wanted]
    rows = plain_rows(look.orders.filter(pk__in=keys), ORDER_COLUMNS) if keys else []
    return _page(_recent(rows), limit, goes_on=_recent_key(look, max(stopped_at)) if stopped_at else None)


def _page(rows: list[Row], limit: int, *, goes_on: UUID | None) -> Found:
    """A page of what was found. `goes_on`: where, if all of it fits."""
    if len(rows) > limit:
        return Found(with_parts(rows[:limit]), UUID(rows[limit - 1]["id"]))
    return Found(with_parts(rows), goes_on)


def _recent_key(look: _Look, key: UUID) -> UUID | None:
    """The key of an order, unless it is too old to be found: then so are all after it."""
    rows = plain_rows(Order.objects.filter(pk=key, organisation_id__in=look.principal.organisation_ids), ("placed_at",))
    return key if _recent(rows) else None


def _recent(rows: list[Row]) -> list[Row]:
    """Looked at here: in SQL it would have SQLite read all orders since then by the index of their times."""
    since = clock.now() - FOUND_FOR
    return [row for row in rows if row["placed_at"] >= since]


def _strand(look: _Look, way: Sequence[str]) -> _Strand:
    counted = _counted(look, way)
    by_count = sorted(counted, key=lambda prefix: counted[prefix])
    rarest, others = by_count[0], by_count[1:]
    is_few = counted[rarest] <= MOST_LOOKED_AT
    if counted[rarest] > RARE:
        words = _words_beginning(look, rarest)
        if len(words) <= FEW_WORDS:
            return _by_word(look, words, others, is_few=is_few)
    if is_few:
        return _Strand(_newest(look, look.words.filter(_begins(rarest)), others))
    return _from_the_newest_on(look, by_count)


def _counted(look: _Look, way: Sequence[str]) -> dict[str, int]:
    """How often the prefixes stand in the index, as far as it matters: once one is rare, the others are not counted."""
    counted = dict.fromkeys(way, MOST_LOOKED_AT + 1)
    for prefix in sorted(way, key=len, reverse=True):  # the longest are likely to be the rarest
        having = look.words.filter(_begins(prefix)).values("order_id")  # which the index holds too
        counted[prefix] = having[: MOST_LOOKED_AT + 1].count()
        if counted[prefix] <= RARE:
            break
    return counted


def _newest(look: _Look, having: QuerySet[OrderWord], others: Sequence[str]) -> list[UUID]:
    """The newest of the principal's orders of some words that have other words too.

    Words do not say which orders are tests. Whose an order is, is asked last: most have not the other words.
    """
    if connection.vendor == "mongodb":
        keys = _keys_with_all(set(having.values_list("order_id", flat=True)), others)
        return list(look.orders.filter(pk__in=keys).values_list("pk", flat=True)[: look.wanted])
    theirs = Exists(orders_for(look.principal).filter(pk=OuterRef("order_id")))
    fitting = having.filter(*(_has(other, of="order_id") for other in others), theirs)
    keys_of = fitting.order_by("-order_id").values_list("order_id", flat=True)
    return list(keys_of.distinct()[: look.wanted])


def _by_word(look: _Look, words: Sequence[str], others: Sequence[str], *, is_few: bool) -> _Strand:
    """The orders that have one of a few words, from the newest on: in the order of the index, so no more are read."""
    strands = [_of_word(look, word, others, is_few=is_few) for word in words]
    keys = sorted({key for strand in strands for key in strand.keys}, reverse=True)[: look.wanted]
    return _Strand(keys, max((strand.down_to for strand in strands if strand.down_to), default=None))


def _of_word(look: _Look, word: str, others: Sequence[str], *, is_few: bool) -> _Strand:
    having = look.words.filter(word=word)
    if is_few:
        return _Strand(_newest(look, having, others))
    end = _end(having.order_by("-order_id").values_list("order_id", flat=True))
    return _Strand(_newest(look, having.filter(order_id__gte=end) if end else having, others), end)


def _end(keys: "QuerySet[Any, UUID]") -> UUID | None:
    """The key at which the looking stops, None where there are not so many."""
    return next(iter(keys[MOST_LOOKED_AT : MOST_LOOKED_AT + 1]), None)


def _from_the_newest_on(look: _Look, prefixes: Sequence[str]) -> _Strand:
    """Among all of the principal's orders, as far as a search looks."""
    end = _end(look.orders.values_list("pk", flat=True))
    looked_at = look.orders.filter(pk__gte=end) if end else look.orders
    if connection.vendor == "mongodb":
        fitting = look.orders.filter(pk__in=_keys_with_all(set(looked_at.values_list("pk", flat=True)), prefixes))
    else:
        fitting = looked_at.filter(reduce(and_, (Q(_has(prefix, of="pk")) for prefix in prefixes)))
    return _Strand(list(fitting.values_list("pk", flat=True)[: look.wanted]), end)


def _words_beginning(look: _Look, prefix: str) -> list[str]:
    """The different words of a prefix, up to one more than `FEW_WORDS`: each is looked up in the index by itself."""
    found: list[str] = []
    after = Q(word__gte=prefix)
    while len(found) <= FEW_WORDS:
        words = look.words.filter(after, word__lt=after_all(prefix)).order_by("word").values_list("word", flat=True)
        following = next(iter(words[:1]), None)
        if following is None:
            break
        found.append(following)
        after = Q(word__gt=following)
    return found


def _has(prefix: str, *, of: str) -> Exists:
    return Exists(OrderWord.objects.filter(_begins(prefix), order_id=OuterRef(of)))


def _keys_with_all(keys: set[UUID], prefixes: Sequence[str]) -> set[UUID]:
    for prefix in prefixes:
        having = OrderWord.objects.filter(_begins(prefix), order_id__in=list(keys))
        keys = set(having.values_list("order_id", flat=True)) if keys else keys
    return keys


def _begins(prefix: str) -> Q:
    return Q(word__gte=prefix, word__lt=after_all(prefix))
