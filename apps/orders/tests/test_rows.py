"""Plain rows are read and written as Django does: they say what `values()` says, on every database."""

import json

import pytest
from django.db import IntegrityError, connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.ids import new_id
from apps.core.models import Event
from apps.core.plain_rows import RowsByKey, plain_row, plain_rows
from apps.core.plain_writes import insert_rows, update_version
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order, OrderWord, Parcel, new_tracking_token
from apps.orders.selectors.rows import LEG_COLUMNS, ORDER_COLUMNS, PARCEL_COLUMNS
from apps.orders.services import NewParcel, cancel_order, index_orders_of
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
def test_rows_are_those_of_values_with_their_keys_as_text(orders, model, columns):
    rows = model.objects.order_by("-pk")
    found = plain_rows(rows, columns)
    wanted = [plain_row(row) for row in rows.values(*columns)]
    assert found == wanted
    assert [[type(value) for value in row.values()] for row in found] == [
        [type(value) for value in row.values()] for row in wanted
    ]
    assert [row["id"] for row in found] == [key.hex for key in rows.values_list("pk", flat=True)]


def test_a_part_of_the_rows_found_by_what_others_say_are_those_of_values(orders):
    rows = Parcel.objects.filter(order__external_id__in=["A-1", "A-3"]).order_by("order__placed_at", "pk")[1:3]
    assert plain_rows(rows, PARCEL_COLUMNS) == [plain_row(row) for row in rows.values(*PARCEL_COLUMNS)]
    assert plain_rows(Order.objects.none(), ORDER_COLUMNS) == []
    assert plain_rows(Order.objects.filter(pk__in=[]), ORDER_COLUMNS) == []


@pytest.mark.parametrize("parts", [LEGS, PARCELS], ids=["legs", "parcels"])
def test_rows_of_keys_are_those_of_values_for_any_keys(orders, parts):
    keys = [order.pk.hex for order in orders]
    for wanted in (keys, keys[:2], keys[3:], keys[:1], [new_id().hex], [keys[4], new_id().hex], []):
        values = parts._model.objects.filter(order_id__in=wanted).order_by(parts._order_by).values(*parts._columns)
        rows = [plain_row(row) for row in values]
        by_key = {key: [row for row in rows if row["order_id"] == key] for key in wanted}
        found = parts.of(wanted)
        assert {key: found[key] for key in wanted} == by_key


@pytest.mark.parametrize("model", [Order, Leg, Parcel, Event, OrderWord], ids=lambda model: model.__name__)
def test_a_row_that_is_inserted_is_one_that_bulk_create_writes(orders, model):
    index_orders_of(Event.objects.all())
    plain = vars_of(model.objects.first())
    written = []
    for write in (model._default_manager.bulk_create, insert_rows):
        row = model(**plain | ANEW.get(model, dict)() | {"id": new_id()})
        write([row])
        assert not row._state.adding
        written.append(kept(row))
        row.delete()
    assert written[0] == written[1]


ANEW = {  # what no two rows may share
    Order: lambda: {"external_id": None, "tracking_token": new_tracking_token()},
    Leg: lambda: {"sequence": 2},
    Parcel: lambda: {"barcode": "B-7"},
}


def kept(row):
    """What the database itself has in the columns that are not the row's own."""
    return in_database(row, [field for field in row._meta.concrete_fields if not field.unique])


def stored(row, name):
    """What the database itself has in a column."""
    return in_database(row, [row._meta.get_field(name)])


def in_database(row, fields):
    if connection.vendor == "mongodb":
        return type(row).objects.values(*(field.attname for field in fields)).get(pk=row.pk)
    named = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    key = row.pk if connection.features.has_native_uuid_field else row.pk.hex
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {named} FROM {row._meta.db_table} WHERE _id = %s", [key])  # noqa: S608
        return [json.loads(value) if str(value)[:1] in ("[", "{") else value for value in cursor.fetchone()]


CHANGES = {
    Leg: lambda cast: {
        "status": LegStatus.ASSIGNED,
        "courier_id": cast.bo.pk,
        "epoch": 3,
        "status_since": clock.now(),
        "picked_up_at": None,
        "skills": ["cold"],
        "is_pinned": True,
        "pickup_lat": 48.5,
        "unassigned_reason": "",
    },
    Order: lambda _: {"pickup": {"address": "été", "lat": 1.5}, "needs_attention": True, "attention_reason": "late"},
}


@pytest.mark.parametrize("model", [Leg, Order], ids=lambda model: model.__name__)
def test_a_row_that_is_changed_is_one_that_django_changes(orders, cast, model):
    first, second = model.objects.order_by("-pk")[:2]
    changes = CHANGES[model](cast)
    model.objects.filter(pk=first.pk).update(version=first.version + 1, **changes)
    assert update_version(second, changes) == 1
    names = ("version", *changes)
    assert model.objects.values(*names).get(pk=second.pk) == model.objects.values(*names).get(pk=first.pk)
    of_changes = [column for column in changes if column != "courier_id"]
    assert {name: stored(first, name) for name in of_changes} == {name: stored(second, name) for name in of_changes}


def test_a_row_of_another_version_is_left_as_it_is(orders):
    leg = Leg.objects.first()
    leg.version += 1
    assert update_version(leg, {"epoch": 7}) == 0
    assert Leg.objects.get(pk=leg.pk).epoch == leg.epoch


def test_what_the_database_works_out_and_a_row_may_be_written_too(orders, cast):
    leg = Leg.objects.first()
    assert update_version(leg, {"epoch": F("epoch") + 2, "courier": cast.bo}) == 1
    found = Leg.objects.get(pk=leg.pk)
    assert (found.epoch, found.courier_id, found.version) == (leg.epoch + 2, cast.bo.pk, leg.version + 1)


def test_more_rows_than_a_statement_takes_are_written_all(cast):
    events = [Event(name="Many", payload={"number": number}) for number in range(500)]
    insert_rows(events)
    assert [row.payload["number"] for row in Event.objects.filter(name="Many").order_by("id")] == list(range(500))
    insert_rows([])


def test_what_is_taken_is_refused(orders):
    taken = Order(**{**vars_of(orders[1]), "id": new_id(), "tracking_token": new_tracking_token()})
    with pytest.raises(IntegrityError):
        insert_rows([taken])


def vars_of(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_rows_of_keys_are_one_query_and_of_none_no_query(orders):
    for keys, queries in (([order.pk.hex for order in orders], 1), ([], 0)):
        with CaptureQueriesContext(connection) as asked_for:
            LEGS.of(keys)
        assert len(asked_for) == queries


def test_rows_are_sorted_by_what_they_are_asked_to_whichever_column_is_read_first(orders):
    newest_first = plain_rows(Order.objects.order_by("-pk"), ("external_id",))
    assert [row["external_id"] for row in newest_first] == [f"A-{number}" for number in range(4, -1, -1)]
