"""The stage as the planner sees it: with and without the compiler, in a budget, limited in size."""

import random
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings

from apps.dispatch.engine import UnassignedReason, plan, warm
from apps.dispatch.engine.routes import compiled
from apps.dispatch.engine.tests.factories import at, make_courier, make_leg, make_snapshot
from apps.dispatch.engine.tests.test_properties import check_route, snapshots


def a_city(couriers, legs, **settings):
    chance = random.Random(f"{couriers}{legs}")
    spot = lambda: at(chance.uniform(0, 6_000), chance.uniform(0, 6_000))  # noqa: E731
    kitchens = [spot() for _ in range(max(1, legs // 3))]
    people = [make_courier(f"c{n}", position=spot(), free_at=chance.uniform(0, 900)) for n in range(couriers)]
    work = []
    for n in range(legs):
        kitchen = chance.randrange(len(kitchens))
        place = {"pickup": kitchens[kitchen], "pickup_place": f"k{kitchen}", "dropoff": spot()}
        work.append(make_leg(f"l{n}", ready_at=chance.uniform(0, 1_800), **place))
    return make_snapshot(people, work, **settings)


def test_more_legs_than_couriers_are_all_planned():
    outcome = plan(a_city(5, 15))
    assert outcome.unassigned == {}
    assert max(len(route.leg_ids) for route in outcome.routes) > 1


def test_only_the_first_group_of_a_route_is_committed():
    outcome = plan(make_snapshot([make_courier()], [make_leg("a"), make_leg("b"), make_leg("c")]))
    assert len(outcome.routes[0].leg_ids) == 3
    assert [commitment.leg_ids for commitment in outcome.commitments] == [outcome.routes[0].stops[0].leg_ids]


def test_why_names_the_cost_of_the_first_group_not_of_the_route():
    outcome = plan(make_snapshot([make_courier()], [make_leg("a"), make_leg("b")]))
    assert outcome.commitments[0].why.cost_min == pytest.approx(580 / 60, abs=0.01)
    assert outcome.routes[0].cost_min > 580 / 60


def test_without_the_compiler_the_plan_is_that_of_the_matching(monkeypatch):
    snapshot = a_city(5, 15)
    monkeypatch.setattr(compiled, "COMPILED", False)
    assert plan(snapshot) == plan(replace(snapshot, settings=replace(snapshot.settings, routes_rounds=0)))


def test_the_engine_plans_where_numba_is_not_installed():
    lines = [
        "import sys",
        "sys.modules['numba'] = None",
        "from apps.dispatch.engine import warm",
        "from apps.dispatch.engine.routes.compiled import COMPILED",
        "warm()",
        "assert not COMPILED",
    ]
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True, timeout=120)


@settings(max_examples=40, deadline=None)
@given(snapshots())
def test_with_and_without_routes_the_same_limits_hold_and_every_leg_planned_without_is_planned_with(snapshot):
    small = replace(snapshot.settings, max_legs=9, max_couriers=9, routes_plan_legs=99, routes_plan_couriers=99)
    planned = []
    for rounds in (0, 6):
        outcome = plan(replace(snapshot, settings=replace(small, routes_rounds=rounds)))
        for route in outcome.routes:
            check_route(replace(snapshot, settings=small), route)
        planned.append({leg_id for route in outcome.routes for leg_id in route.leg_ids})
    assert planned[0] <= planned[1]


def test_a_budget_that_is_spent_at_once_leaves_a_valid_plan():
    snapshot = a_city(20, 60, routes_budget_s=1e-9)
    outcome = plan(snapshot)
    for route in outcome.routes:
        check_route(snapshot, route)
    planned = [leg_id for route in outcome.routes for leg_id in route.leg_ids]
    assert sorted([*planned, *outcome.unassigned]) == sorted(leg.id for leg in snapshot.legs)


def test_a_plan_beyond_the_size_of_the_stage_says_which_legs_were_not_tried():
    outcome = plan(a_city(2, 12, routes_plan_legs=3, max_bundle_legs=1))
    assert set(outcome.unassigned.values()) == {UnassignedReason.BEYOND_PLAN_SIZE}
    assert sum(len(route.leg_ids) for route in outcome.routes) == 3


def test_more_couriers_than_the_stage_looks_at_still_all_get_their_matched_work():
    outcome = plan(a_city(8, 8, routes_plan_couriers=3, routes_plan_legs=3, max_bundle_legs=1))
    assert outcome.unassigned == {}


def test_warming_up_needs_no_snapshot_and_changes_nothing():
    snapshot = a_city(3, 6)
    before = plan(snapshot)
    warm()
    assert plan(snapshot) == before
