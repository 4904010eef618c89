"""Which parts of the routes can wait no longer, and why those couriers."""

from collections.abc import Sequence

import numpy as np

from apps.dispatch.engine.bundles import BundleTable, price
from apps.dispatch.engine.market import Market
from apps.dispatch.engine.plan import Alternative, Commitment, PlannedRoute, Why
from apps.dispatch.engine.travel import Floats

ALTERNATIVES = 3


def commitments_of(routes: Sequence[PlannedRoute], market: Market) -> list[Commitment]:
    """Commitments of the first groups that must be acted on before the next plan.

    Lazily: a group is committed only when its courier is free before the next plan and must leave before it. Until then
    a better leg or courier may still turn up. Later groups of a route are never committed.
    """
    next_plan_at = market.now + market.settings.tick_s + market.settings.commit_lead_s
    # departs_at is never before the courier is free, so this asks for both.
    due = [route for route in routes if route.departs_at < next_plan_at]
    if not due:
        return []
    leg_row = {leg.id: row for row, leg in enumerate(market.legs.legs)}
    first_groups = [tuple(leg_row[leg_id] for leg_id in route.stops[0].leg_ids) for route in due]
    prices = price(BundleTable.of(first_groups, market), market)
    costs = np.where(prices.feasible, prices.cost_min, np.inf)
    courier_row = {state.id: row for row, state in enumerate(market.couriers.states)}
    return [
        _commitment(route, _why(prices.cost_min[group], costs[group], courier_row[route.courier_id], market))
        for group, route in enumerate(due)
    ]


def _commitment(route: PlannedRoute, why: Why) -> Commitment:
    pickup, *dropoffs = route.first_stops
    return Commitment(
        courier_id=route.courier_id,
        leg_ids=pickup.leg_ids,
        depart_at=route.departs_at,
        pickup_at=pickup.handover_at,
        dropoff_at=tuple(stop.handover_at for stop in dropoffs),
        why=why,
    )


def _why(cost_min: Floats, feasible_min: Floats, chosen: int, market: Market) -> Why:
    """From the costs of one group with every courier, (n_couriers,), infinite in the second where a limit is broken."""
    order = np.argsort(feasible_min, kind="stable")[: ALTERNATIVES + 1]
    others = [row for row in order.tolist() if row != chosen and np.isfinite(feasible_min[row])][:ALTERNATIVES]
    return Why(
        cost_min=float(cost_min[chosen]),
        others=tuple(Alternative(market.couriers.states[row].id, float(feasible_min[row])) for row in others),
    )
