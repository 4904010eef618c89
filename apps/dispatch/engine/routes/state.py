"""Routes while they are being improved: arrays that the operators change in place."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from apps.dispatch.engine.routes.compiled import kernel
from apps.dispatch.engine.routes.evaluate import evaluate
from apps.dispatch.engine.routes.tables import RouteTables
from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.travel import Floats

NOBODY = -1


class Routes(NamedTuple):
    """One route per courier; C couriers, L legs, at most W legs a route. Valid whenever no operator is running."""

    legs: Ints
    """(C, W) legs in the order of their drop-offs; meaningless from `length` on."""
    joined: Mask
    """(C, W) whether the leg is picked up together with the one before it."""
    clock: Floats
    """(C, W, 2) pickup and drop-off of each leg."""
    length: Ints
    """(C,)"""
    cost_min: Floats
    """(C,)"""
    courier_of: Ints
    """(L,) row of the courier, or NOBODY."""


def start_routes(t: RouteTables, groups: Iterable[tuple[int, tuple[int, ...]]], width: int) -> Routes:
    """Routes of one group each, from pairs of a courier and his legs; nobody has two."""
    n_legs, n_couriers = t.may_carry.shape
    routes = Routes(
        legs=np.zeros((n_couriers, width), dtype=np.int64),
        joined=np.zeros((n_couriers, width), dtype=np.bool_),
        clock=np.zeros((n_couriers, width, 2)),
        length=np.zeros(n_couriers, dtype=np.int64),
        cost_min=np.zeros(n_couriers),
        courier_of=np.full(n_legs, NOBODY, dtype=np.int64),
    )
    for courier, legs in groups:
        n = len(legs)
        routes.legs[courier, :n] = legs
        routes.joined[courier, 1:n] = True
        routes.length[courier] = n
        routes.courier_of[list(legs)] = courier
        cost = evaluate(t, courier, routes.legs[courier], routes.joined[courier], n, routes.clock[courier])
        routes.cost_min[courier] = cost
    return routes


def copied(routes: Routes) -> Routes:
    """Routes that can be changed without changing these."""
    return Routes(
        legs=routes.legs.copy(),
        joined=routes.joined.copy(),
        clock=routes.clock.copy(),
        length=routes.length.copy(),
        cost_min=routes.cost_min.copy(),
        courier_of=routes.courier_of.copy(),
    )


class Route(NamedTuple):
    """One route outside of the table: room to try things; (W,) each but `clock` (W, 2)."""

    legs: Ints
    joined: Mask
    clock: Floats


class Scratch(NamedTuple):
    """Room for two routes."""

    before: Route
    """The route that a leg is taken from, as it was."""
    tried: Route


def make_scratch(width: int) -> Scratch:
    """Room for routes of at most `width` legs."""
    return Scratch(before=_room(width), tried=_room(width))


def _room(width: int) -> Route:
    return Route(np.zeros(width, dtype=np.int64), np.zeros(width, dtype=np.bool_), np.zeros((width, 2)))


@kernel
def store(routes: Routes, courier: int, route: Route, n: int, cost_min: float) -> None:
    """Make this the route of a courier."""
    for i in range(n):
        routes.legs[courier, i], routes.joined[courier, i] = route.legs[i], route.joined[i]
        routes.clock[courier, i, 0], routes.clock[courier, i, 1] = route.clock[i, 0], route.clock[i, 1]
        routes.courier_of[route.legs[i]] = courier
    routes.length[courier] = n
    routes.cost_min[courier] = cost_min
