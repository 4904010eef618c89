"""Replays one day of the library through the product's engine, strictly online, and measures it."""

import time
from dataclasses import dataclass

import numpy as np

from apps.core.geo import Point
from apps.dispatch.engine import CourierState, OpenLeg, PlannerSettings, Snapshot, VehicleProfile, plan, warm
from apps.dispatch.engine.futures import LATELY_S
from apps.dispatch.engine.travel import Floats
from apps.simulation.benchmarks.mdrplib_day import Day, Prep, RuleBroken, Trip
from apps.simulation.benchmarks.mdrplib_metrics import Metrics, measure
from apps.simulation.mdrplib.reader import Instance, InstanceOrder

CAR = VehicleProfile("car", max_weight_g=1_000_000, max_parcels=1_000)
FLEET = "library"


@dataclass(frozen=True, slots=True)
class PlanarMinutes:
    """Travel on the library's plane: metres over metres per minute, rounded up to whole minutes."""

    metres_per_minute: float

    def seconds(self, origins: Floats, destinations: Floats, vehicle: VehicleProfile) -> Floats:  # noqa: ARG002  all ride alike
        """As `TravelModel.seconds`; a point's latitude is y, its longitude x, both in metres."""
        apart = origins[:, None, :] - destinations[None, :, :]
        answer: Floats = np.ceil(np.sqrt((apart**2).sum(axis=2)) / self.metres_per_minute) * 60.0
        return answer


@dataclass(frozen=True, slots=True)
class Replay:
    """What one day came to."""

    trips: tuple[Trip, ...]
    metrics: Metrics
    wall_s: float
    slowest_tick_ms: float


def replay(
    instance: Instance,
    *,
    tick_min: int = 1,
    prep: Prep = Prep.KNOWN,
    settings: PlannerSettings | None = None,
    home_by_end: bool = False,
) -> Replay:
    """Run the day minute by minute. Raises RuleBroken when the engine asks for what the rules forbid.

    By the library's rules a courier may deliver after the end of his shift; with `home_by_end` he gets nothing that
    ends later, as on the platform.
    """
    settings = settings or PlannerSettings(tick_s=60.0 * tick_min, one_place_on_board=True)
    warm()  # so that no tick is measured with the loading of kernels
    began, slowest = time.perf_counter(), 0.0
    day, feed = Day(instance, prep), _Feed(instance, home_by_end=home_by_end)
    first = min((order.placed_min for order in instance.orders), default=0)
    minute = first + -first % tick_min
    while minute <= day.ends and (day.open or day.has_orders_to_come):
        tick_began = time.perf_counter()
        feed.open(day, day.advance(minute))
        if day.open:
            _plan_minute(day, feed, minute, settings)
            slowest = max(slowest, time.perf_counter() - tick_began)
        minute += tick_min
    return Replay(
        trips=tuple(day.trips),
        metrics=measure(instance, day.trips),
        wall_s=time.perf_counter() - began,
        slowest_tick_ms=1e3 * slowest,
    )


def engine_alone(instance: Instance) -> Metrics:
    """What the engine reaches on this day by itself, with no platform around it but by its rules."""
    return replay(instance, home_by_end=True).metrics


class _Feed:
    """Turns what is known of a day into the engine's dataclasses, and keeps those that did not change."""

    def __init__(self, instance: Instance, *, home_by_end: bool) -> None:
        self.travel = PlanarMinutes(instance.parameters.metres_per_minute)
        self._instance, self._home_by_end = instance, home_by_end
        self._legs: dict[str, OpenLeg] = {}
        self._couriers: dict[str, CourierState] = {}

    def open(self, day: Day, orders: list[InstanceOrder]) -> None:
        """Take in newly opened orders."""
        parameters = self._instance.parameters
        for order in orders:
            restaurant = self._instance.restaurant_by_id[order.restaurant]
            self._legs[order.id] = OpenLeg(
                id=order.id,
                pickup=Point(lat=restaurant.y_m, lon=restaurant.x_m),
                dropoff=Point(lat=order.y_m, lon=order.x_m),
                pickup_place=order.restaurant,
                placed_at=60.0 * order.placed_min,
                ready_at=60.0 * day.believed_ready(order),
                ready_spread_s=60.0 * day.prep_spread_min,
                due_at=60.0 * (order.placed_min + parameters.target_click_to_door_min),
                pickup_service_s=60.0 * parameters.pickup_service_min,
                dropoff_service_s=60.0 * parameters.dropoff_service_min,
            )

    def snapshot(self, day: Day, minute: int, settings: PlannerSettings) -> Snapshot:
        """What the engine sees at this minute."""
        couriers = []
        for courier in day.instance.couriers:
            if courier.off_min < minute:
                continue
            state = self._couriers.get(courier.id)
            if state is None or not day.is_surely_free_at(courier.id, minute):
                state = self._couriers[courier.id] = self._state(day, courier.id, minute)
            couriers.append(state)
        legs = tuple(self._legs[order_id] for order_id in day.open)
        return Snapshot(
            now=60.0 * minute,
            couriers=tuple(couriers),
            legs=legs,
            travel=self.travel,
            settings=settings,
            recent_legs=self._recent(60.0 * minute),
        )

    def _recent(self, now: float) -> tuple[OpenLeg, ...]:
        """Legs placed within the last hour."""
        return tuple(leg for leg in self._legs.values() if leg.placed_at > now - LATELY_S)

    def forget(self, courier_id: str) -> None:
        """Drop what was known of a courier: he got something to do."""
        self._couriers.pop(courier_id, None)

    def _state(self, day: Day, courier_id: str, minute: int) -> CourierState:
        view = day.view(courier_id, minute)
        return CourierState(
            id=courier_id,
            position=Point(lat=view.y_m, lon=view.x_m),
            free_at=60.0 * view.free,
            on_duty_from=60.0 * view.courier.on_min,
            shift_ends_at=60.0 * view.courier.off_min,
            vehicle=CAR,
            fleet_id=FLEET,
            legs_done=view.orders_given,
            drop_by=60.0 * view.courier.off_min if self._home_by_end else None,
        )


def _plan_minute(day: Day, feed: _Feed, minute: int, settings: PlannerSettings) -> None:
    for commitment in plan(feed.snapshot(day, minute, settings)).commitments:
        trip = day.assign(
            minute=minute,
            courier_id=commitment.courier_id,
            order_ids=commitment.leg_ids,
            departs=round(commitment.depart_at / 60.0),
        )
        feed.forget(commitment.courier_id)
        claimed = (commitment.pickup_at, *commitment.dropoff_at)
        if day.prep is Prep.KNOWN and claimed != tuple(60.0 * at for at in (trip.pickup, *trip.dropoffs)):
            raise RuleBroken(f"minute {minute}: {commitment} says other times than the rules: {trip}")
