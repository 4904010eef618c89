"""From matched pairs to routes of one group each."""

import numpy as np

from apps.dispatch.engine.market import Market
from apps.dispatch.engine.matching import Match
from apps.dispatch.engine.plan import PlannedRoute, PlannedStop
from apps.dispatch.engine.stop_kind import StopKind


def matched_routes(match: Match, market: Market) -> list[PlannedRoute]:
    """One route per matched pair."""
    pairs = zip(match.bundle.tolist(), match.courier.tolist(), strict=True)
    return [_route(match, market, bundle, courier) for bundle, courier in pairs]


def _route(match: Match, market: Market, bundle: int, courier: int) -> PlannedRoute:
    bundles, prices = match.bundles, match.prices
    legs, couriers = market.legs, market.couriers
    rows = bundles.members[bundle]
    ride, half = float(prices.ride_s[bundle, courier]), float(bundles.pickup_half_s[bundle])
    pickup_at, ready_at = float(prices.pickup_at[bundle, courier]), float(bundles.ready_at[bundle])
    departs_at = max(float(couriers.available_at[courier]), ready_at - half - ride)
    leg_ids = tuple(legs.legs[row].id for row in rows)
    stops = [PlannedStop(StopKind.PICKUP, leg_ids, departs_at, departs_at + ride, pickup_at, pickup_at + half)]
    leaves = pickup_at + half
    for rank, row, leg_id in zip(bundles.ranks, rows, leg_ids, strict=False):
        after_s = float(rank.after_pickup_s[couriers.vehicle[courier], np.searchsorted(rank.bundle, bundle)])
        arrives, dropoff_half = pickup_at + half + after_s, float(legs.dropoff_half_s[row])
        at = max(arrives, float(legs.drop_from[row]))
        waits = at - arrives
        departs_at, there_at = leaves + waits, arrives - dropoff_half + waits
        stops.append(PlannedStop(StopKind.DROPOFF, (leg_id,), departs_at, there_at, at, at + dropoff_half))
        leaves = at + dropoff_half
    return PlannedRoute(couriers.states[courier].id, tuple(stops), float(prices.cost_min[bundle, courier]))
