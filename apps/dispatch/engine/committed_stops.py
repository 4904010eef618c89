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
        planned = _planned(stop, leaves, ride, before)
        stops.append(planned)
        leaves, before = planned.leaves_at, stop
    return tuple(stops)


def after_stops(state: CourierState, stops: tuple[PlannedStop, ...]) -> CourierState:
    """The courier as he will be when all his committed stops are made."""
    if not stops:
        return state
    dropped = [s.leg for s in state.stops if s.kind is StopKind.DROPOFF and s.leg.id not in _picked_up(state)]
    return replace(
        state,
        position=_where(state.stops[-1]),
        free_at=stops[-1].leaves_at,
        weight_on_board_g=state.weight_on_board_g - sum(leg.weight_g for leg in dropped),
        volume_on_board_l=state.volume_on_board_l - sum(leg.volume_l for leg in dropped),
        parcels_on_board=state.parcels_on_board - sum(leg.parcels for leg in dropped),
        stops=(),
    )


def _picked_up(state: CourierState) -> frozenset[str]:
    return frozenset(stop.leg.id for stop in state.stops if stop.kind is StopKind.PICKUP)


def _where(stop: CommittedStop) -> Point:
    return stop.leg.pickup if stop.kind is StopKind.PICKUP else stop.leg.dropoff


def _planned(stop: CommittedStop, leaves: float, ride: float, before: CommittedStop | None) -> PlannedStop:
    """One stop after the one before; pickups of one place after another are one stop, as in `tick.walk`."""
    leg, is_pickup = stop.leg, stop.kind is StopKind.PICKUP
    half = (leg.pickup_service_s if is_pickup else leg.dropoff_service_s) / 2
    opens = leg.ready_at if is_pickup else leg.drop_from
    arrives = leaves + ride
    if is_pickup and before and before.kind is StopKind.PICKUP and before.leg.pickup_place == leg.pickup_place:
        arrives = leaves - before.leg.pickup_service_s
    handover = arrives + half if opens is None else max(opens, arrives + half)
    return PlannedStop(
        kind=stop.kind,
        leg_ids=(leg.id,),
        departs_at=leaves,
        arrives_at=leaves + ride,
        handover_at=handover,
        leaves_at=handover + half,
        is_committed=True,
    )
