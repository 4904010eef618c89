"""What robot couriers do with their bodies: pure, the time is passed in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from apps.core.geo import Point, distance_m
from apps.simulation.robots.body import Body
from apps.simulation.robots.itinerary import Stop, next_visit
from apps.simulation.robots.riding import CityVehicle, Ride, WholeMinuteVehicle

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
HERE, BAKERY, HOME = Point(48.85, 2.35), Point(48.86, 2.35), Point(48.86, 2.36)
SERVICE = timedelta(minutes=4)


class TenMinutes:
    """A vehicle that takes ten minutes for everything."""

    def duration(self, start, end):
        return timedelta(minutes=10) if start != end else timedelta()


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def pickup(leg="a", point=BAKERY, ready=0.0, **changes):
    return replace(Stop("pickup", leg, 1, "assigned", point, at(ready), SERVICE), **changes)


def dropoff(leg="a", point=HOME, **changes):
    return replace(Stop("dropoff", leg, 1, "assigned", point, None, SERVICE), **changes)


def body():
    return Body(HERE, TenMinutes(), NOON)


def kinds(actions):
    return [(action.kind, action.fields["leg_id"], (action.at - NOON).total_seconds() / 60) for action in actions]


def lived(rider, route, until, step_min=1.0):
    """Live in small steps. Returns everything that was done."""
    actions, minutes = [], 0.0
    while minutes <= until:
        actions += rider.advance(at(minutes), route)[0]
        minutes += step_min
    return kinds(actions)


def test_a_delivery_takes_ride_half_a_service_and_half_a_service_again():
    assert lived(body(), [pickup(), dropoff()], until=60) == [
        ("arrive", "a", 10),
        ("pick_up", "a", 12),  # half of the four minutes, then the other half, then ten on the way
        ("arrive", "a", 24),
        ("deliver", "a", 26),
    ]


@pytest.mark.parametrize("step_min", [0.25, 1.0, 7.0, 60.0])
def test_looking_seldom_does_not_make_a_courier_slow(step_min):
    assert lived(body(), [pickup(), dropoff()], until=60, step_min=step_min)[-1] == ("deliver", "a", 26)


def test_a_courier_waits_for_what_is_not_ready():
    done = lived(body(), [pickup(ready=30), dropoff()], until=60)
    assert done[1:3] == [("pick_up", "a", 30), ("arrive", "a", 42)]


def test_two_parcels_at_one_door_are_picked_up_in_one_visit_when_both_are_ready():
    route = [pickup("a", ready=5), pickup("b", ready=20), dropoff("a"), dropoff("b", point=HERE)]
    done = lived(body(), route, until=90)
    assert done[:4] == [("arrive", "a", 10), ("arrive", "b", 10), ("pick_up", "a", 20), ("pick_up", "b", 20)]
    assert done[4:] == [("arrive", "a", 32), ("deliver", "a", 34), ("arrive", "b", 46), ("deliver", "b", 48)]


def test_pickups_at_different_doors_are_different_visits():
    assert next_visit([pickup("a"), pickup("b", point=HERE)]) == (pickup("a"),)


def test_a_dropoff_is_a_visit_of_its_own():
    assert next_visit([dropoff("a"), dropoff("b")]) == (dropoff("a"),)


def test_nobody_sets_out_before_hearing_of_the_work():
    rider = body()
    rider.advance(at(0), [])
    rider.advance(at(5), [])
    rider.advance(at(9), [pickup(), dropoff()])
    actions, _ = rider.advance(at(19), [pickup(), dropoff()])
    assert kinds(actions) == [("arrive", "a", 19)]


def test_work_known_before_leaving_is_gone_for_at_once():
    rider, route = body(), [pickup(), dropoff(), pickup("b", point=HERE), dropoff("b")]
    assert lived(rider, route, until=40, step_min=3)[-1] == ("arrive", "b", 38)


def test_a_rider_is_on_the_straight_line_meanwhile():
    rider = body()
    rider.advance(at(0), [pickup()])
    assert rider.position(at(5)) == Point((HERE.lat + BAKERY.lat) / 2, HERE.lon)


def test_a_rider_who_is_called_elsewhere_turns_round_where_they_are():
    rider = body()
    rider.advance(at(0), [pickup()])
    rider.advance(at(5), [pickup("b", point=HOME)])
    assert rider.ride is not None
    assert rider.ride.start == Point((HERE.lat + BAKERY.lat) / 2, HERE.lon)
    assert rider.ride.departs_at == at(5)


def test_work_that_is_taken_away_stops_the_ride():
    rider = body()
    rider.advance(at(0), [pickup()])
    actions, next_at = rider.advance(at(5), [])
    assert (actions, next_at) == ([], None)
    assert rider.position(at(9)) == rider.position(at(5))


def test_what_was_done_is_not_done_again_while_the_platform_does_not_know_yet():
    rider, route = body(), [pickup(), dropoff()]
    lived(rider, route, until=12)
    actions, _ = rider.advance(at(13), route)
    assert actions == []


def test_what_was_refused_is_done_again():
    rider, route = body(), [pickup(), dropoff()]
    lived(rider, route, until=12)
    rider.forget(pickup().key)
    assert lived(rider, route, until=60)[:2] == [("arrive", "a", 14), ("pick_up", "a", 16)]


def test_a_leg_that_comes_back_in_another_epoch_is_new_work():
    rider = body()
    lived(rider, [pickup(), dropoff()], until=12)
    again = [pickup(epoch=3), dropoff(epoch=3)]
    assert ("pick_up", "a", 16) in lived(rider, again, until=30)


def test_a_courier_who_wakes_up_at_the_door_does_not_arrive_twice():
    rider = Body(BAKERY, TenMinutes(), NOON)
    done = lived(rider, [pickup(leg_status="at_pickup"), dropoff()], until=3)
    assert done == [("pick_up", "a", 2)]


def test_a_courier_is_idle_only_when_the_last_service_is_over():
    rider = body()
    lived(rider, [dropoff()], until=13)
    assert not rider.is_idle([dropoff()])
    lived(rider, [dropoff()], until=14)
    assert rider.is_idle([dropoff()])


def test_a_city_ride_is_the_detour_at_the_vehicles_speed():
    hours = distance_m(HERE, BAKERY) * 1.3 / 1000 / 15
    assert CityVehicle(15, 1.3).duration(HERE, BAKERY) == timedelta(hours=hours)


@pytest.mark.parametrize(("metres", "minutes"), [(0, 0), (1, 1), (320, 1), (321, 2), (3200, 10), (3201, 11)])
def test_rides_of_the_library_take_whole_minutes_rounded_up(metres, minutes):
    north = Point(HERE.lat + metres / distance_m(HERE, Point(HERE.lat + 1, HERE.lon)), HERE.lon)
    assert WholeMinuteVehicle(320).duration(HERE, north) == timedelta(minutes=minutes)


def test_a_ride_of_no_time_is_at_its_end():
    assert Ride(HERE, HOME, NOON, NOON).position(NOON) == HOME
