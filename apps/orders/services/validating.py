"""Everything that placing an order would check, and nothing written."""

from dataclasses import dataclass
from typing import Any

from apps.core import clock
from apps.orders.errors import ExternalIdTaken
from apps.orders.services.new_order import NewOrder
from apps.orders.services.placing import QUOTED, orders_named, quote_named, quote_terms
from apps.orders.services.terms import terms_of
from apps.zones.models import Zone


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What an order would cost and promise if it were placed now: `columns` are those of an order."""

    zone: Zone
    columns: dict[str, Any]


def validate_order(new: NewOrder) -> OrderTerms:
    """The terms of an order. Raises what placing it now would: OutOfZone, Invalid, a Quote or ExternalId error."""
    at = clock.now()
    terms = terms_of(new, at=at)
    columns = terms.as_columns()
    if new.quote_id:
        quote = quote_terms(new, quote_named(new, new.quote_id), at=at)
        columns = {name: getattr(quote, name) for name in QUOTED}
    if new.external_id and orders_named(new, [new.external_id]).exists():
        raise ExternalIdTaken
    return OrderTerms(terms.zone, columns)
