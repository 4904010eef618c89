"""Plain rows say what Django's `values()` says, on every database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.ids import new_id
from apps.core.models import Event
from apps.core.plain_rows import RowsByKey, plain_rows
from apps.orders.models import Leg, Order, Parcel
from apps.orders.selectors.rows import LEG_COLUMNS, ORDER_COLUMNS, PARCEL_COLUMNS
from apps.orders.services import NewParcel, cancel_order
from apps.zones.models import Zone
from tests.cast import placed

pytestmark = pytest.mark.django_db
LEGS = RowsByKey(Leg, key="order_id", order_by="sequence", columns=LEG_COLUMNS)
PARCELS = RowsByKey(Parcel, key="order_id", order_by="-pk", columns=PARCEL_COLUMNS)


@pytest.fixture
def orders(cast) -> list[Order]:
    two = (NewParcel(100), NewParcel(200, volume_ml=5, description="Brioche"))
    made = [placed(cast, external_id=f"A-{number}", parcels=two[: 1 + number % 2])[0] for number in range(5)]
    cancel_order(order_id=made[0].pk, reason="no flour")
    return made


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (Order, ORDER_COLUMNS),
        (Leg, LEG_COLUMNS),
        (Parcel, PARCEL_COLUMNS),
        (Event, tuple(field.attname for field in Event._meta.concrete_fields)),
        (Zone, tuple(field.attname for field in Zone._meta.concrete_fields)),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_rows_are_those_of_values(orders, model, columns):
    rows = model.objects.order_by("-pk")
    found = plain_rows(rows, columns)
    assert found == list(rows.values(*columns))
    assert [[type(value) for value in row.values()] for row in found] == [
        [type(value) for value in row.values()] for row in rows.values(*columns)
    ]
    assert found


def test_a_part_of_the_rows_found_by_what_others_say_are_those_of_values(orders):
    rows = Parcel.objects.filter(order__external_id__in=["A-1", "A-3"]).order_by("order__placed_at", "pk")[1:3]
    assert plain_rows(rows, PARCEL_COLUMNS) == list(rows.values(*PARCEL_COLUMNS))
    assert plain_rows(Order.objects.none(), ORDER_COLUMNS) == []
    assert plain_rows(Order.objects.filter(pk__in=[]), ORDER_COLUMNS) == []


@pytest.mark.parametrize("parts", [LEGS, PARCELS], ids=["legs", "parcels"])
def test_rows_of_keys_are_those_of_values_for_any_keys(orders, parts):
    keys = [order.pk for order in orders]
    for wanted in (keys, keys[:2], keys[3:], keys[:1], [new_id()], [keys[4], new_id()], []):
        rows = parts._model.objects.filter(order_id__in=wanted).order_by(parts._order_by)
        by_key = {key: [row for row in rows.values(*parts._columns) if row["order_id"] == key] for key in wanted}
        found = parts.of(wanted)
        assert {key: found[key] for key in wanted} == by_key


def test_rows_of_keys_are_one_query_and_of_none_no_query(orders):
    for keys, queries in (([order.pk for order in orders], 1), ([], 0)):
        with CaptureQueriesContext(connection) as asked_for:
            LEGS.of(keys)
        assert len(asked_for) == queries
