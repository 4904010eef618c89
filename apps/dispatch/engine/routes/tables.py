"""Everything the kernels know of a market, as plain contiguous arrays.

C couriers, L legs, P different pickup points, V vehicle profiles. Times and rides are seconds, costs minutes.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from apps.dispatch.engine.bundles import BundleTable, left_out_prices, price
from apps.dispatch.engine.cost import leg_cost_min
from apps.dispatch.engine.market import Market
from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.travel import Floats, pair_seconds


class RouteTables(NamedTuple):
    """Input of every kernel; none writes to it."""

    available_at: Floats
    shift_ends_at: Floats
    tie_break_min: Floats
    spare_weight_g: Floats
    spare_parcels: Floats
    vehicle: Ints
    """By courier, (C,)."""
    placed_at: Floats
    ready_at: Floats
    due_at: Floats
    drop_by: Floats
    weight_g: Floats
    parcels: Floats
    pickup_half_s: Floats
    dropoff_half_s: Floats
    left_out_min: Floats
    ideal_min: Floats
    """By leg, (L,): cost when it is picked up the moment it is ready and ridden straight on the fastest vehicle."""
    place: Ints
    """(L,) legs of one place may be in one group."""
    row_in_place: Ints
    """(L,) number of the leg among those of its place."""
    place_start: Ints
    place_size: Ints
    """By place: where its block in `between_s` starts, and how many legs it has."""
    point: Ints
    """(L,) row of the leg's pickup point."""
    to_pickup_s: Floats
    """(C, P) from where the courier is free."""
    next_pickup_s: Floats
    """(V, L, P) from each leg's drop-off."""
    from_pickup_s: Floats
    """(V, L) from each leg's pickup to its drop-off."""
    between_s: Floats
    """(V, sum of squared place sizes) between drop-offs of one place, a square block per place."""
    may_carry: Mask
    """(L, C) limits that time does not touch."""
    bound_min: Floats
    """(L, C) cost of the leg when the courier goes for it straight away; infinite where that breaks a limit."""
    nearest: Ints
    """(L, C) couriers by `bound_min`, cheapest first."""
    lateness_slope: float
    max_group: int


def make_tables(market: Market) -> RouteTables:
    """Tables of a market. Needs V x L x P numbers for the rides between legs: `stage` bounds L."""
    legs, couriers, settings = market.legs, market.couriers, market.settings
    alone = BundleTable.of([(row,) for row in range(len(legs))], market)
    prices = price(alone, market)
    bound = np.where(prices.feasible, prices.cost_min, np.inf)
    point, points = _pickup_points(legs.pickup)
    place, row_in_place, sizes = _places([leg.pickup_place for leg in legs.legs])
    from_pickup = np.stack([pair_seconds(market.travel, legs.pickup, legs.dropoff, v) for v in couriers.vehicles])
    straight_at = legs.ready_at + legs.pickup_half_s + from_pickup.min(axis=0) + legs.dropoff_half_s
    ideal = leg_cost_min(dropoff_at=straight_at, placed_at=legs.placed_at, due_at=legs.due_at, settings=settings)
    tables = RouteTables(
        available_at=couriers.available_at,
        shift_ends_at=couriers.shift_ends_at,
        tie_break_min=couriers.tie_break_min,
        spare_weight_g=couriers.spare_weight_g,
        spare_parcels=couriers.spare_parcels,
        vehicle=couriers.vehicle,
        placed_at=legs.placed_at,
        ready_at=legs.ready_at,
        due_at=legs.due_at,
        drop_by=legs.drop_by,
        weight_g=legs.weight_g,
        parcels=legs.parcels,
        pickup_half_s=legs.pickup_half_s,
        dropoff_half_s=legs.dropoff_half_s,
        left_out_min=left_out_prices(alone, market),
        ideal_min=ideal,
        place=place,
        row_in_place=row_in_place,
        place_start=np.concatenate(([0], np.cumsum(sizes**2)[:-1])).astype(np.int64),
        place_size=sizes,
        point=point,
        to_pickup_s=couriers.rides_to(points, market.travel).T,
        next_pickup_s=np.stack([market.travel.seconds(legs.dropoff, points, v) for v in couriers.vehicles]),
        from_pickup_s=from_pickup,
        between_s=_between(market, place, sizes),
        may_carry=market.may_carry,
        bound_min=bound,
        nearest=np.argsort(bound, axis=1, kind="stable"),
        lateness_slope=float(settings.lateness_slope),
        max_group=int(settings.max_bundle_legs),
    )
    # One layout, whatever numpy chose: kernels are compiled per layout.
    return RouteTables(*(np.ascontiguousarray(x) if isinstance(x, np.ndarray) else x for x in tables))


def _pickup_points(pickup: Floats) -> tuple[Ints, Floats]:
    """Row of each leg's pickup among the different ones, and those; in the order of the legs."""
    rows: dict[tuple[float, float], int] = {}
    point = [rows.setdefault((lat, lon), len(rows)) for lat, lon in pickup.tolist()]
    return np.array(point, dtype=np.int64), np.array(list(rows), dtype=float).reshape(-1, 2)


def _places(names: Sequence[str]) -> tuple[Ints, Ints, Ints]:
    """By leg: its place and its number there; by place: how many legs it has."""
    rows: dict[str, int] = {}
    sizes: list[int] = []
    place, number = [], []
    for name in names:
        row = rows.setdefault(name, len(rows))
        if row == len(sizes):
            sizes.append(0)
        place.append(row)
        number.append(sizes[row])
        sizes[row] += 1
    return np.array(place, dtype=np.int64), np.array(number, dtype=np.int64), np.array(sizes, dtype=np.int64)


def _between(market: Market, place: Ints, sizes: Ints) -> Floats:
    """Rides between the drop-offs of each place, one square block after the other, by vehicle."""
    vehicles = market.couriers.vehicles
    blocks = np.zeros((len(vehicles), int((sizes**2).sum())))
    by_place = np.split(np.argsort(place, kind="stable"), np.cumsum(sizes)[:-1])
    start = 0
    for rows in by_place:
        end = start + len(rows) ** 2
        if len(rows) > 1:
            dropoffs = market.legs.dropoff[rows]
            for row, vehicle in enumerate(vehicles):
                blocks[row, start:end] = market.travel.seconds(dropoffs, dropoffs, vehicle).ravel()
        start = end
    return blocks
