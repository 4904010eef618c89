"""Couriers who really ride: orders placed, given, arrived for and handed over through the services, on a hand clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from apps.couriers.models import Courier
from apps.dispatch.engine import StraightLine
from apps.dispatch.engine.travel import VehicleProfile
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg, courier_moves_leg
from apps.orders.lifecycle import LegStatus
from tests.cast import BAKERY, HOME, Cast, placed


@dataclass(frozen=True, slots=True)
class Habits:
    """How long things take for a courier, seconds; `slowness` is over the straight line."""

    slowness: float = 1.0
    pickup_s: float = 180.0
    dropoff_s: float = 120.0
    waits_s: float = 0.0


def ride_s(slowness: float = 1.0) -> float:
    """Seconds from the bakery to the home on the cast's bike."""
    bike = VehicleProfile("bike", 15.0, 1.3)
    points = np.array([[BAKERY.lat, BAKERY.lon]]), np.array([[HOME.lat, HOME.lon]])
    return float(StraightLine(slowness).seconds(*points, bike)[0, 0])


def deliver(cast: Cast, hand_clock, habits: Habits = Habits(), courier: Courier | None = None) -> datetime:
    """One order of the bakery, from its placing until its courier leaves the home. Returns when that is."""
    who = courier or cast.bo
    _, leg = placed(cast)
    assigned = assign_leg(leg_id=leg.pk, courier_id=who.pk, by=AssignedBy.DISPATCHER)

    def step(to: LegStatus, seconds: float) -> None:
        hand_clock.advance(seconds=seconds)
        courier_moves_leg(courier_id=who.pk, leg_id=leg.pk, epoch=assigned.epoch, to=to)

    step(LegStatus.AT_PICKUP, 60)
    step(LegStatus.PICKED_UP, habits.pickup_s / 2 + habits.waits_s)
    step(LegStatus.AT_DROPOFF, habits.pickup_s / 2 + ride_s(habits.slowness))
    step(LegStatus.DELIVERED, habits.dropoff_s / 2)
    return hand_clock.advance(seconds=habits.dropoff_s / 2)


def deliver_for_days(cast: Cast, hand_clock, *, days: int, a_day: int, habits: Habits = Habits()) -> None:
    """The same number of orders a day, one after the other from noon on. Four are delivered in an hour, or less."""
    noon = hand_clock.moment
    for _ in range(days):
        for _ in range(a_day):
            deliver(cast, hand_clock, habits)
        noon += timedelta(days=1)
        hand_clock.moment = noon
