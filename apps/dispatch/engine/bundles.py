"""Bundles: legs of one pickup place, picked up together and dropped off in a fixed order."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.dispatch.engine.cost import leg_cost_min
from apps.dispatch.engine.market import Market
from apps.dispatch.engine.tables import Ints, Mask
from apps.dispatch.engine.travel import Floats, pair_seconds


@dataclass(frozen=True, slots=True)
class DropoffRank:
    """The k-th drop-off of every bundle that has one."""

    bundle: Ints
    leg: Ints
    after_pickup_s: Floats
    """From leaving the pickup to this handover, by vehicle profile; (n_vehicles, len(bundle))."""


@dataclass(frozen=True, slots=True)
class BundleTable:
    """Bundles of one matching; every array is (n_bundles,) but `pickup` (n_bundles, 2)."""

    members: tuple[tuple[int, ...], ...]
    """Rows of the legs, in the order of their drop-offs."""
    first: Ints
    size: Ints
    pickup: Floats
    ready_at: Floats
    pickup_half_s: Floats
    ranks: tuple[DropoffRank, ...]

    @classmethod
    def of(cls, members: Sequence[tuple[int, ...]], market: Market) -> "BundleTable":
        """Table of these bundles, each a non-empty tuple of rows of the market's legs."""
        legs = market.legs
        first = np.array([rows[0] for rows in members], dtype=np.int64)
        ready_at, half = legs.ready_at[first], legs.pickup_half_s[first]
        for bundle, rows in enumerate(members):
            if len(rows) > 1:
                ready_at[bundle] = legs.ready_at[list(rows)].max()
                half[bundle] = legs.pickup_half_s[list(rows)].max()
        return cls(
            members=tuple(members),
            first=first,
            size=np.array([len(rows) for rows in members], dtype=np.int64),
            pickup=legs.pickup[first],
            ready_at=ready_at,
            pickup_half_s=half,
            ranks=_ranks(members, market),
        )

    def __len__(self) -> int:
        return len(self.members)


def _ranks(members: Sequence[tuple[int, ...]], market: Market) -> tuple[DropoffRank, ...]:
    legs, vehicles = market.legs, market.couriers.vehicles
    ranks: list[DropoffRank] = []
    since_pickup = np.zeros((len(vehicles), len(members)))
    for rank in range(max(map(len, members), default=0)):
        bundle = np.array([b for b, rows in enumerate(members) if len(rows) > rank], dtype=np.int64)
        leg = np.array([members[b][rank] for b in bundle], dtype=np.int64)
        origin = legs.pickup[leg] if rank == 0 else legs.dropoff[[members[b][rank - 1] for b in bundle]]
        half = legs.dropoff_half_s[leg]
        for row, vehicle in enumerate(vehicles):
            since_pickup[row, bundle] += pair_seconds(market.travel, origin, legs.dropoff[leg], vehicle) + half
        ranks.append(DropoffRank(bundle=bundle, leg=leg, after_pickup_s=since_pickup[:, bundle]))
        since_pickup[:, bundle] += half
    return tuple(ranks)


@dataclass(frozen=True, slots=True)
class Prices:
    """Every bundle with every courier of a market; arrays are (n_bundles, n_couriers)."""

    cost_min: Floats
    """Sum over the legs of the bundle, see `cost`; meaningless where not feasible."""
    feasible: Mask
    """No hard limit is broken."""
    in_time: Mask
    """The same, but for the time on board."""
    within_shift: Mask
    """The courier is on duty as long as it takes."""
    ride_s: Floats
    """From where the courier is free to the pickup."""
    pickup_at: Floats
    allowed: Mask
    """No limit is broken, time apart."""


def price(bundles: BundleTable, market: Market, *, is_searched: bool = False) -> Prices:
    """Price every bundle with every courier; as the search does where readiness is uncertain, or as if it were
    known."""
    couriers, legs = market.couriers, market.legs
    allowed = market.may_carry[bundles.first]
    for bundle in np.flatnonzero(bundles.size > 1):
        allowed[bundle] = market.may_carry_together(bundles.members[bundle])
    ride = couriers.rides_to(bundles.pickup, market.travel)
    half = bundles.pickup_half_s[:, None]
    pickup_at = np.maximum(bundles.ready_at[:, None], couriers.available_at + ride + half)
    if is_searched and legs.ready_spread_s.any():
        pickup_at = _expected_pickup(bundles, market, couriers.available_at + ride + half)
    within_shift, in_time, short_enough = pickup_at <= couriers.shift_ends_at, allowed.copy(), np.ones_like(allowed)
    cost = bundles.size[:, None] * couriers.tie_break_min
    for rank in bundles.ranks:
        rows = slice(None) if len(rank.bundle) == len(bundles) else rank.bundle
        dropoff_at = (pickup_at + half)[rows] + rank.after_pickup_s[couriers.vehicle].T
        dropoff_at = np.maximum(dropoff_at, legs.drop_from[rank.leg, None])
        in_time[rows] &= pickup_at[rows] <= legs.pickup_by[rank.leg, None]
        short_enough[rows] &= dropoff_at - pickup_at[rows] <= legs.max_on_board_s[rank.leg, None]
        cost[rows] += leg_cost_min(
            dropoff_at=dropoff_at,
            placed_at=legs.placed_at[rank.leg, None],
            due_at=legs.due_at[rank.leg, None],
            settings=market.settings,
        )
        in_time[rows] &= dropoff_at <= legs.drop_by[rank.leg, None]
        within_shift[rows] &= dropoff_at <= couriers.drop_by
    in_time &= within_shift
    return Prices(
        cost_min=cost,
        feasible=in_time & short_enough,
        in_time=in_time,
        within_shift=within_shift,
        ride_s=ride,
        pickup_at=pickup_at,
        allowed=allowed,
    )


def _expected_pickup(bundles: BundleTable, market: Market, arrives: Floats) -> Floats:
    """`tick.walk.handover_at` of every bundle with every courier."""
    ready = bundles.ready_at[:, None]
    spread, risk = market.legs.ready_spread_s[bundles.first][:, None], market.settings.ready_risk
    there = np.maximum(arrives, ready + spread * math.log(risk / (1 - risk)))
    later = np.maximum(ready, there)
    scale = np.where(spread > 0, spread, 1.0)
    answer: Floats = np.where(spread > 0, later + spread * np.log1p(np.exp(-np.abs(there - ready) / scale)), later)
    return answer


def left_out_prices(bundles: BundleTable, market: Market) -> Floats:
    """Minutes that leaving each bundle out costs, (n_bundles,)."""
    by_leg = market.left_out_min(market.legs)
    total = np.zeros(len(bundles))
    for rank in bundles.ranks:
        total[rank.bundle] += by_leg[rank.leg]
    return total
