"""What a day is judged by, from its trips. Definitions follow the library's evaluator."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.simulation.benchmarks.mdrplib_day import Trip, ride_min
from apps.simulation.mdrplib.reader import Instance


@dataclass(frozen=True, slots=True)
class Metrics:
    """One day. Minutes where the name says so; means are over delivered orders, and None when there are none."""

    undelivered_pct: float
    click_to_door_min: float | None
    click_to_door_p90_min: float | None
    overage_min: float | None
    """Mean of what click-to-door exceeds its target by, 0 where it does not."""
    ready_to_pickup_min: float | None
    utilisation: float
    """Mean over couriers: riding and service time over shift length."""
    cost_per_order: float | None
    """Pay of all couriers, at least their guarantee, over delivered orders."""
    orders_per_bundle: float | None


def measure(instance: Instance, trips: Sequence[Trip]) -> Metrics:
    """Measure a day."""
    done = [trip for trip in trips if trip.picked_up]
    orders = {order.id: order for order in instance.orders}
    delivered = [
        (orders[oid], trip.pickup, at) for trip in done for oid, at in zip(trip.orders, trip.dropoffs, strict=True)
    ]
    undelivered_pct = 100.0 * (1 - len(delivered) / len(orders)) if orders else 0.0
    utilisation = _utilisation(instance, trips)
    if not delivered:
        return Metrics(undelivered_pct, None, None, None, None, utilisation, None, None)
    click_to_door = np.array([dropoff - order.placed_min for order, _, dropoff in delivered], dtype=float)
    return Metrics(
        undelivered_pct=undelivered_pct,
        click_to_door_min=float(click_to_door.mean()),
        click_to_door_p90_min=float(np.percentile(click_to_door, 90)),
        overage_min=float(np.maximum(click_to_door - instance.parameters.target_click_to_door_min, 0).mean()),
        ready_to_pickup_min=float(np.mean([pickup - order.ready_min for order, pickup, _ in delivered])),
        utilisation=utilisation,
        cost_per_order=_pay(instance, done) / len(delivered),
        orders_per_bundle=len(delivered) / len(done),
    )


def _pay(instance: Instance, done: Sequence[Trip]) -> float:
    given: Counter[str] = Counter()
    for trip in done:
        given[trip.courier] += len(trip.orders)
    rates = instance.parameters
    return sum(
        max(rates.pay_per_order * given[courier.id], rates.guaranteed_pay_per_hour * courier.shift_hours)
        for courier in instance.couriers
    )


def _utilisation(instance: Instance, trips: Sequence[Trip]) -> float:
    busy: dict[str, int] = defaultdict(int)
    rates = instance.parameters
    orders = {order.id: order for order in instance.orders}
    for trip in trips:
        busy[trip.courier] += trip.arrives - trip.departs
        if not trip.picked_up:
            continue
        busy[trip.courier] += rates.pickup_service_min + rates.dropoff_service_min * len(trip.orders)
        restaurant = instance.restaurant_by_id[orders[trip.orders[0]].restaurant]
        here = (restaurant.x_m, restaurant.y_m)
        for order_id in trip.orders:
            there = (orders[order_id].x_m, orders[order_id].y_m)
            busy[trip.courier] += ride_min(*here, *there, rates.metres_per_minute)
            here = there
    shares = [busy[courier.id] / (courier.off_min - courier.on_min) for courier in instance.couriers]
    return sum(shares) / len(shares) if shares else 0.0
