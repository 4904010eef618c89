"""A courier with what they refer to, by a statement that was worked out once: what Django's own query gives."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from apps.core.known_queries import MOST_KEYS, KnownQuery, KnownRows
from apps.couriers.models import Courier, Shift
from apps.couriers.selectors import courier_on_shift
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_row_that_refers_to_nothing_says_so(cast: Cast):
    couriers = KnownRows(lambda key: Courier.objects.select_related("shift", "fleet").filter(pk=key))
    found = couriers.first(cast.bo.pk)
    assert found is not None
    assert (found.shift, found.fleet.pk) == (Courier.objects.get(pk=cast.bo.pk).shift, cast.fleet.pk)
    Courier.objects.filter(pk=cast.bo.pk).update(shift=None)
    found = couriers.first(cast.bo.pk)
    assert found is not None
    assert found.shift is None


def test_a_courier_on_shift_has_all_at_hand(cast: Cast, django_assert_num_queries):
    courier_on_shift(cast.bo.pk)
    with django_assert_num_queries(1):
        courier = courier_on_shift(cast.bo.pk)
        assert courier.shift is not None
        assert (courier.shift.zone.name, courier.vehicle.kind, courier.fleet.name) == ("Paris", "bike", "Vélo Express")


def test_columns_by_a_key_and_a_text_are_those_of_the_query(cast: Cast):
    def rows(fleet_id: UUID, name: str):
        return Courier.objects.filter(fleet_id=fleet_id, name=name).values_list("pk", "load_legs", "name")

    couriers = KnownQuery(rows)
    for name in (cast.bo.name, cast.cy.name, "Nobody", cast.bo.name):
        assert couriers.first(cast.fleet.pk, name) == rows(cast.fleet.pk, name).first()
    assert couriers.first(cast.zone.pk, cast.bo.name) is None


def test_a_row_is_as_django_makes_it(cast: Cast):
    known = KnownRows(lambda key: Courier.objects.select_related("vehicle", "shift__zone").filter(pk=key))
    found, django = known.first(cast.bo.pk), Courier.objects.select_related("vehicle", "shift__zone").get(pk=cast.bo.pk)
    assert found is not None
    assert found == django
    assert found.shift is not None
    assert django.shift is not None
    pairs = ((found, django), (found.vehicle, django.vehicle), (found.shift.zone, django.shift.zone))
    for one, other in pairs:
        names = [field.attname for field in other._meta.concrete_fields]
        assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
        assert (one._state.adding, one._state.db) == (False, "default")
    found.swap(name="Robert")
    assert Courier.objects.get(pk=cast.bo.pk).name == "Robert"


def test_what_was_left_out_is_read_when_it_is_asked_for(cast: Cast, django_assert_num_queries):
    known = KnownRows(lambda key: Courier.objects.filter(pk=key).only("name"))
    known.first(cast.bo.pk)
    with django_assert_num_queries(1):
        found = known.first(cast.bo.pk)
        assert found is not None
        assert found.name == cast.bo.name
    with django_assert_num_queries(1):
        assert found.phone == cast.bo.phone


@pytest.mark.parametrize("others", [0, 1, 7, MOST_KEYS + 1])
def test_rows_of_as_many_keys_as_one_likes(cast: Cast, others: int):
    known = KnownRows(lambda *keys: Courier.objects.filter(pk__in=keys).order_by("name"))
    keys = [cast.cy.pk, cast.bo.pk, *(uuid4() for _ in range(others))]
    for _ in range(2):
        assert known.all(*keys) == [cast.bo, cast.cy]


def test_without_a_key_there_is_nothing_to_ask(cast: Cast, django_assert_num_queries):
    known = KnownRows(lambda *keys: Courier.objects.filter(pk__in=keys))
    for _ in range(2):
        with django_assert_num_queries(0):
            assert known.all() == []
    assert known.all(cast.bo.pk) == [cast.bo]


def test_rows_by_times(cast: Cast):
    known = KnownRows(
        lambda after, until: Shift.objects.filter(starts_at__gte=after, starts_at__lt=until).order_by("pk")
    )
    shifts = list(Shift.objects.order_by("pk"))
    first, last = min(shift.starts_at for shift in shifts), max(shift.starts_at for shift in shifts)
    assert known.all(first, last + timedelta(seconds=1)) == shifts
    assert known.all(first - timedelta(days=1), first) == []
