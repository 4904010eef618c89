"""Orders placed come back as orders to expect, by class of day and local hour."""

from datetime import timedelta

import pytest

from apps.dispatch.learning.demand import learn_demand
from apps.dispatch.learning.selectors import demand_forecast
from apps.dispatch.models import FigureKind, LearnedFigure
from tests.cast import placed

pytestmark = pytest.mark.django_db


def place_daily(cast, hand_clock, counts):
    """So many orders at noon of each day, from the clock's Wednesday on."""
    for count in counts:
        for _ in range(count):
            placed(cast)
        hand_clock.advance(days=1)


def test_demand_is_the_mean_of_its_days_drawn_towards_all_days(cast, hand_clock):
    place_daily(cast, hand_clock, [2, 2, 2, 5, 5, 2, 2])  # Wednesday to Tuesday
    learn_demand()
    usual = 20 / 7
    assert demand_forecast(cast.zone, hand_clock.moment) == pytest.approx((10 + 2 * usual) / (5 + 2))
    weekend = LearnedFigure.objects.get(kind=FigureKind.DEMAND, key="weekend/12")
    assert (weekend.value, weekend.samples, weekend.days) == (pytest.approx((10 + 2 * usual) / (2 + 2)), 10, 2)


def test_an_hour_without_orders_expects_none_and_two_weekend_days_are_too_few(cast, hand_clock):
    place_daily(cast, hand_clock, [1] * 7)
    learn_demand()
    night = hand_clock.moment.replace(hour=1)
    assert demand_forecast(cast.zone, night) == 0.0
    saturday = hand_clock.moment + timedelta(days=3)
    assert demand_forecast(cast.zone, saturday) is None


def test_hours_are_those_of_the_zone(cast, hand_clock):
    place_daily(cast, hand_clock, [1] * 7)  # 10:00 in UTC, 12:00 in Paris
    learn_demand()
    keys = LearnedFigure.objects.filter(samples__gt=0).values_list("key", flat=True)
    assert set(keys) == {"weekday/12", "weekend/12"}


def test_days_without_orders_count_and_today_does_not(cast, hand_clock):
    place_daily(cast, hand_clock, [4, 0, 0, 0, 0, 0, 0])
    placed(cast)
    learn_demand()
    weekday = LearnedFigure.objects.get(kind=FigureKind.DEMAND, key="weekday/12")
    assert (weekday.samples, weekday.days) == (4, 5)


def test_a_first_day_teaches_nothing_yet(cast, hand_clock):
    placed(cast)
    assert learn_demand() == 0
    assert demand_forecast(cast.zone, hand_clock.moment) is None


def test_a_second_run_writes_the_same(cast, hand_clock):
    place_daily(cast, hand_clock, [1, 2, 3])
    columns = ("zone_id", "key", "value", "spread", "samples", "days")
    learn_demand()
    first = list(LearnedFigure.objects.order_by("key").values_list(*columns))
    learn_demand()
    assert len(first) == 48
    assert list(LearnedFigure.objects.order_by("key").values_list(*columns)) == first


def test_the_number_of_queries_does_not_grow_with_the_orders(cast, hand_clock, django_assert_max_num_queries):
    place_daily(cast, hand_clock, [3, 3, 3])
    with django_assert_max_num_queries(8):
        learn_demand()
