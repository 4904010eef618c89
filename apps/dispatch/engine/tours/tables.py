"""The problem as the kernels see it: plain arrays, worked out once."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.tours.problem import TourProblem
from apps.dispatch.engine.travel import Floats

MOST_NEIGHBOURS = 250
"""Strings are removed around one node; far more nodes than one ruin ever reaches."""
FEW = 10
"""Neighbours by which the usual length of an arc is estimated."""


class Tables(NamedTuple):
    """N nodes, Q requests, V vehicles, K kinds of load. Times start at 0, and closing times include the rounding."""

    distance: Floats
    """(P, N, N) as a price."""
    travel: Floats
    """(P, N, N) from the start of service at one node to the arrival at another."""
    rides: Ints
    """(V,) which of the P are a vehicle's."""
    window: Floats
    """(N, 2)"""
    load: Floats
    """(N, K) what getting on (positive) or off (negative) adds."""
    pickup: Ints
    """(Q,)"""
    dropoff: Ints
    """(Q,)"""
    request: Ints
    """(N,) or -1 where a vehicle starts or ends."""
    capacity: Floats
    """(V, K)"""
    ends: Ints
    """(V, 2) nodes that a tour starts from and ends at."""
    shift: Floats
    """(V, 2)"""
    kind: Ints
    """(V,) equal for vehicles that are the same in everything."""
    compatible: Mask
    """(Q, V)"""
    left_out: Floats
    """(Q,)"""
    near: Ints
    """(N, M) stops by their distance from a node, nearest first."""
    sort_keys: Floats
    """(6, Q) orders in which requests are put back."""
    due: Floats
    """(N,)"""
    ride_limit: Floats
    """(Q,) longest time from the start of service at the pickup to that at the drop-off."""
    lateness_price: float
    origin: float
    """The problem's time that is 0 here."""
    needs_drive: bool
    """Whether lateness or time on board count: then a tour must be driven through to know what a place costs."""


def make_tables(problem: TourProblem) -> Tables:
    """Work out the tables."""
    service, origin = problem.service_time, _origin(problem)
    n, q = len(problem.window), len(problem.pickup)
    request, load = np.full(n, -1, dtype=np.int64), np.zeros((n, problem.load.shape[1]))
    request[problem.pickup] = request[problem.dropoff] = np.arange(q)
    load[problem.pickup], load[problem.dropoff] = problem.load, -problem.load
    window = problem.window - origin
    window[:, 1] += problem.rounding
    shift = problem.fleet.shift - origin
    shift[:, 1] += problem.rounding
    due = np.full(n, np.inf) if problem.due is None else problem.due - origin
    on_board = np.full(q, np.inf) if problem.max_on_board is None else problem.max_on_board + problem.rounding
    compatible = problem.compatible
    price = np.ascontiguousarray(problem.distances * problem.distance_price)
    return Tables(
        distance=price,
        travel=np.ascontiguousarray(problem.travel_times + service[:, None]),
        rides=problem.rides.astype(np.int64),
        window=window,
        load=load,
        pickup=problem.pickup.astype(np.int64),
        dropoff=problem.dropoff.astype(np.int64),
        request=request,
        capacity=np.ascontiguousarray(problem.fleet.capacity, dtype=float),
        ends=np.column_stack([problem.fleet.start, problem.fleet.end]).astype(np.int64),
        shift=shift,
        kind=vehicle_kinds(problem),
        compatible=np.ones((q, len(shift)), dtype=np.bool_) if compatible is None else compatible,
        left_out=_left_out_prices(problem, price),
        near=_neighbours(problem),
        sort_keys=_sort_keys(problem),
        due=due,
        ride_limit=on_board + service[problem.pickup],
        lateness_price=problem.lateness_price,
        origin=origin,
        needs_drive=bool(np.isfinite(on_board).any() or (problem.lateness_price > 0 and np.isfinite(due).any())),
    )


def vehicle_kinds(problem: TourProblem) -> Ints:
    """(V,) equal numbers for vehicles that are the same in everything, so that one empty one stands for all."""
    fleet = problem.fleet
    columns: list[NDArray[Any]] = [
        fleet.capacity,
        fleet.start[:, None],
        fleet.end[:, None],
        fleet.shift,
        fleet.price[:, None],
        problem.rides[:, None],
    ]
    if problem.compatible is not None:
        columns.append(problem.compatible.T)
    _, kinds = np.unique(np.column_stack([column.astype(float) for column in columns]), axis=0, return_inverse=True)
    return kinds.astype(np.int64).ravel()


def usual_arc(tables: Tables) -> float:
    """What going from one stop to the next usually costs: the scale of the search's temperatures."""
    stops = np.concatenate([tables.pickup, tables.dropoff])
    nearest = np.take_along_axis(tables.distance[0, stops], tables.near[stops, :FEW], axis=1)
    return float(nearest.mean()) if nearest.any() else 1.0


def _origin(problem: TourProblem) -> float:
    times = np.concatenate([problem.window.ravel(), problem.fleet.shift.ravel()])
    finite = times[np.isfinite(times)]
    return float(finite.min()) if len(finite) else 0.0


def _left_out_prices(problem: TourProblem, price: Floats) -> Floats:
    """Their own prices; where the fleet comes first, or there are none, in proportion but beyond all else."""
    given = problem.left_out_price
    if given is not None and not problem.fleet_first:
        return given.astype(float)
    largest = float(price.max(initial=0.0)) + float(problem.fleet.price.max(initial=0.0))
    beyond = np.full(len(problem.pickup), 1e4 * max(largest, 1.0))
    return beyond if given is None or not given.any() else beyond * given / given[given > 0].min()


def _neighbours(problem: TourProblem) -> Ints:
    stops = np.concatenate([problem.pickup, problem.dropoff])
    count = min(len(stops), MOST_NEIGHBOURS)
    order = np.argsort(problem.distances[0][:, stops], axis=1, kind="stable")[:, :count]
    return np.ascontiguousarray(stops[order].astype(np.int64))


def _sort_keys(problem: TourProblem) -> Floats:
    """Large loads, far, near, tight, early, late ones first (Christiaens and Vanden Berghe 2020, section 5.3)."""
    pickup, dropoff, window = problem.pickup, problem.dropoff, problem.window
    home = problem.distances[0, problem.fleet.start[0]] if len(problem.fleet.start) else np.zeros(len(window))
    away = home[pickup] + home[dropoff]
    scale = np.maximum(problem.fleet.capacity.max(axis=0, initial=0.0), 1e-9)
    size = (problem.load / scale).max(axis=1, initial=0.0)
    width = (window[:, 1] - window[:, 0])[pickup] + (window[:, 1] - window[:, 0])[dropoff]
    opens, closes = window[:, 0][pickup] + window[:, 0][dropoff], window[:, 1][pickup] + window[:, 1][dropoff]
    keys: Floats = np.nan_to_num(np.array([-size, -away, away, width, opens, -closes]))
    return keys
