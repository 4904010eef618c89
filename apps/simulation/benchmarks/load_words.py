"""The words under which the orders of the load benchmark are found, where this version has a search."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from django.db.models import Model

from apps.orders.models import Order, Parcel

INDEXING = "apps.orders.services.indexing"


def write_words(orders: Sequence[tuple[Order, Sequence[Parcel]]]) -> None:
    """Write the words of orders, by the function that placing one uses; nothing where there is none."""
    if find_spec(INDEXING) is None:
        return
    search_words = import_module(INDEXING).search_words
    words: list[Model] = [word for order, parcels in orders for word in search_words(order, parcels)]
    if words:
        type(words[0])._default_manager.bulk_create(words)
