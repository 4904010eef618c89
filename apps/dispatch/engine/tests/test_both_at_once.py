"""The same courier carries a tour and takes an urgent leg on the way, where no promise of the tour breaks."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.dispatch.engine import StopKind, UnassignedReason, plan
from apps.dispatch.engine.compiled import COMPILED
from apps.dispatch.engine.tests.factories import at, make_courier, make_leg, make_snapshot
from apps.dispatch.engine.tests.plan_checker import SLACK_S, check_plan
from apps.dispatch.engine.tour_words import TourSearch
from apps.dispatch.engine.tours.planned import plan_tours
from apps.dispatch.engine.tours.tests.snapshots import a_tour_snapshot, under_way

AT_ONCE = 8
QUICK = TourSearch(iterations=120)
seeds = st.integers(0, 2**40)
pytestmark = pytest.mark.skipif(not COMPILED, reason="matched plans put nothing between the stops of a tour")


def two_kinds(seed):
    """A made-up snapshot of which every other leg went into tours: those are under way, the rest is open."""
    everything = a_tour_snapshot(seed)
    slots, urgent = everything.legs[::2], everything.legs[1::2]
    tours = plan_tours(replace(everything, legs=slots), QUICK, {})
    seen = under_way(replace(everything, legs=slots), tours)
    return tours, replace(seen, legs=(*seen.legs, *urgent))


def dropped_at(routes):
    return {
        stop.leg_ids[0]: stop.handover_at for route in routes for stop in route.stops if stop.kind is StopKind.DROPOFF
    }


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_no_urgent_leg_breaks_a_limit_or_a_promise_of_a_tour(seed):
    """The checker rides every route, and holds each committed stop to its limits and to its promise."""
    for k in range(AT_ONCE):
        _, snapshot = two_kinds(seed + k)
        check_plan(snapshot, plan(snapshot))


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_a_tour_under_way_is_late_for_no_urgent_leg(seed):
    for k in range(AT_ONCE):
        tours, snapshot = two_kinds(seed + k)
        planned, then = dropped_at(tours.routes), dropped_at(plan(snapshot).routes)
        for courier in snapshot.couriers:
            for leg in {stop.leg.id: stop.leg for stop in courier.stops}.values():
                ends = [end for end in (leg.promised_at, leg.drop_by) if end is not None]
                if leg.id in then and leg.id in planned and planned[leg.id] <= min(ends, default=0.0):
                    assert then[leg.id] <= min(ends) + SLACK_S


def test_urgent_legs_do_go_between_the_stops_of_tours():
    between = 0
    for seed in range(300):
        _, snapshot = two_kinds(seed)
        for route in plan(snapshot).routes:
            kept = [place for place, stop in enumerate(route.stops) if stop.is_committed]
            between += any(
                not stop.is_committed and kept and kept[0] < place < kept[-1] for place, stop in enumerate(route.stops)
            )
    assert between > 20


def a_tour(due_at):
    """One courier at a hub, with parcels for two doors, the second promised for `due_at`."""
    first = make_leg("first", pickup=at(0), dropoff=at(2_000), pickup_place="hub", due_at=1_500.0)
    second = make_leg("second", pickup=at(0), dropoff=at(4_000), pickup_place="hub", due_at=due_at)
    return make_snapshot([make_courier("bo")], [first, second], riding_price=0.1)


def urgent_with(tour, leg):
    seen = under_way(tour, plan_tours(tour, QUICK, {}))
    return plan(replace(seen, legs=(leg,)))


ON_THE_WAY = make_leg("urgent", pickup=at(2_100), dropoff=at(3_000), placed_at=60.0)


def test_an_urgent_leg_on_the_way_goes_into_the_tour():
    outcome = urgent_with(a_tour(due_at=2_400.0), ON_THE_WAY)
    assert [(stop.kind, stop.leg_ids[0]) for stop in outcome.routes[0].stops][1:] == [
        (StopKind.DROPOFF, "first"),
        (StopKind.PICKUP, "urgent"),
        (StopKind.DROPOFF, "urgent"),
        (StopKind.DROPOFF, "second"),
    ]


def test_an_urgent_leg_that_would_break_a_promise_goes_behind_it():
    tight = a_tour(due_at=1_190.0)  # 120 s at the hub, 800 s on the way, two halves and a whole stop at the doors
    alone = dropped_at(plan_tours(tight, QUICK, {}).routes)
    outcome = urgent_with(tight, ON_THE_WAY)
    assert dropped_at(outcome.routes)["second"] == pytest.approx(alone["second"])
    assert [stop.leg_ids[0] for stop in outcome.routes[0].stops][-2:] == ["urgent", "urgent"]


def test_an_urgent_leg_that_fits_nowhere_says_why():
    urgent = replace(ON_THE_WAY, drop_by=1_000.0)
    outcome = urgent_with(a_tour(due_at=1_190.0), urgent)
    assert outcome.unassigned == {"urgent": UnassignedReason.NO_COURIER_FREE}


def test_another_courier_takes_what_would_break_the_promise_of_the_first():
    tight = a_tour(due_at=1_190.0)
    seen = under_way(tight, plan_tours(tight, QUICK, {}))
    cy = make_courier("cy", position=at(6_000))
    outcome = plan(replace(seen, couriers=(*seen.couriers, cy), legs=(replace(ON_THE_WAY, drop_by=1_700.0),)))
    assert {route.courier_id: route.leg_ids for route in outcome.routes if route.leg_ids} == {"cy": ("urgent",)}
