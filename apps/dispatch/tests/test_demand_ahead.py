"""What the engine is told of orders placed lately: read once, and the same as if it were read every time."""

from datetime import timedelta

import pytest

from apps.core import clock, short_memory
from apps.dispatch.eligibility import Networks
from apps.dispatch.services.demand_ahead import DemandAhead, PlacedLeg, demand_ahead
from apps.dispatch.services.engine_words import ServiceTimes
from apps.orders.models import Leg
from apps.zones.models import Zone
from tests.cast import Cast, placed, ready_in

pytestmark = pytest.mark.django_db


def told(zone: Zone) -> DemandAhead:
    """What the engine is told at this moment."""
    networks = Networks.in_zone(zone.pk, [])
    return demand_ahead(zone, ServiceTimes.of(zone), networks, clock.now())


def told_anew(zone: Zone) -> DemandAhead:
    """The same by a process that knows nothing yet."""
    short_memory.forget_everything()
    return told(zone)


def ids(demand: DemandAhead) -> list[str]:
    """Which legs, the newest first."""
    return [leg.id for leg in demand.recent_legs]


def test_every_order_of_the_last_hour_is_told_and_none_that_is_older(cast: Cast, hand_clock):
    legs = []
    for minutes in (0, 7, 20, 30, 2, 1, 40):
        hand_clock.advance(minutes=minutes)
        legs.append(placed(cast)[1])
        since = clock.now() - timedelta(hours=1)
        expected = [str(leg.pk) for leg in reversed(legs) if leg.placed_at > since]
        assert ids(told(cast.zone)) == expected
        assert told(cast.zone) == told_anew(cast.zone)


def test_an_order_that_is_seen_late_is_told_all_the_same(cast: Cast, hand_clock):
    _, first = placed(cast)
    hand_clock.advance(seconds=40)
    _, second = placed(cast)
    assert len(ids(told(cast.zone))) == 2
    late = placed(cast)[1]
    Leg.objects.filter(pk=late.pk).update(placed_at=first.placed_at + timedelta(seconds=1))
    assert ids(told(cast.zone)) == [str(second.pk), str(late.pk), str(first.pk)]


def test_what_was_booked_ahead_says_nothing_of_the_next_minutes(cast: Cast, hand_clock):
    placed(cast, ready_at=ready_in(120), due_at=ready_in(150))
    assert ids(told(cast.zone)) == []


def test_a_clock_that_was_put_back_tells_of_its_own_hour(cast: Cast, hand_clock):
    _, first = placed(cast)
    hand_clock.advance(minutes=30)
    placed(cast)
    assert len(ids(told(cast.zone))) == 2
    hand_clock.advance(minutes=-20)
    assert ids(told(cast.zone)) == [str(first.pk)]


def test_what_is_known_is_not_read_again(cast: Cast, hand_clock, monkeypatch):
    for _ in range(4):
        hand_clock.advance(minutes=5)
        placed(cast)
    told(cast.zone)
    hand_clock.advance(minutes=5)
    placed(cast)
    made = []
    monkeypatch.setattr(f"{PlacedLeg.__module__}.PlacedLeg", lambda leg: made.append(1) or PlacedLeg(leg))
    assert len(ids(told(cast.zone))) == 5
    assert len(made) == 2  # the new one, and the last minute of what was known
