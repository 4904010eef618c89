"""Riding a route stop by stop: its times, its cost in minutes, and whether it breaks a limit.

The innermost loops: written into their callers, without counting of references (`compiled.inlined`).
"""

import math
from typing import Any, TypeAlias

import numpy as np

from apps.core.geo import EARTH_RADIUS_M
from apps.dispatch.engine.compiled import inlined, lean_kernel
from apps.dispatch.engine.tick.rows import START, Records, Stops32
from apps.dispatch.engine.travel import Floats

ROUNDING_S = 1e-5
ROUNDING_L = 1e-6  # litres are no whole numbers: their sums may exceed what they fill exactly
CHORD_TO_ARC = 1 / (24.0 * EARTH_RADIUS_M**2)
Record: TypeAlias = Any

Here: TypeAlias = tuple[float, int, float, float, float, float, float]
"""Where a courier is on a route: when he leaves, from which stop, grams, litres and parcels on board, legs on board,
and half of the service there."""


@inlined
def ride_s(stops: Records, couriers: Records, rides: Floats, c: int, at: int, b: int) -> float:
    """Seconds from stop `at` (START: where the courier is) to stop `b`: out of the table, or along the great circle.

    Both are added up, for one of them is nothing: with tables the pace is 0, without them the table holds one 0. The
    chord d through the earth makes an arc of d + d^3 / 24 R^2, exact to a micrometre within a city.
    """
    who, to, before = couriers[c], stops[b], stops[max(at, 0)]
    is_start = at == START
    row = who.start_row if is_start else who.vehicle_row + before.point
    dx = to.x - (who.x if is_start else before.x)
    dy = to.y - (who.y if is_start else before.y)
    dz = to.z - (who.z if is_start else before.z)
    squared = dx * dx + dy * dy + dz * dz
    arc = math.sqrt(squared) * (1.0 + squared * CHORD_TO_ARC)
    return float(rides[row, to.point] + arc * who.pace)


@inlined
def handover_at(opens: float, spread: float, arrives: float) -> float:
    """When the parcels change hands if the courier is ready for it at `arrives`.

    Where readiness is known, the later of both. Where it is only expected, the mean of the later of both, for a
    logistic distribution of scale s around m: m + s log(1 + exp((a - m) / s)).
    """
    at = max(opens, arrives)
    if spread > 0.0:
        at += spread * math.log1p(math.exp(-abs(arrives - opens) / spread))
    return float(at)


@inlined
def drop_cost(stop: Record, at: float) -> float:
    """Minutes that a handover at the drop-off costs; `cost.leg_cost_min` but for the courier's part."""
    return float((at - stop.placed) * stop.weight + max(at - stop.due, 0.0) * stop.slope)


@inlined
def begin(couriers: Records, c: int) -> Here:
    """The start of a courier's route."""
    who = couriers[c]
    return (who.free, START, 0.0, 0.0, 0.0, who.aboard, 0.0)


@inlined
def step(
    stops: Records, couriers: Records, rides: Floats, picked: Floats, c: int, here: Here, b: int
) -> tuple[float, float, Here]:
    """Go on to stop `b`: its cost in minutes (infinite when a limit is broken), the handover, and where he is then.

    Pickups of one place after another are one stop: one service, as long as the longest of them. `picked` (L,) is told
    when a leg comes on board, and asked when it is dropped off.
    """
    stop, who, leg = stops[b], couriers[c], b >> 1
    before, on_board_since = stops[max(here[1], 0)], picked[leg]
    ride = ride_s(stops, couriers, rides, c, here[1], b)
    cost, aboard, half = ride * who.ride_price, here[5], stop.half
    grams, litres, parcels = here[2] + stop.grams, here[3] + stop.litres, here[4] + stop.parcels
    if stop.place >= 0:
        arrives, joins = here[0] + ride, here[1] != START and before.place == stop.place
        if joins:
            arrives, half = here[0] - 2.0 * here[6], max(here[6], half)
        handover = handover_at(stop.opens, stop.spread, max(arrives + half, stop.wanted))
        is_broken = not joins and who.one_place > 0 and aboard > 0.0
        aboard += 1.0
        is_broken |= aboard > who.most_aboard or grams > who.grams or litres > who.litres or parcels > who.parcels
        is_broken |= stop.is_fixed == 0 and handover > who.pickup_by + ROUNDING_S
        on_board_since = handover
    else:
        handover = max(stop.opens, here[0] + ride + half)
        aboard -= 1.0
        cost += drop_cost(stop, handover)
        is_broken = handover - on_board_since > stop.longest + ROUNDING_S
        is_broken |= stop.is_fixed == 0 and handover > who.drop_by + ROUNDING_S
    picked[leg] = on_board_since
    if is_broken or handover > stop.closes + ROUNDING_S:
        cost = np.inf
    return cost, handover, (handover + half, b, grams, litres, parcels, aboard, half)


@lean_kernel
def route_cost(
    stops: Records, couriers: Records, rides: Floats, picked: Floats, c: int, route: Stops32, n: int
) -> float:
    """Minutes that the first `n` stops of `route` cost with courier c; infinite when a limit is broken."""
    here, total, k = begin(couriers, c), 0.0, 0
    while k < n:
        cost, _, here = step(stops, couriers, rides, picked, c, here, route[k])
        total += cost
        k = n if total == np.inf else k + 1
    return total
