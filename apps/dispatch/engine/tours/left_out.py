"""Why a request has no tour: the limit that strikes out the last vehicle, one limit after the other."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from apps.dispatch.engine.reasons import UnassignedReason
from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.tours.problem import TourProblem

TOO_MUCH = (
    UnassignedReason.TOO_HEAVY,
    UnassignedReason.TOO_LARGE,
    UnassignedReason.TOO_MANY_PARCELS,
    UnassignedReason.NO_COURIER_FREE,
)
"""By kind of load."""


def unservable(problem: TourProblem) -> dict[int, UnassignedReason]:
    """Requests that no vehicle can serve, even if it serves nothing else, with the reason."""
    reasons = {}
    for request in range(len(problem.pickup)):
        left = np.ones(len(problem.fleet.capacity), dtype=np.bool_)
        for reason, can in _limits(problem, request):
            left &= can
            if not left.any():
                reasons[request] = reason
                break
    return reasons


def only(problem: TourProblem, requests: Ints) -> TourProblem:
    """The problem with some of its requests; nodes keep their numbers."""
    return replace(
        problem,
        pickup=problem.pickup[requests],
        dropoff=problem.dropoff[requests],
        load=problem.load[requests],
        compatible=None if problem.compatible is None else problem.compatible[requests],
        max_on_board=None if problem.max_on_board is None else problem.max_on_board[requests],
        left_out_price=None if problem.left_out_price is None else problem.left_out_price[requests],
    )


def _limits(problem: TourProblem, request: int) -> Iterator[tuple[UnassignedReason, Mask]]:
    """Each limit, and the vehicles (V,) that can keep it."""
    fleet, pickup, dropoff = problem.fleet, problem.pickup[request], problem.dropoff[request]
    travel, service, window, ways = problem.travel_times, problem.service_time, problem.window, problem.rides
    if problem.compatible is not None:
        yield UnassignedReason.NO_SUITABLE_VEHICLE, problem.compatible[request]
    for kind in range(fleet.capacity.shape[1]):
        yield TOO_MUCH[kind], problem.load[request, kind] <= fleet.capacity[:, kind]
    late = problem.rounding
    leaves = np.maximum(fleet.shift[:, 0], window[fleet.start, 0]) + service[fleet.start]
    picks_up = np.maximum(leaves + travel[ways, fleet.start, pickup], window[pickup, 0])
    drops_off = np.maximum(picks_up + service[pickup] + travel[ways, pickup, dropoff], window[dropoff, 0])
    in_time = (picks_up <= window[pickup, 1] + late) & (drops_off <= window[dropoff, 1] + late)
    yield UnassignedReason.WINDOW_CANNOT_BE_MET, in_time
    ends = drops_off + service[dropoff] + travel[ways, dropoff, fleet.end]
    yield UnassignedReason.SHIFT_ENDS_TOO_SOON, ends <= np.minimum(fleet.shift[:, 1], window[fleet.end, 1]) + late
    if problem.max_on_board is not None:
        # The pickup may wait until its window closes, so that the parcel is on board for no longer than it must.
        picks_up = np.maximum(
            picks_up, np.minimum(window[pickup, 1], drops_off - problem.max_on_board[request] - service[pickup])
        )
        on_board = drops_off - picks_up - service[pickup]
        rides = np.maximum(on_board, travel[ways, pickup, dropoff])
        yield UnassignedReason.TOO_LONG_ON_BOARD, rides <= problem.max_on_board[request] + late
