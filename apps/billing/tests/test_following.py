"""Reading on in the event log: what no message led to is charged all the same, and once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.billing.models import Charge, Handover, LogPosition
from apps.billing.services import settle_order, settle_what_was_missed
from apps.billing.tests.carrying import PICKED_UP, carried
from apps.core.models import Event
from apps.orders.lifecycle import LegStatus
from apps.orders.services import cancel_order

pytestmark = pytest.mark.django_db


def missed() -> int:
    """Read on to this moment."""
    return settle_what_was_missed(settled_after_ms=0)


def test_what_no_message_led_to_is_charged_once(cast, night_rider, own_rider):
    for courier in (cast.bo, night_rider, own_rider):
        carried(cast, courier)
    assert missed() == 2
    assert missed() == 0
    assert Charge.objects.count() == 2


def test_a_handover_that_was_missed_is_noted(cast):
    carried(cast, cast.bo, *PICKED_UP)
    assert missed() == 0
    assert Handover.objects.count() == 1


def test_a_fee_that_was_missed_is_charged(cast):
    leg = carried(cast, cast.bo, LegStatus.ASSIGNED)
    cancel_order(order_id=leg.order_id, reason="late")
    told = Event.objects.get(name="OrderCancelled")
    told.payload["fee_cents"] = 195
    told.save()
    assert missed() == 1
    assert Charge.objects.get().kind == "cancellation"


def test_what_was_charged_already_costs_no_more_queries_however_much_it_is(cast):
    def reading(count: int) -> int:
        LogPosition.objects.all().delete()
        for _ in range(count):
            settle_order(order_id=carried(cast, cast.bo).order_id)
        with CaptureQueriesContext(connection) as asked:
            assert missed() == 0
        return len(asked)

    assert reading(1) == reading(4)


def test_the_last_minute_is_left_until_it_is_surely_written(cast):
    carried(cast, cast.bo)
    assert settle_what_was_missed() == 0
    assert not Charge.objects.exists()
    assert missed() == 1


def test_the_first_look_goes_back_a_day_and_no_further(cast):
    leg = carried(cast, cast.bo)
    week_ms = 7 * 24 * 3_600_000
    for event in Event.objects.all():
        Event.objects.filter(pk=event.pk).delete()
        event.pk = type(event.pk)(int=event.pk.int - (week_ms << 80))
        event.save(force_insert=True)
    assert missed() == 0
    assert settle_order(order_id=leg.order_id)


def test_reading_goes_on_where_it_stopped_in_the_middle_of_a_batch(cast, monkeypatch):
    monkeypatch.setattr("apps.billing.services.following.BATCH", 3)
    for _ in range(3):
        carried(cast, cast.bo)  # five moves each
    assert settle_what_was_missed(batches=2, settled_after_ms=0) == 1
    assert missed() == 2
