"""Writes a day in the three files that the library's evaluator reads: fields parted by one space, whole minutes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from apps.simulation.benchmarks.mdrplib_day import Trip
from apps.simulation.mdrplib.reader import Instance

ASSIGNMENTS = "solution_info_assignments.txt"
ORDERS = "solution_info_orders.txt"
COURIERS = "solution_info_couriers.txt"


def write_solution(instance: Instance, trips: Sequence[Trip], folder: Path) -> None:
    """Write the three files of one day; the folder is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    done = [trip for trip in trips if trip.picked_up]
    assignments = (f"{t.assigned} {t.pickup} {t.courier} {' '.join(t.orders)}" for t in done)
    _write(folder / ASSIGNMENTS, "assignment_time pickup_time courier orders", assignments)
    header = "order placement_time ready_time pickup_time dropoff_time courier"
    _write(folder / ORDERS, header, _order_lines(instance, done))
    _write(folder / COURIERS, "courier departure_time origin destination", _move_lines(instance, trips))


def _order_lines(instance: Instance, done: Sequence[Trip]) -> Iterable[str]:
    delivered = {order_id: (trip, at) for trip in done for order_id, at in zip(trip.orders, trip.dropoffs, strict=True)}
    for order in instance.orders:
        if order.id in delivered:
            trip, dropoff = delivered[order.id]
            yield f"{order.id} {order.placed_min} {order.ready_min} {trip.pickup} {dropoff} {trip.courier}"


def _move_lines(instance: Instance, trips: Sequence[Trip]) -> Iterable[str]:
    restaurants = {order.id: order.restaurant for order in instance.orders}
    half_pickup = instance.parameters.pickup_service_min // 2
    half_dropoff = instance.parameters.dropoff_service_min // 2
    by_courier: dict[str, list[Trip]] = defaultdict(list)
    for trip in trips:
        by_courier[trip.courier].append(trip)
    for courier in instance.couriers:
        here = courier.id
        for trip in by_courier[courier.id]:
            restaurant = restaurants[trip.orders[0]]
            yield f"{courier.id} {trip.departs} {here} {restaurant}"
            here, leaves = restaurant, trip.pickup + half_pickup
            for order_id, dropoff in zip(trip.orders, trip.dropoffs, strict=False):  # none when he waited in vain
                yield f"{courier.id} {leaves} {here} {order_id}"
                here, leaves = order_id, dropoff + half_dropoff


def _write(path: Path, header: str, lines: Iterable[str]) -> None:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
