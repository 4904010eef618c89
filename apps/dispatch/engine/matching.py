"""Who takes which bundle: an optimal matching of bundles to couriers, at most one bundle each.

A busy courier takes part at the place and time he will be free, so follow-on work is planned the same way.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from apps.dispatch.engine.bundles import BundleTable, Prices, left_out_prices, price
from apps.dispatch.engine.market import Market
from apps.dispatch.engine.tables import Ints


@dataclass(frozen=True, slots=True)
class Match:
    """The outcome of one matching."""

    bundles: BundleTable
    prices: Prices
    bundle: Ints
    """Row of the bundle of each pair."""
    courier: Ints
    """Row of the courier of each pair."""


def match(bundles: BundleTable, market: Market) -> Match:
    """Choose the pairs that together save most against leaving their bundles out; none breaks a hard limit."""
    prices = price(bundles, market)
    feasible = prices.feasible & (bundles.size[:, None] <= market.couriers.room_for_legs)
    saving = left_out_prices(bundles, market)[:, None] - prices.cost_min
    # A pair that breaks a limit, or costs more than it saves, is worth as much as no pair: the optimum may then contain
    # it, and it is dropped after.
    worth = np.where(feasible, np.maximum(saving, 0.0), 0.0)
    bundle, courier = linear_sum_assignment(worth, maximize=True)
    chosen = worth[bundle, courier] > 0
    return Match(bundles=bundles, prices=prices, bundle=bundle[chosen], courier=courier[chosen])
