"""Where and when a courier is free: stops in order, waits for what is not ready, one service a visit."""

from uuid import uuid4

import pytest

from apps.core.geo import Point, distance_m
from apps.dispatch.courier_forecast import CourierWork, RemainingStop, forecast
from apps.dispatch.engine import StraightLine, VehicleProfile

BIKE = VehicleProfile("bike", speed_kmh=18.0, detour_factor=1.0)  # 5 m/s
HERE, SHOP, DOOR = Point(48.85, 2.35), Point(48.86, 2.35), Point(48.86, 2.37)
NOW = 1_000.0


def freedom(*stops: RemainingStop):
    key = uuid4()
    return forecast({key: CourierWork(HERE, BIKE, stops)}, travel=StraightLine(), now=NOW)[key]


def pickup(ready_at: float = 0.0, **changes) -> RemainingStop:
    return RemainingStop(SHOP, 240.0, is_pickup=True, ready_at=ready_at, **changes)


def dropoff(**changes) -> RemainingStop:
    return RemainingStop(DOOR, 120.0, is_pickup=False, **changes)


def test_a_courier_with_nothing_to_do_is_free_here_and_now():
    assert (freedom().position, freedom().at) == (HERE, NOW)


def test_rides_and_services_add_up():
    free = freedom(pickup(), dropoff())
    rides = (distance_m(HERE, SHOP) + distance_m(SHOP, DOOR)) / 5.0
    assert free.position == DOOR
    assert free.at == pytest.approx(NOW + rides + 240 + 120)


def test_what_is_not_ready_is_waited_for():
    free = freedom(pickup(ready_at=NOW + 3_600))
    assert free.handovers == (NOW + 3_600,)
    assert free.at == NOW + 3_600 + 120


def test_a_courier_who_is_there_already_does_not_ride_again():
    free = freedom(pickup(arrived_at=NOW - 60))
    assert free.at == pytest.approx(NOW + 60 + 120)


def test_several_legs_of_one_door_are_one_visit():
    together, alone = freedom(pickup(), pickup(ready_at=NOW)), freedom(pickup())
    assert together.at == alone.at


def test_the_same_door_visited_again_later_is_another_visit():
    assert freedom(pickup(), dropoff(), pickup()).at > freedom(pickup(), dropoff()).at + 240
