"""One day of the library as it unfolds, and its rules. Times are whole minutes.

The day knows everything, tells only what is known by a minute, and refuses what the rules forbid. It works out what
really happens from the instance alone, without believing a plan.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from apps.simulation.mdrplib.reader import Instance, InstanceCourier, InstanceOrder

PREP_SPREAD_MIN = 3.6
"""Scale of the logistic distribution that real preparation times are believed to have around their restaurant's
mean."""


class RuleBroken(Exception):
    """An assignment that the rules of the library forbid. A benchmark stops here; nothing is repaired."""


class Prep(StrEnum):
    """What is known of an order's ready time from its placement on."""

    KNOWN = "known"
    ESTIMATED = "estimated"
    """Only the mean preparation time of its restaurant."""


@dataclass(frozen=True, slots=True)
class Trip:
    """One bundle as it really went: a ride to one restaurant, a pickup, its drop-offs."""

    courier: str
    orders: tuple[str, ...]
    """In the order of their drop-offs."""
    assigned: int
    departs: int
    arrives: int
    pickup: int
    dropoffs: tuple[int, ...]
    free: int
    picked_up: bool = True
    """False when the shift ended before the last order was ready: the courier waited in vain and is gone."""


@dataclass(frozen=True, slots=True)
class CourierView:
    """What is known of a courier: where and when he will be free, and the orders given to him so far."""

    courier: InstanceCourier
    x_m: float
    y_m: float
    free: int
    orders_given: int


class Day:
    """The state of one day. Minutes passed to its methods must not decrease."""

    def __init__(self, instance: Instance, prep: Prep = Prep.KNOWN) -> None:
        self.instance = instance
        self.prep = prep
        self.prep_spread_min = PREP_SPREAD_MIN if prep is Prep.ESTIMATED else 0.0
        self.trips: list[Trip] = []
        self.open: dict[str, InstanceOrder] = {}
        self._orders = {order.id: order for order in instance.orders}
        self._couriers = {courier.id: courier for courier in instance.couriers}
        self._to_come = sorted(instance.orders, key=lambda order: order.placed_min, reverse=True)
        self._trips_of: dict[str, list[Trip]] = defaultdict(list)
        self._given: dict[str, int] = defaultdict(int)
        self._to_reopen: list[Trip] = []
        self._mean_prep = _mean_prep(instance)

    @property
    def ends(self) -> int:
        """The last minute at which an order can still be picked up."""
        return max((courier.off_min for courier in self.instance.couriers), default=0)

    @property
    def has_orders_to_come(self) -> bool:
        """Whether an order is still unplaced, or may come back."""
        return bool(self._to_come or self._to_reopen)

    def advance(self, minute: int) -> list[InstanceOrder]:
        """Let the day reach `minute`; returns the orders that became open since."""
        opened = []
        while self._to_come and self._to_come[-1].placed_min <= minute:
            opened.append(self._to_come.pop())
        for trip in [trip for trip in self._to_reopen if trip.free <= minute]:
            self._to_reopen.remove(trip)
            opened += [self._orders[order_id] for order_id in trip.orders]
        self.open.update((order.id, order) for order in opened)
        return opened

    def believed_ready(self, order: InstanceOrder) -> int:
        """When the order is believed to be ready, from its placement on."""
        if self.prep is Prep.KNOWN:
            return order.ready_min
        return order.placed_min + self._mean_prep[order.restaurant]

    def view(self, courier_id: str, minute: int) -> CourierView:
        """What is known of one courier at `minute`."""
        courier, trips = self._couriers[courier_id], self._trips_of[courier_id]
        if not trips:
            return CourierView(courier, courier.x_m, courier.y_m, courier.on_min, 0)
        last = self._orders[trips[-1].orders[-1]]
        return CourierView(courier, last.x_m, last.y_m, self._believed_free(trips[-1], minute), self._given[courier_id])

    def is_surely_free_at(self, courier_id: str, minute: int) -> bool:
        """Whether what is known of when he is free can no longer change."""
        trips = self._trips_of[courier_id]
        return self.prep is Prep.KNOWN or not trips or (trips[-1].picked_up and trips[-1].pickup <= minute)

    def _believed_free(self, trip: Trip, minute: int) -> int:
        """A courier who may still wait for an order is believed to get it any minute now.

        Plans that count on him too early cost nothing, for nobody is committed before he is free.
        """
        if self.is_surely_free_at(trip.courier, minute):
            return trip.free
        pickup = max(trip.arrives + self.instance.parameters.pickup_service_min // 2, minute + 1)
        return pickup + self._after_pickup(trip.orders)[-1] + self.instance.parameters.dropoff_service_min // 2

    def assign(self, *, minute: int, courier_id: str, order_ids: Sequence[str], departs: int) -> Trip:
        """Give a bundle to a courier, to leave for it at `departs` or when he is free. Raises RuleBroken."""
        orders = [self._open_order(order_id, minute) for order_id in order_ids]
        if len({order.restaurant for order in orders}) != 1 or len(set(order_ids)) != len(orders):
            raise RuleBroken(f"minute {minute}: a bundle must have one restaurant and each order once: {order_ids}")
        if (courier := self._couriers.get(courier_id)) is None:
            raise RuleBroken(f"minute {minute}: no courier {courier_id!r}")
        trip = self._trip(courier, tuple(orders), minute, departs)
        if trip.pickup > courier.off_min:
            trip = self._in_vain(trip, courier)
        for order in orders:
            del self.open[order.id]
        if trip.arrives <= courier.off_min:  # else he never even leaves for it
            self.trips.append(trip)
            self._trips_of[courier_id].append(trip)
        self._given[courier_id] += len(orders)
        return trip

    def _in_vain(self, trip: Trip, courier: InstanceCourier) -> Trip:
        """The orders come back when the shift ends. Raises RuleBroken where the engine knew that it would."""
        if self.prep is Prep.KNOWN:
            raise RuleBroken(f"{courier.id}, off at {courier.off_min}, would pick up {trip.orders} at {trip.pickup}")
        trip = replace(trip, dropoffs=(), free=courier.off_min, picked_up=False)
        self._to_reopen.append(trip)
        return trip

    def _open_order(self, order_id: str, minute: int) -> InstanceOrder:
        order = self._orders.get(order_id)
        if order is None or order.placed_min > minute:
            raise RuleBroken(f"minute {minute}: order {order_id!r} is not placed yet")
        if order_id not in self.open:
            raise RuleBroken(f"minute {minute}: order {order_id!r} is already with a courier")
        return order

    def _trip(self, courier: InstanceCourier, orders: tuple[InstanceOrder, ...], minute: int, departs: int) -> Trip:
        free, x_m, y_m = courier.on_min, courier.x_m, courier.y_m
        if trips := self._trips_of[courier.id]:
            last = self._orders[trips[-1].orders[-1]]
            free, x_m, y_m = trips[-1].free, last.x_m, last.y_m
            if not trips[-1].picked_up:
                free = courier.off_min + 1  # he waits until his shift ends, and nobody knows it yet
        if departs < minute:
            raise RuleBroken(f"minute {minute}: {courier.id} cannot leave before he is told to, at {departs}")
        parameters = self.instance.parameters
        restaurant = self.instance.restaurant_by_id[orders[0].restaurant]
        departs = max(departs, free)
        arrives = departs + ride_min(x_m, y_m, restaurant.x_m, restaurant.y_m, parameters.metres_per_minute)
        ready = max(order.ready_min for order in orders)
        pickup = max(ready, arrives + parameters.pickup_service_min // 2)
        order_ids = tuple(order.id for order in orders)
        dropoffs = tuple(pickup + after for after in self._after_pickup(order_ids))
        free = dropoffs[-1] + parameters.dropoff_service_min // 2
        return Trip(courier.id, order_ids, minute, departs, arrives, pickup, dropoffs, free)

    def _after_pickup(self, order_ids: Sequence[str]) -> list[int]:
        """Minutes from the pickup to each drop-off."""
        parameters = self.instance.parameters
        restaurant = self.instance.restaurant_by_id[self._orders[order_ids[0]].restaurant]
        minute, x_m, y_m = parameters.pickup_service_min // 2, restaurant.x_m, restaurant.y_m
        after = []
        for order_id in order_ids:
            order = self._orders[order_id]
            minute += ride_min(x_m, y_m, order.x_m, order.y_m, parameters.metres_per_minute)
            minute += parameters.dropoff_service_min // 2
            after.append(minute)
            minute += parameters.dropoff_service_min // 2
            x_m, y_m = order.x_m, order.y_m
        return after


def ride_min(from_x: float, from_y: float, to_x: float, to_y: float, metres_per_minute: float) -> int:
    """Whole minutes, rounded up, as the library's evaluator computes them."""
    return math.ceil(math.sqrt((to_x - from_x) ** 2 + (to_y - from_y) ** 2) / metres_per_minute)


def _mean_prep(instance: Instance) -> dict[str, int]:
    """Mean minutes from placement to readiness by restaurant, rounded."""
    minutes: dict[str, list[int]] = defaultdict(list)
    for order in instance.orders:
        minutes[order.restaurant].append(order.ready_min - order.placed_min)
    return {restaurant: round(sum(each) / len(each)) for restaurant, each in minutes.items()}
