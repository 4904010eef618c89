"""A courier with what they refer to, by a statement that was worked out once: what Django's own query gives."""

from uuid import UUID

import pytest

from apps.core.known_queries import KnownQuery, KnownRows
from apps.couriers.models import Courier
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
