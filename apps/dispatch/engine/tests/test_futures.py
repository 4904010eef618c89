"""Looking ahead: what futures are drawn, how they vote, and that no plan is less true or less lawful for it."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.dispatch.engine import Snapshot, StopKind, plan
from apps.dispatch.engine.compiled import COMPILED
from apps.dispatch.engine.futures import futures_of
from apps.dispatch.engine.tests.factories import at, make_courier, make_leg, make_snapshot
from apps.dispatch.engine.tests.plan_checker import check_plan
from apps.dispatch.engine.tests.random_snapshots import NOW, Chance, a_leg, a_snapshot

AT_ONCE = 5
seeds = st.integers(0, 2**40)
searched = pytest.mark.skipif(not COMPILED, reason="only the search looks ahead")


def foreseeing(seed: int) -> Snapshot:
    """A made-up snapshot with made-up legs of the last hour, three futures long."""
    dice = random.Random(f"lately {seed}")
    chance = Chance(dice, tuple(Chance(dice, ()).spot() for _ in range(3)))
    lately = tuple(
        a_leg(chance, f"was {n}", placed_at=NOW - dice.randint(0, 3_000)) for n in range(dice.randint(1, 12))
    )
    snapshot = a_snapshot(seed, futures=3, routes_rounds=dice.choice((1, 6)))
    return replace(snapshot, recent_legs=lately, expected_legs_per_hour=dice.choice((None, 20.0)))


def lately(*, count: int, every_s: float = 60.0) -> tuple:
    return tuple(make_leg(f"was {n}", placed_at=-every_s * n, ready_at=600.0 - every_s * n) for n in range(count))


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_a_plan_that_looks_ahead_breaks_no_limit_and_holds_nothing_that_is_only_expected(seed):
    for k in range(AT_ONCE):
        snapshot = foreseeing(seed + k)
        check_plan(snapshot, plan(snapshot))


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_the_same_snapshot_is_looked_ahead_from_in_the_same_way(seed):
    for k in range(AT_ONCE):
        snapshot = foreseeing(seed + k)
        assert plan(snapshot) == plan(replace(snapshot))


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_what_is_committed_when_looking_ahead_could_not_have_waited_and_says_its_true_times(seed):
    for k in range(AT_ONCE):
        snapshot = foreseeing(seed + k)
        outcome, rules = plan(snapshot), snapshot.settings
        pickups = {
            (route.courier_id, frozenset(stop.leg_ids)): stop
            for route in outcome.routes
            for stop in route.stops
            if stop.kind is StopKind.PICKUP and not stop.is_committed
        }
        for commitment in outcome.commitments:
            pickup = pickups[commitment.courier_id, frozenset(commitment.leg_ids)]
            assert pickup.departs_at < snapshot.now + rules.tick_s + rules.commit_lead_s
            assert (commitment.depart_at, commitment.pickup_at) == (pickup.departs_at, pickup.handover_at)


@searched
def test_of_two_couriers_alike_the_one_that_likely_orders_will_need_stays():
    """Both are as near to the order; behind one of them is the kitchen where everything was ordered lately."""
    kitchen, here = at(1_500, 0), at(0, 0)
    couriers = [make_courier("by the kitchen", position=kitchen), make_courier("far from it", position=at(-1_500, 0))]
    leg = make_leg("now", pickup=here, dropoff=at(0, 600), pickup_place="here", ready_at=0.0)
    lately = tuple(
        make_leg(f"was {at_s}", pickup=kitchen, dropoff=at(1_900, 0), placed_at=-at_s, ready_at=-at_s)
        for at_s in (300.0, 600.0, 900.0, 1_200.0, 1_500.0)
    )
    snapshot = make_snapshot(couriers, [leg], tick_s=60.0)
    assert plan(snapshot).commitments[0].courier_id == "by the kitchen", "without looking ahead, the first of two alike"
    ahead = replace(snapshot, recent_legs=lately, expected_legs_per_hour=12.0)
    assert [commitment.courier_id for commitment in plan(ahead).commitments] == ["far from it"]


def test_futures_are_legs_of_the_last_hour_placed_again_in_the_next_minutes():
    snapshot = replace(make_snapshot([make_courier()], []), recent_legs=lately(count=30))
    rules = snapshot.settings
    futures = futures_of(snapshot, 0)
    assert len(futures) == rules.futures
    for leg in (leg for future in futures for leg in future):
        assert snapshot.now <= leg.placed_at <= snapshot.now + rules.future_s
        assert leg.ready_at - leg.placed_at == pytest.approx(600.0)
    assert len({leg.id for future in futures for leg in future}) == sum(map(len, futures))


@pytest.mark.parametrize(("said", "often"), [(None, 60.0), (120.0, 120.0), (0.0, 0.0)])
def test_as_many_are_expected_as_the_forecast_says_or_as_came_lately(said, often):
    snapshot = replace(
        make_snapshot([make_courier()], [], futures=400), recent_legs=lately(count=30), expected_legs_per_hour=said
    )
    futures = futures_of(snapshot, 0)
    mean = sum(map(len, futures)) / len(futures)
    assert mean == pytest.approx(often / 3_600 * snapshot.settings.future_s, rel=0.1)


@pytest.mark.parametrize(
    "changes",
    [{"recent_legs": ()}, {"recent_legs": lately(count=60, every_s=1_000.0)[4:]}, {"recent_legs": lately(count=4)}],
    ids=["nothing known", "nothing lately", "too few"],
)
def test_where_little_is_known_of_the_last_hour_nothing_is_expected(changes):
    assert futures_of(replace(make_snapshot([make_courier()], []), **changes), 0) == ()


def test_a_large_plan_expects_nothing():
    snapshot = replace(make_snapshot([make_courier()], []), recent_legs=lately(count=30))
    assert futures_of(snapshot, snapshot.settings.futures_max_legs + 1) == ()
