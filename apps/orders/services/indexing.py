"""The words under which orders are found: written with an order, again when what they are made of changes."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from apps.orders.models import Order, OrderWord, Parcel
from apps.orders.selectors.search import FOUND_FOR
from apps.orders.words import words_of_order


def search_words(order: Order, parcels: Iterable[Parcel]) -> list[OrderWord]:
    """The rows of an order's words, not written yet."""
    stops = (order.pickup, order.dropoff)
    words = words_of_order(
        references=[order.short_code, order.external_id or "", *(parcel.barcode for parcel in parcels)],
        phones=[stop["phone"] for stop in stops],
        texts=[text for stop in stops for text in (stop["address"], stop["contact_name"])],
    )
    return [OrderWord(order_id=order.pk, organisation_id=order.organisation_id, word=word) for word in words]


def index_again(order: Order, parcels: Iterable[Parcel]) -> None:
    """Find an order by what it says now. Inside the transaction of the change."""
    OrderWord.objects.filter(order_id=order.pk).delete()
    OrderWord.objects.bulk_create(search_words(order, parcels))


def forget_old_words(*, limit: int = 10_000) -> int:
    """Delete words of orders that no search finds any more. Returns how many; the next run goes on.

    A key begins with its time of birth, in milliseconds of the wall: no column and no index is needed for the age.
    """
    born_ms = int((datetime.now(UTC) - FOUND_FOR).timestamp() * 1000)  # wall
    old = OrderWord.objects.filter(pk__lt=UUID(int=born_ms << 80))
    return OrderWord.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]
