"""Puts legs that another solver left out into its routes: each where it adds least, in plain Python."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apps.core.geo import distance_m
from apps.dispatch.engine import CourierState, OpenLeg, Snapshot, StopKind
from apps.simulation.benchmarks.tick_check import ROUNDING_S, latest, may_carry
from apps.simulation.benchmarks.tick_price import MINUTE_S, Ridden, Stop, half_service_s, ride, seconds_per_metre

CANDIDATES = 60


def put_in_left_out(snapshot: Snapshot, routes: dict[str, list[Stop]]) -> int:
    """Put in what is in no route, the first due first; returns how many legs that were. Changes the routes."""
    planned = {leg.id for stops in routes.values() for _, leg in stops}
    left_out = sorted((leg for leg in snapshot.legs if leg.id not in planned), key=lambda leg: leg.due_at or 0.0)
    for leg in left_out:
        _put_in(snapshot, routes, leg)
    return len(left_out)


@dataclass(frozen=True, slots=True)
class _Place:
    """What a leg adds somewhere, in minutes, and the route it makes."""

    added_min: float
    route: list[Stop] | None


def _put_in(snapshot: Snapshot, routes: dict[str, list[Stop]], leg: OpenLeg) -> None:
    """Into the cheapest place with the couriers for whom a lower bound is the least, if there is one."""
    bounds = ((_bound_min(snapshot, c, leg), n) for n, c in enumerate(snapshot.couriers) if may_carry(c, leg))
    best, whose = _Place(math.inf, None), ""
    for bound, number in sorted(bounds)[:CANDIDATES]:
        if bound >= best.added_min:
            break
        courier = snapshot.couriers[number]
        place = _cheapest_place(snapshot, courier, routes.get(courier.id, []), leg)
        if place.added_min < best.added_min:
            best, whose = place, courier.id
    if best.route is not None:
        routes[whose] = best.route


def _bound_min(snapshot: Snapshot, courier: CourierState, leg: OpenLeg) -> float:
    """The drop-off alone, when he rides straight to the pickup and straight on."""
    pace = seconds_per_metre(snapshot, courier)
    leaves = max(snapshot.now, courier.free_at, courier.on_duty_from)
    pickup_half = half_service_s(StopKind.PICKUP, leg)
    picked = max(leg.ready_at, leaves + distance_m(courier.position, leg.pickup) * pace + pickup_half)
    onward = distance_m(leg.pickup, leg.dropoff) * pace + half_service_s(StopKind.DROPOFF, leg)
    dropped = picked + pickup_half + onward
    late_s = 0.0 if leg.due_at is None else max(0.0, dropped - leg.due_at)
    return (dropped - leg.placed_at + snapshot.settings.lateness_slope * late_s) / MINUTE_S


def _cheapest_place(snapshot: Snapshot, courier: CourierState, route: Sequence[Stop], leg: OpenLeg) -> _Place:
    before, best = ride(snapshot, courier, route), _Place(math.inf, None)
    held = {stop.leg.id for stop in courier.stops}
    most = min(
        snapshot.settings.routes_max_legs, math.inf if courier.max_legs is None else courier.max_legs - len(held)
    )
    if len({each.id for _, each in route} - held) >= most:
        return best
    was_at = {(kind, each.id): at for (kind, each), at in zip(route, before.handover_at, strict=True)}
    for longer in _with(route, leg):
        after = ride(snapshot, courier, longer)
        added = after.cost_min - before.cost_min
        if added < best.added_min and _holds(courier, longer, after, was_at):
            best = _Place(added, longer)
    return best


def _with(route: Sequence[Stop], leg: OpenLeg) -> Iterator[list[Stop]]:
    """The route with the leg in it, in every way."""
    for i in range(len(route) + 1):
        for j in range(i, len(route) + 1):
            yield [*route[:i], (StopKind.PICKUP, leg), *route[i:j], (StopKind.DROPOFF, leg), *route[j:]]


def _holds(
    courier: CourierState, route: Sequence[Stop], ridden: Ridden, was_at: dict[tuple[StopKind, str], float]
) -> bool:
    """Whether loads and times are within their limits, or no worse than they were."""
    vehicle = courier.vehicle
    spare = [
        vehicle.max_weight_g - courier.weight_on_board_g,
        vehicle.max_volume_l - courier.volume_on_board_l,
        vehicle.max_parcels - courier.parcels_on_board,
    ]
    held, since = {stop.leg.id for stop in courier.stops}, dict[str, float]()
    for (kind, leg), at in zip(route, ridden.handover_at, strict=True):
        sign, was = (1 if kind is StopKind.PICKUP else -1), was_at.get((kind, leg.id), -math.inf)
        spare = [
            room - sign * load for room, load in zip(spare, (leg.weight_g, leg.volume_l, leg.parcels), strict=True)
        ]
        if sign > 0 and min(spare) < 0:
            return False
        if at > max(latest(courier, kind, leg, is_new=leg.id not in held), was) + ROUNDING_S:
            return False
        if sign > 0:
            since[leg.id] = at
        elif leg.max_on_board_s is not None and leg.id in since:
            was_on_board = was - was_at.get((StopKind.PICKUP, leg.id), math.inf)
            if at - since[leg.id] > max(leg.max_on_board_s, was_on_board) + ROUNDING_S:
                return False
    return True
