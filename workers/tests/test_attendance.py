"""The sweep looks for couriers who do not come, and for shifts that nobody ends."""

from datetime import timedelta

import pytest

from apps.core.models import Event
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Shift
from apps.couriers.services import end_shift
from tests.broker import losing_everything
from workers.maintenance import sweep

pytestmark = pytest.mark.django_db


def told():
    return list(Event.objects.filter(name__startswith="Shift").order_by("id").values_list("name", flat=True))


def swept():
    with losing_everything():
        sweep()
        sweep()


def test_it_tells_of_who_is_late_and_who_never_came_once_each(cast, hand_clock):
    end_shift(courier_id=cast.bo.pk)
    at = hand_clock()
    Shift.objects.create(courier=cast.bo, zone=cast.zone, starts_at=at, ends_at=at + timedelta(hours=3))
    hand_clock.advance(minutes=11)
    swept()
    assert told() == ["ShiftLate"]
    hand_clock.advance(hours=3)
    swept()
    assert told() == ["ShiftLate", "ShiftMissed"]


def test_it_ends_what_was_forgotten(cast, hand_clock):
    hand_clock.advance(hours=10)
    swept()
    assert told() == ["ShiftForgotten"] * 2
    assert set(Courier.objects.values_list("status", flat=True)) == {CourierStatus.OFF_DUTY}
