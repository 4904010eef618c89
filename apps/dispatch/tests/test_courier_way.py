"""Where a courier's way can be planned from: what he is doing is finished first, in place."""

from apps.core.geo import Point
from apps.dispatch.courier_way import RemainingStop, way_of
from apps.dispatch.engine import OpenLeg, StopKind

HERE, KITCHEN, DOOR = Point(48.85, 2.35), Point(48.86, 2.35), Point(48.87, 2.36)
NOW = 10_000.0


def leg(name="a", **changes):
    fields = {"ready_at": 0.0, "placed_at": 0.0, "pickup_service_s": 120.0, "dropoff_service_s": 60.0, "parcels": 2}
    return OpenLeg(name, KITCHEN, DOOR, "kitchen", **{**fields, **changes})


def pickup(of, **changes):
    return RemainingStop(StopKind.PICKUP, of, **changes)


def dropoff(of, **changes):
    return RemainingStop(StopKind.DROPOFF, of, **changes)


def test_a_courier_with_nothing_to_do_is_free_where_he_is():
    way = way_of(HERE, [], now=NOW)
    assert (way.position, way.free_at, way.stops, way.fixed_stops) == (HERE, NOW, (), 0)


def test_a_courier_on_his_way_gets_there_first():
    way = way_of(HERE, [pickup(leg()), dropoff(leg())], now=NOW)
    assert (way.position, way.free_at, way.fixed_stops) == (HERE, NOW, 1)
    assert [stop.kind for stop in way.stops] == [StopKind.PICKUP, StopKind.DROPOFF]
    assert way.aboard == ()


def test_a_courier_at_the_kitchen_leaves_when_the_last_parcel_there_is_ready_and_has_it_on_board():
    a, b = leg("a"), leg("b", ready_at=NOW + 300)
    way = way_of(HERE, [pickup(a, arrived_at=NOW - 30), pickup(b), dropoff(a), dropoff(b)], now=NOW)
    assert (way.position, way.free_at, way.fixed_stops) == (KITCHEN, NOW + 360, 0)
    assert [(stop.leg.id, stop.picked_up_at) for stop in way.stops] == [("a", NOW + 30), ("b", NOW + 300)]
    assert way.aboard == (a, b)


def test_a_courier_at_a_door_is_free_there_when_the_service_is_over():
    way = way_of(HERE, [dropoff(leg(), arrived_at=NOW - 20), dropoff(leg("b"), picked_up_at=NOW - 500)], now=NOW)
    assert (way.position, way.free_at, way.finishing) == (DOOR, NOW + 40, 1)
    assert [(stop.leg.id, stop.picked_up_at) for stop in way.stops] == [("b", NOW - 500)]


def test_a_courier_who_should_have_left_long_ago_is_not_free_in_the_past():
    way = way_of(HERE, [dropoff(leg(), arrived_at=NOW - 900)], now=NOW)
    assert way.free_at == NOW + 30
