"""Riding what a courier is committed to, in plain Python: for the matching, which gives new work only after it."""

from dataclasses import replace

import numpy as np

from apps.core.geo import Point
from apps.dispatch.engine.plan import PlannedStop
from apps.dispatch.engine.snapshot import CommittedStop, CourierState, Snapshot
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.travel import pair_seconds


def planned_stops(state: CourierState, snapshot: Snapshot) -> tuple[PlannedStop, ...]:
    """The committed stops of a courier with their times."""
    places = np.array([(p.lat, p.lon) for p in (state.position, *map(_where, state.stops))], dtype=float)
    rides = pair_seconds(snapshot.travel, places[:-1], places[1:], state.vehicle)
    leaves, before, stops = max(snapshot.now, state.free_at, state.on_duty_from), None, []
    for stop, ride in zip(state.stops, rides.tolist(), strict=True):
        planned = _planned(stop, leaves, ride)
        if before and _is_one_stop(before, stop):
            planned = _joined(stop, stops[-1])
        stops.append(planned)
        leaves, before = planned.leaves_at, stop
    return tuple(stops)


def after_stops(state: CourierState, stops: tuple[PlannedStop, ...]) -> CourierState:
    """The courier as he will be when all his committed stops are made."""
    if not stops:
        return state
    held = len({stop.leg.id for stop in state.stops})
    dropped = [s.leg for s in state.stops if s.kind is StopKind.DROPOFF and s.leg.id not in _picked_up(state)]
    return replace(
        state,
        position=_where(state.stops[-1]),
        free_at=stops[-1].leaves_at,
        weight_on_board_g=state.weight_on_board_g - sum(leg.weight_g for leg in dropped),
        volume_on_board_l=state.volume_on_board_l - sum(leg.volume_l for leg in dropped),
        parcels_on_board=state.parcels_on_board - sum(leg.parcels for leg in dropped),
        stops=(),
        max_legs=None if state.max_legs is None else max(0, state.max_legs - held),
    )


def _picked_up(state: CourierState) -> frozenset[str]:
    return frozenset(stop.leg.id for stop in state.stops if stop.kind is StopKind.PICKUP)


def _where(stop: CommittedStop) -> Point:
    return stop.leg.point_of(stop.kind)


def _is_one_stop(before: CommittedStop, stop: CommittedStop) -> bool:
    """Whether these are pickups of one place."""
    are_pickups = before.kind is StopKind.PICKUP and stop.kind is StopKind.PICKUP
    return are_pickups and before.leg.pickup_place == stop.leg.pickup_place


def _planned(stop: CommittedStop, leaves: float, ride: float) -> PlannedStop:
    """A stop of its own."""
    leg, is_pickup = stop.leg, stop.kind is StopKind.PICKUP
    half = (leg.pickup_service_s if is_pickup else leg.dropoff_service_s) / 2
    opens = leg.ready_at if is_pickup else leg.drop_from
    handover = leaves + ride + half if opens is None else max(opens, leaves + ride + half)
    departs = max(leaves, handover - half - ride)
    return PlannedStop(stop.kind, (leg.id,), departs, departs + ride, handover, handover + half, is_committed=True)


def _joined(stop: CommittedStop, with_it: PlannedStop) -> PlannedStop:
    """A pickup at the place of the one before: one stop, one service, the longer of both, as in `tick.walk`."""
    half_before = with_it.leaves_at - with_it.handover_at
    half = max(half_before, stop.leg.pickup_service_s / 2)
    handover = max(stop.leg.ready_at, with_it.handover_at - half_before + half)
    return replace(with_it, leg_ids=(stop.leg.id,), handover_at=handover, leaves_at=handover + half)
