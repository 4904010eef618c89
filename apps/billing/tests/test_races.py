"""Several readers of the event log at once: each leg is charged once, on one statement."""

import pytest

from apps.billing.models import Charge, Statement
from apps.billing.services import settle_order
from apps.billing.tests.carrying import carried
from apps.core.errors import Conflict
from apps.core.models import Event
from apps.core.tests.racing import race
from tests.cast import assemble_cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_four_readers_of_one_event_charge_once(hand_clock):
    cast = assemble_cast()
    for _ in range(4):
        leg = carried(cast, cast.bo)

        def settle(_: int, order_id=leg.order_id) -> int:
            try:
                return len(settle_order(order_id=order_id))
            except Conflict:
                return 0  # gave up: somebody else was always faster

        assert sum(race(4, settle)) == 1
    assert Charge.objects.count() == Event.objects.filter(name="ChargeMade").count() == 4
    assert Statement.objects.count() == 1


def test_four_first_charges_of_a_month_begin_one_statement(hand_clock):
    cast = assemble_cast()
    legs = [carried(cast, cast.bo) for _ in range(4)]
    race(4, lambda number: settle_order(order_id=legs[number].order_id))
    assert Charge.objects.count() == 4
    assert Statement.objects.count() == 1
