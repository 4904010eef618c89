"""Giving out legs of a plan: all at once where nobody was faster, else each on its own."""

import pytest

from apps.core.models import Event
from apps.couriers.models import Courier
from apps.dispatch import engine
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment
from apps.dispatch.selectors import route_of
from apps.dispatch.services import assign_leg
from apps.dispatch.services.giving import Given, GivenOut, give_out
from apps.dispatch.services.zone_view import load_zone
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order
from apps.orders.services import StopDetails
from tests.cast import Cast, Point, placed

pytestmark = pytest.mark.django_db

DOORS = [Point(48.855 + 0.001 * k, 2.355 - 0.001 * k) for k in range(3)]


@pytest.fixture
def three(cast: Cast, hand_clock):
    """Three orders that are ready, a view of their zone, and what a plan gives of them to Bo, at the door."""
    for door in DOORS:
        placed(cast, dropoff=StopDetails("a door", door.lat, door.lon))
    view = load_zone(cast.zone.pk)
    route = next(route for route in engine.plan(view.snapshot).routes if route.courier_id == str(cast.bo.pk))
    at = {(stop.kind, leg_id): stop.handover_at for stop in route.stops for leg_id in stop.leg_ids}
    courier = view.couriers[route.courier_id]
    given = [
        Given(view.legs[key], courier, route, at["pickup", key], at["dropoff", key], {"others": [], "excluded": []})
        for key in route.leg_ids
    ]
    assert len(given) == 3
    return view, given


def what_stands(cast):
    """All that giving out writes, but for keys and versions."""
    assignments = Assignment.objects.order_by("leg_id").values(
        "leg_id", "courier_id", "epoch", "why", "expected_pickup_at", "expected_dropoff_at", "payout_cents", "is_live"
    )
    moved = [{**event.payload, "event": event.name} for event in Event.objects.filter(name="LegMoved").order_by("pk")]
    courier = Courier.objects.get(pk=cast.bo.pk)
    return (
        list(assignments),
        [(stop.kind, stop.leg.pk) for stop in route_of(cast.bo.pk)],
        [event for event in moved if event["after"] == "assigned"],
        list(Leg.objects.order_by("pk").values("pk", "status", "epoch", "courier_id", "version", "assigned_at")),
        list(Order.objects.order_by("pk").values("pk", "status", "version")),
        (courier.load_legs, courier.version),
    )


def test_all_at_once_and_one_by_one_come_to_the_same(cast, three):
    view, given = three
    undo = {model: list(model.objects.all()) for model in (Leg, Order, Courier)}
    assert give_out(view, given) == GivenOut({str(each.leg.pk) for each in given})
    at_once = what_stands(cast)
    assert (len(at_once[0]), at_once[-1][0]) == (3, 3)

    Assignment.objects.all().delete()
    Event.objects.filter(name="LegMoved").delete()
    for rows in undo.values():
        for row in rows:
            row.save()
    fresh = load_zone(cast.zone.pk)
    for each in given:
        alone = Given(fresh.legs[str(each.leg.pk)], each.courier, each.route, each.pickup_at, each.dropoff_at, each.why)
        give_out(fresh, [alone])
    assert what_stands(cast) == at_once


def test_the_stops_are_where_the_plan_has_them(cast, three):
    view, given = three
    give_out(view, given)
    planned = [(stop.kind, leg_id) for stop in given[0].route.stops for leg_id in stop.leg_ids]
    assert [(stop.kind, str(stop.leg.pk)) for stop in route_of(cast.bo.pk)] == planned
    assert [(stop.kind, str(stop.leg.pk)) for stop in view.routes[str(cast.bo.pk)]] == planned


def test_a_leg_that_went_elsewhere_meanwhile_costs_itself_and_not_the_others(cast, three):
    view, given = three
    assign_leg(leg_id=given[1].leg.pk, courier_id=cast.cy.pk, by=AssignedBy.DISPATCHER)
    done = give_out(view, given)
    assert done == GivenOut({str(given[0].leg.pk), str(given[2].leg.pk)}, lost_races=1)
    has = dict(Assignment.objects.filter(is_live=True).values_list("leg_id", "courier_id"))
    assert has == {
        given[0].leg.pk: cast.bo.pk,
        given[1].leg.pk: cast.cy.pk,
        given[2].leg.pk: cast.bo.pk,
    }
    assert dict(Courier.objects.filter(load_legs__gt=0).values_list("pk", "load_legs")) == {
        cast.bo.pk: 2,
        cast.cy.pk: 1,
    }


def test_a_courier_without_room_for_all_gets_those_that_fit(cast, three):
    view, given = three
    Courier.objects.filter(pk=cast.bo.pk).update(max_legs=2)
    done = give_out(view, given)
    assert (len(done.taken), done.lost_races) == (2, 1)
    assert Courier.objects.get(pk=cast.bo.pk).load_legs == Assignment.objects.filter(is_live=True).count() == 2
    assert Leg.objects.filter(status=LegStatus.OPEN).count() == 1


def test_where_a_gap_between_stops_is_used_up_the_route_is_numbered_anew(cast, three):
    view, given = three
    first, *others = given
    give_out(view, [first])
    Assignment.objects.update(pickup_place=1, dropoff_place=2)
    Courier.objects.filter(pk=cast.bo.pk).update(route_end=2)
    seen = load_zone(cast.zone.pk)
    done = give_out(seen, others)
    assert len(done.taken) == 2
    planned = [(stop.kind, leg_id) for stop in first.route.stops for leg_id in stop.leg_ids]
    assert [(stop.kind, str(stop.leg.pk)) for stop in route_of(cast.bo.pk)] == planned


def test_together_they_cost_half_of_what_they_cost_alone(three, django_assert_max_num_queries):
    view, given = three
    with django_assert_max_num_queries(3 + 4 * len(given) + 1 + 2):  # reads; each; assignments; the transaction
        give_out(view, given)
