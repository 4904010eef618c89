"""A leg with its order, by a statement that was worked out once: what Django's own query gives."""

import pytest

from apps.core.ids import new_id
from apps.orders.errors import LegNotFound
from apps.orders.models import Leg
from apps.orders.selectors.legs import leg_with_order
from tests.cast import Cast, placed

pytestmark = pytest.mark.django_db


def columns_of(row):
    """Each column with its value and its type: a key that came as text would not be equal to itself elsewhere."""
    found = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: (type(value), value) for name, value in found.items()}


def test_a_leg_with_its_order_is_as_django_reads_it(cast: Cast):
    for _ in range(2):  # worked out, then known
        order, leg = placed(cast)
        known, whole = leg_with_order(leg.pk), Leg.objects.select_related("order").get(pk=leg.pk)
        assert type(known) is Leg
        assert columns_of(known) == columns_of(whole)
        assert columns_of(known.order) == columns_of(whole.order)
        assert known.order.pk == order.pk


def test_its_order_is_at_hand(cast: Cast, django_assert_num_queries):
    _, leg = placed(cast)
    leg_with_order(leg.pk)
    with django_assert_num_queries(1):
        assert leg_with_order(leg.pk).order.amount_cents


def test_it_can_be_written_like_any_row(cast: Cast):
    _, leg = placed(cast)
    leg_with_order(leg.pk).swap(unassigned_reason="planned")
    leg.refresh_from_db()
    assert (leg.unassigned_reason, leg.version) == ("planned", 1)


def test_nothing_is_remembered_of_what_was_found(cast: Cast):
    _, leg = placed(cast)
    assert leg_with_order(leg.pk).unassigned_reason == ""
    Leg.objects.filter(pk=leg.pk).update(unassigned_reason="planned")
    assert leg_with_order(leg.pk).unassigned_reason == "planned"


def test_a_key_that_is_not_there_finds_nothing(cast: Cast):
    with pytest.raises(LegNotFound):
        leg_with_order(new_id())
