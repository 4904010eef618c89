"""Dealing out whole groups anew."""

import numpy as np
from hypothesis import given, settings

from apps.dispatch.engine.market import Market, couriers_on_duty
from apps.dispatch.engine.routes.assign_level import assign_level
from apps.dispatch.engine.routes.relocate import relocate
from apps.dispatch.engine.routes.state import make_scratch
from apps.dispatch.engine.routes.tests.factories import (
    check_consistent,
    groups_of,
    lay_out,
    make_market,
    make_routes,
    worth_min,
)
from apps.dispatch.engine.tests.factories import at, make_courier, make_leg
from apps.dispatch.engine.tests.test_properties import snapshots


def deal_out(t, routes, level=0, *, most_legs=5, candidates=100):
    return assign_level(t, routes, level, limits=(most_legs, candidates), room=make_scratch(5).tried)


def crossed(**courier_changes):
    """Two couriers, each with the leg beside the other."""
    couriers = [make_courier("bo"), make_courier("cy", position=at(9_000), **courier_changes)]
    legs = [make_leg("south", pickup=at(0)), make_leg("north", pickup=at(9_000), dropoff=at(8_000))]
    return make_routes(make_market(couriers, legs), (0, (1,)), (1, (0,)))


def test_two_couriers_with_each_others_work_swap_it():
    t, routes = crossed()
    assert deal_out(t, routes)
    assert (groups_of(routes, 0), groups_of(routes, 1)) == ([[0]], [[1]])
    check_consistent(t, routes)
    assert not deal_out(t, routes), "nothing is left to gain"


def test_a_swap_that_needs_a_third_courier_is_found():
    couriers = [make_courier(name, position=at(3_000 * n)) for n, name in enumerate("abc")]
    legs = [make_leg(name, pickup=at(3_000 * n), dropoff=at(3_000 * n, 500)) for n, name in enumerate("xyz")]
    t, routes = make_routes(make_market(couriers, legs), (0, (1,)), (1, (2,)), (2, (0,)))
    assert deal_out(t, routes)
    assert [groups_of(routes, courier) for courier in range(3)] == [[[0]], [[1]], [[2]]]


def test_only_the_nearest_candidates_are_asked():
    couriers = [make_courier("far", position=at(-9_000)), make_courier("near"), make_courier("there", position=at(900))]
    t, routes = make_routes(make_market(couriers, [make_leg()]), (0, (0,)))
    assert deal_out(t, routes, candidates=1)
    assert routes.courier_of.tolist() == [2]


def test_a_group_stays_together_and_may_go_before_or_behind_other_work():
    couriers = [make_courier("bo", position=at(-6_000)), make_courier("cy")]
    legs = [make_leg("a", pickup_place="bistro"), make_leg("b", pickup_place="bistro"), make_leg("c", ready_at=4_000.0)]
    t, routes = make_routes(make_market(couriers, legs), (0, (0, 1)))
    lay_out(t, routes, 1, [2])
    assert deal_out(t, routes, 0)
    assert groups_of(routes, 1) in ([[0, 1]], [[0, 1], [2]])
    check_consistent(t, routes)


def test_a_level_that_no_route_has_changes_nothing():
    t, routes = crossed()
    before = [array.copy() for array in routes]
    assert not deal_out(t, routes, 1)
    assert all((a == b).all() for a, b in zip(before, routes, strict=True))


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_every_deal_leaves_valid_routes_that_cost_less(snapshot):
    on_duty = couriers_on_duty(snapshot)
    if not on_duty or not snapshot.legs:
        return
    t, routes = make_routes(Market.of(snapshot, on_duty, snapshot.legs))
    relocate(t, routes, np.arange(len(snapshot.legs)), (0.0, 5), make_scratch(5))
    for level in (0, 1, 2, 0):
        before = worth_min(t, routes)
        gained = deal_out(t, routes, level)
        check_consistent(t, routes)
        assert worth_min(t, routes) < before if gained else worth_min(t, routes) == before
