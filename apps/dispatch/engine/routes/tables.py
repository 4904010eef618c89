"""Everything the kernels know of a market, as plain contiguous arrays.

C couriers, L legs, P different pickup points, V vehicle profiles. Times and rides are seconds, costs minutes.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from apps.dispatch.engine.bundles import BundleTable, left_out_prices, price
from apps.dispatch.engine.cost import leg_cost_min
from apps.dispatch.engine.market import Market
from apps.dispatch.engine.tables import CourierTable, Ints, Mask
from apps.dispatch.engine.travel import Floats, pair_seconds

LEG = np.dtype(
    [
        ("placed_at", "f8"),
        ("ready_at", "f8"),
        ("due_at", "f8"),
        ("drop_by", "f8"),
        ("weight_g", "f8"),
        ("parcels", "f8"),
        ("pickup_half_s", "f8"),
        ("dropoff_half_s", "f8"),
        ("left_out_min", "f8"),
        ("ideal_min", "f8"),  # cost when picked up the moment it is ready and ridden straight on the fastest vehicle
        ("place", "i8"),  # legs of one place may be in one group
        ("point", "i8"),  # row of its pickup point
        ("between_row", "i8"),  # where the rides from its drop-off to others of its place start in `between_s`
        ("number", "i8"),  # among the legs of its place
    ],
    align=True,
)
COURIER = np.dtype(
    [
        ("available_at", "f8"),
        ("shift_ends_at", "f8"),
        ("tie_break_min", "f8"),
        ("spare_weight_g", "f8"),
        ("spare_parcels", "f8"),
        ("vehicle", "i8"),
    ],
    align=True,
)
Records: TypeAlias = NDArray[Any]


class RouteTables(NamedTuple):
    """Input of every kernel; none writes to it.

    Few arrays, of records: each array that a kernel takes out of a tuple costs it more than a whole stop.
    """

    legs: Records
    """(L,) of LEG."""
    couriers: Records
    """(C,) of COURIER."""
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
    legs, couriers, travel = market.legs, market.couriers, market.travel
    alone = BundleTable.of([(row,) for row in range(len(legs))], market)
    prices = price(alone, market)
    bound = np.ascontiguousarray(np.where(prices.feasible, prices.cost_min, np.inf))
    point, points = _pickup_points(legs.pickup)
    place, number, sizes = _places([leg.pickup_place for leg in legs.legs])
    from_pickup = np.stack([pair_seconds(travel, legs.pickup, legs.dropoff, v) for v in couriers.vehicles])
    records = _leg_records(market, from_pickup.min(axis=0))
    block = np.cumsum(sizes**2) - sizes**2
    records["left_out_min"] = left_out_prices(alone, market)
    records["place"], records["point"], records["number"] = place, point, number
    records["between_row"] = block[place] + number * sizes[place]
    # One layout whatever numpy chose, for kernels are compiled per layout.
    return RouteTables(
        legs=records,
        couriers=_courier_records(couriers),
        to_pickup_s=np.ascontiguousarray(couriers.rides_to(points, travel).T),
        next_pickup_s=np.stack([travel.seconds(legs.dropoff, points, v) for v in couriers.vehicles]),
        from_pickup_s=from_pickup,
        between_s=_between(market, place, sizes),
        may_carry=np.ascontiguousarray(market.may_carry),
        bound_min=bound,
        nearest=np.ascontiguousarray(np.argsort(bound, axis=1, kind="stable")),
        lateness_slope=float(market.settings.lateness_slope),
        max_group=int(market.settings.max_bundle_legs),
    )


def _leg_records(market: Market, from_pickup_s: Floats) -> Records:
    """What is known of each leg by itself; `from_pickup_s` (L,) on the fastest vehicle."""
    legs = market.legs
    records = np.zeros(len(legs), dtype=LEG)
    for name in LEG.names or ():
        if hasattr(legs, name):
            records[name] = getattr(legs, name)
    straight_at = legs.ready_at + legs.pickup_half_s + from_pickup_s + legs.dropoff_half_s
    records["ideal_min"] = leg_cost_min(
        dropoff_at=straight_at, placed_at=legs.placed_at, due_at=legs.due_at, settings=market.settings
    )
    return records


def _courier_records(couriers: CourierTable) -> Records:
    records = np.zeros(len(couriers), dtype=COURIER)
    for name in COURIER.names or ():
        records[name] = getattr(couriers, name)
    return records


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
