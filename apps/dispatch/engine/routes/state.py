"""Routes while they are being improved: arrays that the operators change in place."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

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
        length=np.zeros(n_couriers, dtype=np.int64),
        cost_min=np.zeros(n_couriers),
        courier_of=np.full(n_legs, NOBODY, dtype=np.int64),
    )
    clock = np.zeros((width, 2))
    for courier, legs in groups:
        n = len(legs)
        routes.legs[courier, :n] = legs
        routes.joined[courier, 1:n] = True
        routes.length[courier] = n
        routes.courier_of[list(legs)] = courier
        routes.cost_min[courier] = evaluate(t, courier, routes.legs[courier], routes.joined[courier], n, clock)
    return routes


class Scratch(NamedTuple):
    """Room for the routes that operators try; (W,) each but `clock` (W, 2)."""

    legs: Ints
    joined: Mask
    tried_legs: Ints
    tried_joined: Mask
    clock: Floats


def make_scratch(width: int) -> Scratch:
    """Room for routes of at most `width` legs."""
    return Scratch(
        legs=np.zeros(width, dtype=np.int64),
        joined=np.zeros(width, dtype=np.bool_),
        tried_legs=np.zeros(width, dtype=np.int64),
        tried_joined=np.zeros(width, dtype=np.bool_),
        clock=np.zeros((width, 2)),
    )
