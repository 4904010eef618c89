"""Rides, prices and checks routes in plain Python, apart from the engine: what any plan of the tick benchmark costs.

The cost is that of `apps.dispatch.engine.cost` with its riding price, in minutes: click-to-door, lateness at its slope,
and riding, of every stop of a route, committed ones included. Tie-break and change of plan have no price here.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from apps.core.geo import distance_m
from apps.dispatch.engine import CourierState, OpenLeg, Plan, Snapshot, StopKind

MINUTE_S = 60.0

Stop: TypeAlias = tuple[StopKind, OpenLeg]


@dataclass(slots=True)
class Ridden:
    """What riding a route comes to; one entry of the lists a stop."""

    handover_at: list[float] = field(default_factory=list)
    leaves_at: list[float] = field(default_factory=list)
    cost_min: float = 0.0
    late_min: float = 0.0
    riding_s: float = 0.0
    door_min: list[float] = field(default_factory=list)
    """Click-to-door of each drop-off."""


def ride(snapshot: Snapshot, courier: CourierState, stops: Sequence[Stop]) -> Ridden:
    """Ride the stops in order, whatever limits they break. Pickups of one place in a row are one stop, one service."""
    rules, pace = snapshot.settings, seconds_per_metre(snapshot, courier)
    leaves, at = max(snapshot.now, courier.free_at, courier.on_duty_from), courier.position
    ridden, half, before = Ridden(), 0.0, None
    for kind, leg in stops:
        is_pickup = kind is StopKind.PICKUP
        to = leg.pickup if is_pickup else leg.dropoff
        ride_s = distance_m(at, to) * pace
        arrives, service_half = leaves + ride_s, half_service_s(kind, leg)
        if is_pickup and before is not None and before[0] is kind and before[1].pickup_place == leg.pickup_place:
            arrives, service_half = leaves - 2 * half, max(half, service_half)
        handover = _handover_at(leg, arrives + service_half) if is_pickup else arrives + service_half
        if not is_pickup:
            handover = handover if leg.drop_from is None else max(handover, leg.drop_from)
            due_at = leg.placed_at + rules.lateness_threshold_s if leg.due_at is None else leg.due_at
            door_min, late_min = (handover - leg.placed_at) / MINUTE_S, max(0.0, handover - due_at) / MINUTE_S
            ridden.cost_min += door_min + rules.lateness_slope * late_min
            ridden.late_min += late_min
            ridden.door_min.append(door_min)
        ridden.riding_s += ride_s
        ridden.cost_min += rules.riding_price * ride_s / MINUTE_S
        leaves, at, half, before = handover + service_half, to, service_half, (kind, leg)
        ridden.handover_at.append(handover)
        ridden.leaves_at.append(leaves)
    return ridden


def seconds_per_metre(snapshot: Snapshot, courier: CourierState) -> float:
    """Seconds a metre of great circle takes this courier; the snapshot must ride along great circles."""
    pace: float = snapshot.travel.seconds_per_metre(courier.vehicle)  # type: ignore[attr-defined]
    return pace


def half_service_s(kind: StopKind, leg: OpenLeg) -> float:
    """What passes before the handover, and again after it."""
    return (leg.pickup_service_s if kind is StopKind.PICKUP else leg.dropoff_service_s) / 2


def left_out_min(snapshot: Snapshot, leg: OpenLeg) -> float:
    """What leaving a leg out costs."""
    rules = snapshot.settings
    due_at = leg.placed_at + rules.lateness_threshold_s if leg.due_at is None else leg.due_at
    dropped_at = max(
        leg.placed_at + rules.leave_out_price_min * MINUTE_S,
        max(leg.ready_at, snapshot.now) + rules.leave_out_floor_min * MINUTE_S,
    )
    late_s = max(0.0, dropped_at - due_at)
    return (dropped_at - leg.placed_at + rules.lateness_slope * late_s) / MINUTE_S


def _handover_at(leg: OpenLeg, arrives: float) -> float:
    """The later of readiness and arrival; its mean where readiness is only expected (logistic distribution)."""
    at, spread = max(leg.ready_at, arrives), leg.ready_spread_s
    if spread > 0:
        at += spread * math.log1p(math.exp(-abs(arrives - leg.ready_at) / spread))
    return at


Routes: TypeAlias = Mapping[str, Sequence[Stop]]
"""Stops by courier; who is not in it makes his committed stops."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a whole plan costs, in minutes unless said otherwise."""

    cost_min: float
    """Routes and legs left out."""
    left_out: tuple[str, ...]
    door_min: float
    """Mean click-to-door, committed legs included."""
    late_min: float
    riding_h: float


def routes_of(plan: Plan, snapshot: Snapshot) -> dict[str, list[Stop]]:
    """The routes of a plan, stop by stop."""
    legs = {stop.leg.id: stop.leg for courier in snapshot.couriers for stop in courier.stops}
    legs |= {leg.id: leg for leg in snapshot.legs}
    return {
        route.courier_id: [(stop.kind, legs[leg_id]) for stop in route.stops for leg_id in stop.leg_ids]
        for route in plan.routes
    }


def price(snapshot: Snapshot, routes: Routes) -> Price:
    """Price these routes, and everything that they leave out."""
    everyone = [(courier, routes.get(courier.id, _committed(courier))) for courier in snapshot.couriers]
    ridden = [ride(snapshot, courier, stops) for courier, stops in everyone]
    planned = {leg.id for _, stops in everyone for _, leg in stops}
    left_out = [leg for leg in snapshot.legs if leg.id not in planned]
    door_min = [minutes for each in ridden for minutes in each.door_min]
    return Price(
        cost_min=sum(each.cost_min for each in ridden) + sum(left_out_min(snapshot, leg) for leg in left_out),
        left_out=tuple(leg.id for leg in left_out),
        door_min=sum(door_min) / max(1, len(door_min)),
        late_min=sum(each.late_min for each in ridden),
        riding_h=sum(each.riding_s for each in ridden) / 3600,
    )


def _committed(courier: CourierState) -> list[Stop]:
    return [(stop.kind, stop.leg) for stop in courier.stops]
