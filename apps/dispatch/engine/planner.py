"""One plan from a snapshot: what to look at, bundles, matching, what can wait no longer, and why legs are left out."""

from collections.abc import Iterable, Sequence

from apps.dispatch.engine.bundles import BundleTable
from apps.dispatch.engine.bundling import make_bundles, target_size
from apps.dispatch.engine.commitment import routes_and_commitments
from apps.dispatch.engine.left_out import Leftovers, explain
from apps.dispatch.engine.market import Market, couriers_on_duty, first_free, first_ready, legs_in_horizon
from apps.dispatch.engine.matching import Match, match
from apps.dispatch.engine.plan import Commitment, Plan, PlannedRoute
from apps.dispatch.engine.reasons import UnassignedReason
from apps.dispatch.engine.snapshot import CourierState, OpenLeg, Snapshot


def plan(snapshot: Snapshot) -> Plan:
    """Plan one moment. Never breaks a hard limit; every leg of the snapshot gets a route or a reason.

    The order of couriers and legs in the snapshot decides between equally good plans, and nothing else.
    """
    couriers = first_free(couriers_on_duty(snapshot), snapshot.settings.max_couriers)
    legs = first_ready(legs_in_horizon(snapshot), snapshot.settings.max_legs)
    routes: list[PlannedRoute] = []
    commitments: list[Commitment] = []
    for market, matched in _matchings(snapshot, couriers, legs):
        more_routes, more_commitments = routes_and_commitments(matched, market)
        routes += more_routes
        commitments += more_commitments
    unassigned = _reasons(snapshot, routes, couriers, legs)
    return Plan(routes=tuple(routes), commitments=tuple(commitments), unassigned=unassigned)


def _reasons(
    snapshot: Snapshot, routes: Sequence[PlannedRoute], couriers: Sequence[CourierState], legs: Sequence[OpenLeg]
) -> dict[str, UnassignedReason]:
    """Why each leg without a route has none; `couriers` and `legs` are those that took part in the matching."""
    planned = {leg_id for route in routes for leg_id in route.stops[0].leg_ids}
    on_duty, in_horizon = couriers_on_duty(snapshot), legs_in_horizon(snapshot)
    matched_ids, leg_ids = {courier.id for courier in couriers}, {leg.id for leg in legs}
    leftovers = Leftovers(
        legs=tuple(leg for leg in in_horizon if leg.id not in planned),
        on_duty=on_duty,
        idle=frozenset(matched_ids - {route.courier_id for route in routes}),
        cut_couriers=frozenset(courier.id for courier in on_duty if courier.id not in matched_ids),
        cut_legs=frozenset(leg.id for leg in in_horizon if leg.id not in leg_ids),
    )
    explained = explain(snapshot, leftovers)
    return {
        leg.id: explained.get(leg.id, UnassignedReason.BEYOND_HORIZON) for leg in snapshot.legs if leg.id not in planned
    }


def _matchings(
    snapshot: Snapshot, couriers: Sequence[CourierState], legs: Sequence[OpenLeg]
) -> Iterable[tuple[Market, Match]]:
    """The matching of bundles; then, of bundles left out though somebody is idle, that of their legs alone."""
    if not couriers or not legs:
        return
    market = Market.of(snapshot, couriers, legs)
    matched = match(BundleTable.of(make_bundles(market, target_size(market)), market), market)
    yield market, matched
    idle = [couriers[row] for row in sorted(set(range(len(couriers))) - set(matched.courier.tolist()))]
    bundles = matched.bundles
    left = sorted(set(range(len(bundles))) - set(matched.bundle.tolist()))
    if idle and any(bundles.size[bundle] > 1 for bundle in left):
        alone = Market.of(snapshot, idle, [legs[row] for bundle in left for row in bundles.members[bundle]])
        yield alone, match(BundleTable.of([(row,) for row in range(len(alone.legs))], alone), alone)
