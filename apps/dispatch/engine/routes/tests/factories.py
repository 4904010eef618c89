"""Markets and routes for the operators' tests."""

import numpy as np

from apps.dispatch.engine.market import Market
from apps.dispatch.engine.routes.evaluate import evaluate
from apps.dispatch.engine.routes.state import NOBODY, start_routes
from apps.dispatch.engine.routes.tables import make_tables
from apps.dispatch.engine.tests.factories import make_snapshot


def make_market(couriers, legs, now=0.0, **settings):
    snapshot = make_snapshot(couriers, legs, now, **settings)
    return Market.of(snapshot, snapshot.couriers, snapshot.legs)


def make_routes(market, *groups, width=5):
    """Tables, and routes of these groups: (row of a courier, rows of his legs picked up together)."""
    t = make_tables(market)
    return t, start_routes(t, groups, width)


def lay_out(t, routes, courier, *groups):
    """Give a courier a route of several groups of rows of legs."""
    rows = [row for group in groups for row in group]
    routes.legs[courier, : len(rows)] = rows
    routes.joined[courier, : len(rows)] = [rank > 0 for group in groups for rank in range(len(group))]
    routes.length[courier] = len(rows)
    routes.courier_of[rows] = courier
    routes.cost_min[courier] = cost_of(t, routes, courier)


def cost_of(t, routes, courier):
    n = int(routes.length[courier])
    return evaluate(t, courier, routes.legs[courier], routes.joined[courier], n, np.zeros((n, 2)))


def groups_of(routes, courier):
    """The route of a courier as a list of groups of rows of legs."""
    groups = []
    for i in range(routes.length[courier]):
        if not routes.joined[courier, i]:
            groups.append([])
        groups[-1].append(int(routes.legs[courier, i]))
    return groups


def worth_min(t, routes):
    """What the operators make small: the costs of the routes, and of leaving out."""
    return float(routes.cost_min.sum() + t.legs["left_out_min"][routes.courier_of == NOBODY].sum())


def check_consistent(t, routes):
    """Every leg is where `courier_of` says, once, and every stored cost is that of the route."""
    seen = np.full(len(routes.courier_of), NOBODY)
    for courier in range(len(routes.length)):
        legs = routes.legs[courier, : routes.length[courier]]
        assert (seen[legs] == NOBODY).all()
        assert len(set(legs.tolist())) == len(legs)
        seen[legs] = courier
        cost = cost_of(t, routes, courier)
        assert np.isfinite(cost)
        assert abs(cost - routes.cost_min[courier]) < 1e-6
    assert (seen == routes.courier_of).all()
