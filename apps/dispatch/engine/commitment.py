"""From matched pairs to routes, and which of them can wait no longer."""

from dataclasses import dataclass

import numpy as np

from apps.dispatch.engine.market import Market
from apps.dispatch.engine.matching import Match
from apps.dispatch.engine.plan import Alternative, Commitment, PlannedRoute, PlannedStop, StopKind, Why

ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class _Pair:
    """One matched pair, with what both the route and the commitment are made of; times in seconds."""

    courier_id: str
    leg_ids: tuple[str, ...]
    departs_at: float
    ride_s: float
    pickup_at: float
    pickup_half_s: float
    dropoff_at: tuple[float, ...]
    dropoff_half_s: tuple[float, ...]
    cost_min: float


def _pair(match: Match, market: Market, bundle: int, courier: int) -> _Pair:
    bundles, prices = match.bundles, match.prices
    legs, couriers = market.legs, market.couriers
    rows = bundles.members[bundle]
    ride, half = float(prices.ride_s[bundle, courier]), float(bundles.pickup_half_s[bundle])
    pickup_at = float(prices.pickup_at[bundle, courier])
    vehicle = couriers.vehicle[courier]
    ranks = bundles.ranks[: len(rows)]
    after = [float(rank.after_pickup_s[vehicle, np.searchsorted(rank.bundle, bundle)]) for rank in ranks]
    return _Pair(
        courier_id=couriers.states[courier].id,
        leg_ids=tuple(legs.legs[row].id for row in rows),
        departs_at=max(float(couriers.available_at[courier]), float(bundles.ready_at[bundle]) - half - ride),
        ride_s=ride,
        pickup_at=pickup_at,
        pickup_half_s=half,
        dropoff_at=tuple(pickup_at + half + seconds for seconds in after),
        dropoff_half_s=tuple(float(legs.dropoff_half_s[row]) for row in rows),
        cost_min=float(prices.cost_min[bundle, courier]),
    )


def _route(pair: _Pair) -> PlannedRoute:
    pickup = PlannedStop(
        kind=StopKind.PICKUP,
        leg_ids=pair.leg_ids,
        arrives_at=pair.departs_at + pair.ride_s,
        handover_at=pair.pickup_at,
        leaves_at=pair.pickup_at + pair.pickup_half_s,
    )
    dropoffs = tuple(
        PlannedStop(StopKind.DROPOFF, (leg_id,), at - half, at, at + half)
        for leg_id, at, half in zip(pair.leg_ids, pair.dropoff_at, pair.dropoff_half_s, strict=True)
    )
    return PlannedRoute(pair.courier_id, pair.departs_at, (pickup, *dropoffs), pair.cost_min)


def _why(match: Match, market: Market, bundle: int, courier: int) -> Why:
    costs = np.where(match.prices.feasible[bundle], match.prices.cost_min[bundle], np.inf)
    cost_min, costs[courier] = float(costs[courier]), np.inf
    cheapest = np.argsort(costs, kind="stable")[:ALTERNATIVES]
    others = tuple(
        Alternative(market.couriers.states[row].id, float(costs[row])) for row in cheapest if np.isfinite(costs[row])
    )
    return Why(cost_min=cost_min, others=others)


def routes_and_commitments(match: Match, market: Market) -> tuple[list[PlannedRoute], list[Commitment]]:
    """Routes of all matched pairs, and commitments of those that must be acted on before the next plan.

    Lazily: a pair is committed only when the courier is free before the next plan and must leave before it. Until then
    a better leg or courier may still turn up.
    """
    next_plan_at = market.now + market.settings.tick_s + market.settings.commit_lead_s
    routes: list[PlannedRoute] = []
    commitments: list[Commitment] = []
    for bundle, courier in zip(match.bundle.tolist(), match.courier.tolist(), strict=True):
        pair = _pair(match, market, bundle, courier)
        routes.append(_route(pair))
        # departs_at is never before the courier is free, so this asks for both.
        if pair.departs_at < next_plan_at:
            commitments.append(
                Commitment(
                    courier_id=pair.courier_id,
                    leg_ids=pair.leg_ids,
                    depart_at=pair.departs_at,
                    pickup_at=pair.pickup_at,
                    dropoff_at=pair.dropoff_at,
                    why=_why(match, market, bundle, courier),
                )
            )
    return routes, commitments
