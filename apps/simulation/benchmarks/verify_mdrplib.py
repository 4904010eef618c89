"""An independent check of a written day: raw files of the instance and of its solution in, a verdict out.

It shares no code with the replay, its metrics or its reader, so that a mistake there is not repeated here.
"""

import csv
import math
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

HEADERS = {
    "assignments": ["assignment_time", "pickup_time", "courier", "orders"],
    "orders": ["order", "placement_time", "ready_time", "pickup_time", "dropoff_time", "courier"],
    "couriers": ["courier", "departure_time", "origin", "destination"],
}


@dataclass(frozen=True)
class Verdict:
    """What the files say: broken rules, one sentence each, and the figures recomputed from them."""

    violations: tuple[str, ...]
    figures: dict[str, float | None]


@dataclass
class _Day:
    """Everything read from the files; broken rules collect in `violations`."""

    orders: dict[str, dict[str, str]]
    couriers: dict[str, dict[str, str]]
    place: dict[str, tuple[float, float]]
    rates: dict[str, float]
    assignments: list[tuple[int, int, str, list[str]]]
    delivered: dict[str, tuple[int, int, int, int, str]]
    moves: dict[str, list[tuple[int, str, str]]]
    violations: list[str] = field(default_factory=list)

    def require(self, holds: bool, violation: str) -> None:
        if not holds:
            self.violations.append(violation)

    def ride(self, origin: str, destination: str) -> int:
        (x, y), (to_x, to_y) = self.place[origin], self.place[destination]
        return math.ceil(math.sqrt((to_x - x) ** 2 + (to_y - y) ** 2) / self.rates["meters_per_minute"])

    @property
    def half_pickup(self) -> int:
        return int(self.rates["pickup service minutes"]) // 2

    @property
    def half_dropoff(self) -> int:
        return int(self.rates["dropoff service minutes"]) // 2


def verify(instance_folder: Path, solution_folder: Path, *, estimated: bool = False) -> Verdict:
    """Check one day. estimated: with guessed ready times a courier may wait in vain until his shift ends."""
    try:
        day = _read(instance_folder, solution_folder)
    except (OSError, ValueError, KeyError) as error:
        return Verdict((f"cannot be read: {error!r}",), {})
    _check_assignments(day)
    _check_orders(day)
    if not day.violations:  # the moves are followed order by order, which makes sense only when those are right
        for courier_id in {*day.moves, *(courier for _, _, courier, _ in day.assignments)}:
            _check_moves(day, courier_id, estimated)
    return Verdict(tuple(day.violations), {} if day.violations else _figures(day))


def _tabbed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _spaced(folder: Path, name: str) -> list[list[str]]:
    header, *lines = (folder / f"solution_info_{name}.txt").read_text(encoding="utf-8").splitlines()
    if header.split(" ") != HEADERS[name]:
        raise ValueError(f"solution_info_{name}.txt: header is {header!r}")
    return [line.split(" ") for line in lines]


def _read(instance: Path, solution: Path) -> _Day:
    orders = {row["order"]: row for row in _tabbed(instance / "orders.txt")}
    couriers = {row["courier"]: row for row in _tabbed(instance / "couriers.txt")}
    restaurants = {row["restaurant"]: row for row in _tabbed(instance / "restaurants.txt")}
    rows = {**orders, **couriers, **restaurants}
    moves: dict[str, list[tuple[int, str, str]]] = {}
    last = None
    for courier, departs, origin, destination in _spaced(solution, "couriers"):
        if courier != last and courier in moves:
            raise ValueError(f"solution_info_couriers.txt: lines of {courier} are not together")
        moves.setdefault(courier, []).append((int(departs), origin, destination))
        last = courier
    delivered: dict[str, tuple[int, int, int, int, str]] = {}
    for order, placed, ready, pickup, dropoff, courier in _spaced(solution, "orders"):
        if order in delivered:
            raise ValueError(f"solution_info_orders.txt: {order} appears twice")
        delivered[order] = (int(placed), int(ready), int(pickup), int(dropoff), courier)
    return _Day(
        orders=orders,
        couriers=couriers,
        place={key: (float(row["x"]), float(row["y"])) for key, row in rows.items()},
        rates={key: float(value) for key, value in _tabbed(instance / "instance_parameters.txt")[0].items()},
        assignments=[(int(at), int(up), who, ids) for at, up, who, *ids in _spaced(solution, "assignments")],
        delivered=delivered,
        moves=moves,
    )


def _check_assignments(day: _Day) -> None:
    seen: set[str] = set()
    for assigned, pickup, courier, ids in day.assignments:
        day.require(courier in day.couriers, f"no courier {courier}")
        day.require(bool(ids), f"{courier} at {assigned}: an assignment without orders")
        for order_id in ids:
            if order_id not in day.orders:
                day.violations.append(f"no order {order_id}")
                continue
            order = day.orders[order_id]
            day.require(order_id not in seen, f"{order_id} is in two assignments")
            day.require(assigned >= int(order["placement_time"]), f"{order_id} is assigned before it is placed")
            day.require(pickup >= int(order["ready_time"]), f"{order_id} is picked up before it is ready")
            seen.add(order_id)
        known = [day.orders[order_id]["restaurant"] for order_id in ids if order_id in day.orders]
        day.require(len(set(known)) <= 1, f"{ids} come from more than one restaurant")
        if courier in day.couriers:
            off = int(day.couriers[courier]["off_time"])
            day.require(pickup <= off, f"{courier} picks up {ids} at {pickup}, off at {off}")
    day.require(seen == set(day.delivered), f"assigned or delivered, not both: {sorted(seen ^ set(day.delivered))[:5]}")


def _check_orders(day: _Day) -> None:
    assigned = {order_id: (pickup, courier) for _, pickup, courier, ids in day.assignments for order_id in ids}
    for order_id, (placed, ready, pickup, _, courier) in day.delivered.items():
        if order_id in day.orders and order_id in assigned:
            raw = (int(day.orders[order_id]["placement_time"]), int(day.orders[order_id]["ready_time"]))
            day.require((placed, ready) == raw, f"{order_id}: placement or ready time is not the instance's")
            day.require((pickup, courier) == assigned[order_id], f"{order_id}: pickup or courier differs")


def _check_moves(day: _Day, courier_id: str, estimated: bool) -> None:
    """Follow a courier: only the rides his assignments need, and no waiting but after a last drop-off."""
    here, free = courier_id, int(day.couriers[courier_id]["on_time"])
    moves = iter(day.moves.get(courier_id, []))
    trips = sorted((up, at, ids) for at, up, who, ids in day.assignments if who == courier_id)
    for pickup, assigned, ids in trips:
        restaurant = day.orders[ids[0]]["restaurant"]
        departs, *way = next(moves, (-1, "", ""))
        day.require(way == [here, restaurant], f"{courier_id}: rides {way}, not from {here} to {restaurant}")
        day.require(departs >= max(free, assigned), f"{courier_id}: leaves {here} at {departs}, before he can")
        arrives = departs + day.ride(here, restaurant)
        ready = max(int(day.orders[order_id]["ready_time"]) for order_id in ids)
        day.require(pickup == max(ready, arrives + day.half_pickup), f"{courier_id}: wrong pickup time of {ids}")
        here, free = restaurant, pickup + day.half_pickup
        for order_id in ids:
            departs, *way = next(moves, (-1, "", ""))
            day.require(way == [here, order_id], f"{courier_id}: rides {way}, not from {here} to {order_id}")
            day.require(departs == free, f"{courier_id}: leaves {here} at {departs}, not at {free}")
            dropoff = departs + day.ride(here, order_id) + day.half_dropoff
            day.require(day.delivered[order_id][3] == dropoff, f"{order_id}: wrong drop-off time")
            here, free = order_id, dropoff + day.half_dropoff
    rest = list(moves)
    in_vain = estimated and len(rest) == 1 and rest[0][1] == here and rest[0][0] >= free
    day.require(not rest or in_vain, f"{courier_id}: rides that no assignment asks for: {rest}")


def _figures(day: _Day) -> dict[str, float | None]:
    n, delivered = len(day.delivered), day.delivered.values()
    waits = sorted(dropoff - placed for placed, _, _, dropoff, _ in delivered)
    target = day.rates["target click-to-door"]
    pay, shares = _pay_and_shares(day)
    return {
        "undelivered_pct": 100.0 * (len(day.orders) - n) / len(day.orders) if day.orders else 0.0,
        "click_to_door_min": sum(waits) / n if n else None,
        "click_to_door_p90_min": _percentile(waits, 0.9) if n else None,
        "overage_min": sum(max(0.0, wait - target) for wait in waits) / n if n else None,
        "ready_to_pickup_min": sum(pickup - ready for _, ready, pickup, _, _ in delivered) / n if n else None,
        "utilisation": sum(shares) / len(shares) if shares else 0.0,
        "cost_per_order": pay / n if n else None,
        "orders_per_bundle": n / len(day.assignments) if n else None,
    }


def _pay_and_shares(day: _Day) -> tuple[float, list[float]]:
    """Total pay, and each courier's share of his shift spent riding or serving."""
    orders_of: dict[str, int] = defaultdict(int)
    busy: dict[str, float] = defaultdict(float)
    for _, _, courier, ids in day.assignments:
        orders_of[courier] += len(ids)
        busy[courier] += day.rates["pickup service minutes"] + len(ids) * day.rates["dropoff service minutes"]
    for courier, moves in day.moves.items():
        busy[courier] += sum(day.ride(origin, destination) for _, origin, destination in moves)
    pay, shares = 0.0, []
    for courier, row in day.couriers.items():
        minutes = int(row["off_time"]) - int(row["on_time"])
        guaranteed = day.rates["guaranteed pay per hour"] * minutes / 60
        pay += max(day.rates["pay per order"] * orders_of[courier], guaranteed)
        shares.append(busy[courier] / minutes)
    return pay, shares


def _percentile(ordered: list[int], share: float) -> float:
    """Linear interpolation between the two nearest ranks, as the library's evaluator has it."""
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])
