"""From where and when a courier's way can be planned, and the stops he is committed to after that."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.core.geo import Point
from apps.dispatch.engine import CommittedStop, OpenLeg, StopKind


@dataclass(frozen=True, slots=True)
class RemainingStop:
    """A stop still to be made. Times are epoch seconds; `arrived_at` is set when the courier is there."""

    kind: StopKind
    leg: OpenLeg
    arrived_at: float | None = None
    picked_up_at: float | None = None


@dataclass(frozen=True, slots=True)
class CourierWay:
    """What `engine.CourierState` needs to know of a courier's way."""

    position: Point
    free_at: float
    stops: tuple[CommittedStop, ...]
    fixed_stops: int
    aboard: tuple[OpenLeg, ...]
    """Legs on board at `free_at`."""
    finishing: int
    """Legs that are done by `free_at`."""
    told_before_s: float = 0.0
    """Half of the service where he is: after the handover nobody waits for word of what comes next."""


def way_of(position: Point, stops: Sequence[RemainingStop], *, now: float) -> CourierWay:
    """The way of a courier at `position` with these stops ahead.

    A courier at a stop is free when it is done, there. One on his way to a stop gets there first: nobody likes to be
    turned round.
    """
    if not stops or stops[0].arrived_at is None:
        return CourierWay(position, now, _committed(stops, {}), min(1, len(stops)), _aboard(stops), 0)
    leaves, half, picked = _finish_visit(stops, now)
    rest = stops[max(1, len(picked)) :]
    done = 1 if stops[0].kind is StopKind.DROPOFF else 0
    place = stops[0].leg.point_of(stops[0].kind)
    return CourierWay(place, leaves, _committed(rest, picked), 0, _aboard(rest), done, half)


def _finish_visit(stops: Sequence[RemainingStop], now: float) -> tuple[float, float, dict[str, float]]:
    """When the courier leaves the stop he is at, how long after the handover that is, and the pickups he makes there:
    one visit, however many legs."""
    first = stops[0]
    arrived = now if first.arrived_at is None else first.arrived_at
    if first.kind is StopKind.DROPOFF:
        half = first.leg.dropoff_service_s / 2
        return max(arrived + half, first.leg.drop_from or now, now) + half, half, {}
    picked: dict[str, float] = {}
    handover, half = now, 0.0
    for stop in stops:
        if stop.kind is not StopKind.PICKUP or stop.leg.pickup_place != first.leg.pickup_place:
            break
        half = max(half, stop.leg.pickup_service_s / 2)
        handover = max(handover, arrived + half, stop.leg.ready_at)
        picked[stop.leg.id] = handover
    return handover + half, half, picked


def _committed(stops: Sequence[RemainingStop], picked: dict[str, float]) -> tuple[CommittedStop, ...]:
    return tuple(CommittedStop(stop.kind, stop.leg, picked.get(stop.leg.id, stop.picked_up_at)) for stop in stops)


def _aboard(stops: Sequence[RemainingStop]) -> tuple[OpenLeg, ...]:
    """Legs that are dropped off and not picked up any more."""
    to_pick_up = {stop.leg.id for stop in stops if stop.kind is StopKind.PICKUP}
    return tuple(stop.leg for stop in stops if stop.kind is StopKind.DROPOFF and stop.leg.id not in to_pick_up)
