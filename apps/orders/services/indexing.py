"""The words under which orders are found: written by the relay, some hundred orders at a time, after what they tell of.

Writing some twenty words with each order took as long as placing it. An order is found by its words a moment after it
was placed; by its id or `external_id` at once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from uuid import UUID

from apps.core.db import atomic
from apps.core.models import Event
from apps.core.plain_writes import insert_rows
from apps.orders.events import OrderPlaced, OrderUpdated
from apps.orders.models import Order, OrderWord, Parcel
from apps.orders.selectors.search import FOUND_FOR
from apps.orders.words import words_of_order

SAY_SOMETHING_NEW = frozenset({OrderPlaced.__name__, OrderUpdated.__name__})


def search_words(order: Order, parcels: Iterable[Parcel]) -> list[OrderWord]:
    """The rows of an order's words, not written yet."""
    stops = (order.pickup, order.dropoff)
    words = words_of_order(
        references=[order.short_code, order.external_id or "", *(parcel.barcode for parcel in parcels)],
        phones=[stop["phone"] for stop in stops],
        texts=[text for stop in stops for text in (stop["address"], stop["contact_name"])],
    )
    return [OrderWord(order_id=order.pk, organisation_id=order.organisation_id, word=word) for word in words]


def index_orders_of(events: Iterable[Event]) -> None:
    """Find the orders that were placed or changed by what they say now. The same events again change nothing.

    Four statements, however many orders they are. Raises Conflict or Unavailable; then nothing was written.
    """
    keys = {event.order_id for event in events if event.name in SAY_SOMETHING_NEW and event.order_id}
    if keys:
        _write_words(keys)


@atomic
def _write_words(keys: Collection[UUID]) -> None:
    parcels: dict[UUID, list[Parcel]] = defaultdict(list)
    for parcel in Parcel.objects.filter(order_id__in=keys).only("order_id", "barcode"):
        parcels[parcel.order_id].append(parcel)
    orders = Order.objects.filter(pk__in=keys).only("organisation_id", "external_id", "pickup", "dropoff")
    words = [word for order in orders for word in search_words(order, parcels[order.pk])]
    OrderWord.objects.filter(order_id__in=keys).delete()
    insert_rows(words)


def forget_old_words(*, limit: int = 10_000) -> int:
    """Delete words of orders that no search finds any more. Returns how many; the next run goes on.

    A key begins with its time of birth, in milliseconds of the wall: no column and no index is needed for the age.
    """
    born_ms = int((datetime.now(UTC) - FOUND_FOR).timestamp() * 1000)  # wall
    old = OrderWord.objects.filter(pk__lt=UUID(int=born_ms << 80))
    return OrderWord.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]
