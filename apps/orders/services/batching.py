"""Place many orders at once: each is placed, recognised or refused by itself, and all are written together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Case, UUIDField, Value, When

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict, CoursierError, FieldError, Invalid
from apps.orders.errors import ExternalIdTaken, QuoteUsed
from apps.orders.models import Quote
from apps.orders.services.new_order import NewOrder
from apps.orders.services.placing import (
    PlacedOrder,
    check_barcodes,
    draft,
    given_barcodes,
    insert,
    orders_named,
    quote_terms,
    quotes_of,
    take_over_quote,
    taken_barcodes,
)
from apps.orders.services.terms import terms_of
from apps.zones.models import Zone
from apps.zones.selectors import active_zones


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one order of a batch: `placed` now, or there since before under `order_id`, or refused."""

    placed: PlacedOrder | None = None
    order_id: UUID | None = None
    error: CoursierError | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """An order that has its external id already."""

    order_id: UUID
    asked_hash: str


@atomic(rereads=3)
def place_orders(news: Sequence[NewOrder]) -> list[Outcome]:
    """Place orders of one organisation. Returns an outcome for each, in their order; a refused one stops no other.

    The same external id again is the order that has it, if all that was asked for is the same, and refused otherwise.
    The number of statements does not depend on how many orders there are. Raises Conflict when somebody took an
    external id or a quote at this moment: the whole batch is then decided anew.
    """
    batch = _Batch(news)
    outcomes = [batch.decide(new) for new in news]
    batch.write()
    return outcomes


class _Batch:
    """What is known before the first order is decided upon, and what has been decided."""

    def __init__(self, news: Sequence[NewOrder]) -> None:
        self.at: datetime = clock.now()
        self.zones: Sequence[Zone] = active_zones()
        self.known = _known_orders(news)
        quote_ids = {new.quote_id for new in news if new.quote_id}
        self.quotes: dict[UUID, Quote] = (
            quotes_of(news[0].organisation_id, quote_ids, is_test=news[0].is_test) if quote_ids else {}
        )
        self.barcodes: set[str] = taken_barcodes(news)
        self.used: dict[UUID, UUID] = {}  # quote: order
        self.placed: list[PlacedOrder] = []

    def decide(self, new: NewOrder) -> Outcome:
        """What becomes of one order, given all before it."""
        if not new.external_id:
            return Outcome(error=Invalid(fields=(FieldError("external_id", "required", "Each order needs its own."),)))
        known = self.known.get(new.external_id)
        if known is not None:
            is_same = known.asked_hash == new.asked_hash
            return Outcome(order_id=known.order_id) if is_same else Outcome(error=ExternalIdTaken())
        try:
            placed = self._drafted(new)
        except CoursierError as error:
            return Outcome(error=error)
        self.placed.append(placed)
        self.barcodes.update(given_barcodes(new))
        self.known[new.external_id] = _Known(placed.order.pk, new.asked_hash)
        return Outcome(placed=placed)

    def _drafted(self, new: NewOrder) -> PlacedOrder:
        check_barcodes(new, self.barcodes)
        placed = draft(new, terms_of(new, at=self.at, zones=self.zones), at=self.at)
        if new.quote_id:
            if new.quote_id in self.used:
                raise QuoteUsed
            take_over_quote(placed.order, quote_terms(new, self.quotes.get(new.quote_id), at=self.at))
            self.used[new.quote_id] = placed.order.pk
        return placed

    def write(self) -> None:
        """All that was decided."""
        if self.used and _use_quotes(self.used) != len(self.used):
            raise Conflict
        try:
            insert(self.placed)
        except IntegrityError as error:
            raise Conflict from error  # an external id or a barcode was taken just now: the next read finds it


def _known_orders(news: Sequence[NewOrder]) -> dict[str, _Known]:
    wanted = [new.external_id for new in news if new.external_id]
    if not wanted:
        return {}
    there = orders_named(news[0], wanted).values_list("external_id", "pk", "asked_hash")
    return {str(external_id): _Known(key, asked_hash) for external_id, key, asked_hash in there}


def _use_quotes(used: dict[UUID, UUID]) -> int:
    """Use up the quotes that nobody else used meanwhile. Returns how many: one statement."""
    whose = [When(pk=quote_id, then=Value(order_id)) for quote_id, order_id in used.items()]
    unused = Quote.objects.filter(pk__in=list(used), used_by_order_id=None)
    return unused.update(used_by_order_id=Case(*whose, output_field=UUIDField()))
