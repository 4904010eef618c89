"""Why a courier, when plans are made by matching: the costs of his legs with every courier who might do them next."""

import numpy as np

from apps.dispatch.engine.bundles import BundleTable, price
from apps.dispatch.engine.commitment import WhysOf
from apps.dispatch.engine.market import Market
from apps.dispatch.engine.plan import ALTERNATIVES, Alternative, Why


def matched_whys(market: Market) -> WhysOf:
    """Answers for the legs and couriers of a market."""
    leg_row = {leg.id: row for row, leg in enumerate(market.legs.legs)}
    courier_row = {state.id: row for row, state in enumerate(market.couriers.states)}

    def why_of(courier_id: str, leg_ids: tuple[str, ...]) -> Why:
        prices = price(BundleTable.of([tuple(leg_row[leg_id] for leg_id in leg_ids)], market), market)
        feasible = prices.feasible[0] & (len(leg_ids) <= market.couriers.room_for_legs)
        costs = np.where(feasible, prices.cost_min[0], np.inf)
        chosen = courier_row[courier_id]
        order = [row for row in np.argsort(costs, kind="stable").tolist() if row != chosen and np.isfinite(costs[row])]
        return Why(
            cost_min=float(prices.cost_min[0, chosen]),
            others=tuple(
                Alternative(market.couriers.states[row].id, float(costs[row])) for row in order[:ALTERNATIVES]
            ),
        )

    return lambda pairs: [why_of(courier_id, leg_ids) for courier_id, leg_ids in pairs]
