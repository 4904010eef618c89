"""Habits of people: drawn from a seed, so that a day can be had again; each as often as it says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from apps.core.geo import Point
from apps.simulation.robots.counts import HabitCounts
from apps.simulation.robots.habits import BY_NAME, HUMAN, IDEAL, Habits
from apps.simulation.robots.hours import Span
from apps.simulation.robots.mishaps import NO_MISHAPS, draw_mishaps
from apps.simulation.robots.offers import OfferHabits
from apps.simulation.robots.riding import CityVehicle, Dawdling

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
SHIFT = Span(NOON, NOON + timedelta(hours=4))
BATCH = 2_000


def drawn(habits=HUMAN, shift=SHIFT):
    return [draw_mishaps(habits, shift, Random(f"{seed}")) for seed in range(BATCH)]


def minutes(span):
    return (span.ends_at - span.starts_at) / timedelta(minutes=1)


def test_the_same_seed_has_the_same_bad_day_and_another_one_has_not():
    assert drawn() == drawn()
    assert len({mishaps.outages for mishaps in drawn()}) == BATCH


def test_an_ideal_shift_has_no_mishaps():
    assert set(drawn(IDEAL)) == {NO_MISHAPS}


def test_mishaps_of_people_are_as_long_and_as_many_as_said():
    days = drawn()
    outages = [outage for day in days for outage in day.outages]
    assert {len(day.outages) for day in days} == {1, 2, 3, 4}
    assert 1 <= min(map(minutes, outages)) < 1.1
    assert 7.9 < max(map(minutes, outages)) <= 8
    flat = [day.flat_battery for day in days if day.flat_battery]
    assert len(flat) / BATCH == pytest.approx(HUMAN.flat_batteries_share, abs=0.03)
    assert 5 <= min(map(minutes, flat)) < max(map(minutes, flat)) <= 20
    pauses = [day.pause for day in days if day.pause]
    assert len(pauses) / BATCH == pytest.approx(HUMAN.pauses_share, abs=0.03)
    assert set(map(minutes, pauses)) == {10}


def test_mishaps_happen_within_the_shift():
    for day in drawn():
        spans = [span for span in (*day.outages, day.flat_battery, day.pause) if span]
        assert all(SHIFT.starts_at <= span.starts_at < span.ends_at <= SHIFT.ends_at for span in spans)


def test_a_shift_shorter_than_a_mishap_begins_with_it():
    short = Span(NOON, NOON + timedelta(minutes=2))
    assert {day.pause.starts_at for day in drawn(shift=short) if day.pause} == {NOON}


def test_one_habit_can_be_changed_without_another_day_for_the_rest():
    patient = drawn(replace(HUMAN, pauses_share=0.0))
    assert [day.outages for day in patient] == [day.outages for day in drawn()]
    assert [day.flat_battery for day in patient] == [day.flat_battery for day in drawn()]
    assert not any(day.pause for day in patient)


def answered(habits, offers):
    """What became of offers that stay until they run out."""
    counts = HabitCounts()
    mind = OfferHabits(habits, Random("mind"), counts)
    ids, kinds, waits = [f"off_{number}" for number in range(offers)], [], []
    for second in range(31):
        actions, _ = mind.answer(ids, NOON + timedelta(seconds=second))
        kinds += [action.kind for action in actions]
        waits += [second] * len(actions)
    return kinds, waits, counts


def test_people_decline_some_offers_ignore_some_and_take_the_rest_after_a_while():
    kinds, waits, counts = answered(HUMAN, BATCH)
    assert kinds.count("decline_offer") == counts.declined
    assert BATCH - len(kinds) == counts.ignored
    assert counts.declined / BATCH == pytest.approx(0.05, abs=0.015)
    assert counts.ignored / BATCH == pytest.approx(0.05, abs=0.015)
    assert min(waits) >= 2
    assert max(waits) <= 13  # looked at once a second


def test_an_ideal_courier_takes_every_offer_at_once():
    kinds, waits, counts = answered(IDEAL, 50)
    assert (set(kinds), set(waits), counts) == ({"accept_offer"}, {0}, HabitCounts())


def test_an_offer_is_answered_once_and_the_next_look_is_told():
    mind = OfferHabits(Habits(answers_after_s=(4, 4)), Random(1), HabitCounts())
    assert mind.answer(["off_1"], NOON) == ([], NOON + timedelta(seconds=4))
    actions, next_at = mind.answer(["off_1"], NOON + timedelta(seconds=4))
    assert [action.fields["offer_id"] for action in actions] == ["off_1"]
    assert next_at is None
    assert mind.answer(["off_1"], NOON + timedelta(seconds=9)) == ([], None)


def test_people_come_to_a_door_up_to_three_minutes_late_and_an_ideal_courier_does_not():
    bike, there = CityVehicle(15, 1.3), (Point(48.85, 2.35), Point(48.86, 2.36))
    late_s = [
        (Dawdling(bike, HUMAN.lateness_s, Random(seed)).duration(*there) - bike.duration(*there)).total_seconds()
        for seed in range(500)
    ]
    assert 0 <= min(late_s) < 5
    assert 175 < max(late_s) <= 180
    assert Dawdling(bike, IDEAL.lateness_s, Random(1)).duration(*there) == bike.duration(*there)


def test_the_habits_have_names():
    assert BY_NAME["ideal"] == Habits()
    assert set(BY_NAME) == {"ideal", "mild", "human"}
