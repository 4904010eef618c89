"""Moving one leg, by example. A bike does 5 m/s: 1,000 m are 200 s."""

import numpy as np
from hypothesis import given, settings

from apps.dispatch.engine.market import Market, couriers_on_duty
from apps.dispatch.engine.routes.relocate import relocate
from apps.dispatch.engine.routes.state import NOBODY, make_scratch
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


def relocate_all(t, routes, *, skip_min=0.0, most_legs=5):
    return relocate(t, routes, np.arange(len(routes.courier_of)), (skip_min, most_legs), make_scratch(5))


def test_a_leg_left_out_is_put_where_it_costs_least():
    legs = [make_leg("a"), make_leg("b", pickup=at(2_000), dropoff=at(2_500))]
    t, routes = make_routes(make_market([make_courier()], legs), (0, (0,)))
    assert relocate_all(t, routes) == 1
    assert groups_of(routes, 0) == [[0], [1]]


def test_a_leg_of_the_same_place_joins_the_pickup():
    legs = [make_leg(name, pickup_place="bistro") for name in "ab"]
    t, routes = make_routes(make_market([make_courier()], legs), (0, (0,)))
    relocate_all(t, routes)
    assert sorted(map(sorted, groups_of(routes, 0))) == [[0, 1]]


def test_a_leg_moves_to_an_idle_courier_next_door():
    legs = [make_leg("a"), make_leg("b")]
    t, routes = make_routes(make_market([make_courier("bo"), make_courier("cy")], legs))
    lay_out(t, routes, 0, [0], [1])
    assert relocate_all(t, routes) == 1
    assert [len(groups_of(routes, courier)) for courier in (0, 1)] == [1, 1]


def test_a_leg_already_at_its_ideal_time_stays():
    legs = [make_leg("a", ready_at=3_600.0)]
    busy, idle = make_courier("busy", legs_done=9), make_courier("idle")
    t, routes = make_routes(make_market([busy, idle], legs), (0, (0,)))
    assert relocate_all(t, routes, skip_min=0.5) == 0
    assert groups_of(routes, 0) == [[0]]


def test_no_route_grows_beyond_the_most_legs():
    t, routes = make_routes(make_market([make_courier()], [make_leg(name) for name in "abc"]), (0, (0,)))
    relocate_all(t, routes, most_legs=2)
    assert routes.length.tolist() == [2]
    assert (routes.courier_of == NOBODY).sum() == 1


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_every_move_leaves_valid_routes_that_cost_less(snapshot):
    on_duty = couriers_on_duty(snapshot)
    if not on_duty or not snapshot.legs:
        return
    t, routes = make_routes(Market.of(snapshot, on_duty, snapshot.legs))
    before = worth_min(t, routes)
    for _ in range(3):
        moved = relocate_all(t, routes)
        check_consistent(t, routes)
        after = worth_min(t, routes)
        assert after < before if moved else after == before
        before = after
