"""The compiled cost and times against the definition in `cost` and the prices of `bundles`."""

import numpy as np
import pytest
from hypothesis import given, settings

from apps.dispatch.engine.bundles import BundleTable, price
from apps.dispatch.engine.cost import leg_cost_min
from apps.dispatch.engine.market import Market, couriers_on_duty
from apps.dispatch.engine.routes.evaluate import evaluate
from apps.dispatch.engine.routes.tables import make_tables
from apps.dispatch.engine.routes.tests.factories import make_market
from apps.dispatch.engine.tests.factories import at, make_courier, make_leg
from apps.dispatch.engine.tests.test_properties import ride_s, snapshots


def evaluated(t, courier, *groups):
    rows = np.array([row for group in groups for row in group], dtype=np.int64)
    joined = np.array([rank > 0 for group in groups for rank in range(len(group))], dtype=np.bool_)
    clock = np.zeros((len(rows), 2))
    return evaluate(t, courier, rows, joined, len(rows), clock), clock


def some_bundles(market):
    """Every leg alone, and the first legs of each place together."""
    by_place = {}
    for row, leg in enumerate(market.legs.legs):
        by_place.setdefault(leg.pickup_place, []).append(row)
    size = market.settings.max_bundle_legs
    return [(row,) for row in range(len(market.legs))] + [tuple(rows[:size]) for rows in by_place.values()]


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_a_route_of_one_group_costs_what_the_matching_says_and_is_possible_when_it_says(snapshot):
    on_duty = couriers_on_duty(snapshot)
    if not on_duty or not snapshot.legs:
        return
    market = Market.of(snapshot, on_duty, snapshot.legs)
    t, members = make_tables(market), some_bundles(market)
    prices = price(BundleTable.of(members, market), market)
    for bundle, rows in enumerate(members):
        for courier in range(len(on_duty)):
            cost, clock = evaluated(t, courier, rows)
            assert np.isfinite(cost) == prices.feasible[bundle, courier]
            if np.isfinite(cost):
                assert cost == pytest.approx(prices.cost_min[bundle, courier], abs=1e-6)
                assert clock[0, 0] == pytest.approx(prices.pickup_at[bundle, courier], abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_a_route_of_several_groups_costs_the_sum_of_its_legs_by_the_one_cost_function(snapshot):
    on_duty = couriers_on_duty(snapshot)
    if not on_duty or len(snapshot.legs) < 2:
        return
    market = Market.of(snapshot, on_duty, snapshot.legs)
    t, rows = make_tables(market), list(range(min(4, len(snapshot.legs))))
    for courier, state in enumerate(on_duty):
        cost, clock = evaluated(t, courier, *[[row] for row in rows])
        if not np.isfinite(cost):
            continue
        here, leaves = state.position, t.couriers["available_at"][courier]
        for i, row in enumerate(rows):
            leg = snapshot.legs[row]
            pickup_at = max(leg.ready_at, leaves + ride_s(here, leg.pickup, state.vehicle) + leg.pickup_service_s / 2)
            ride = ride_s(leg.pickup, leg.dropoff, state.vehicle)
            dropoff_at = pickup_at + leg.pickup_service_s / 2 + ride + leg.dropoff_service_s / 2
            assert clock[i].tolist() == pytest.approx([pickup_at, dropoff_at], abs=1e-3)
            here, leaves = leg.dropoff, dropoff_at + leg.dropoff_service_s / 2
        legs = market.legs
        by_definition = leg_cost_min(
            dropoff_at=clock[:, 1], placed_at=legs.placed_at[rows], due_at=legs.due_at[rows], settings=snapshot.settings
        )
        tie = len(rows) * market.couriers.tie_break_min[courier]
        assert cost == pytest.approx(by_definition.sum() + tie, abs=1e-6)


def test_parcels_count_together_only_while_they_are_on_board_together():
    legs = [make_leg(name, pickup_place="bistro", parcels=3) for name in "ab"]
    t = make_tables(make_market([make_courier()], legs))
    assert not np.isfinite(evaluated(t, 0, [0, 1])[0])
    assert np.isfinite(evaluated(t, 0, [0], [1])[0])


def test_a_later_pickup_after_the_shift_makes_a_route_impossible():
    legs = [make_leg("a"), make_leg("b")]  # b is picked up at 580 + 60 + 200 + 60
    assert np.isfinite(evaluated(make_tables(make_market([make_courier(shift_ends_at=901.0)], legs)), 0, [0], [1])[0])
    too_short = make_tables(make_market([make_courier(shift_ends_at=899.0)], legs))
    assert not np.isfinite(evaluated(too_short, 0, [0], [1])[0])
    assert np.isfinite(evaluated(too_short, 0, [0])[0])


def test_a_route_rides_from_each_drop_off_to_the_next_pickup():
    legs = [make_leg("a"), make_leg("b", pickup=at(2_000), dropoff=at(2_500))]
    _, clock = evaluated(make_tables(make_market([make_courier()], legs)), 0, [0], [1])
    assert clock[0].tolist() == pytest.approx([260, 580], abs=0.1)
    assert clock[1].tolist() == pytest.approx([580 + 60 + 60, 700 + 60 + 100 + 60], abs=0.1)
