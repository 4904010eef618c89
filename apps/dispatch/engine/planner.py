"""One plan from a snapshot: what to look at, routes, what cannot wait, and what is left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from apps.dispatch.engine.bundles import BundleTable
from apps.dispatch.engine.bundling import make_bundles, target_size
from apps.dispatch.engine.commitment import WhysOf, commitments_of, due_pickups
from apps.dispatch.engine.committed_stops import after_stops, planned_stops
from apps.dispatch.engine.futures import futures_of
from apps.dispatch.engine.left_out import Leftovers, excluded_from, explain
from apps.dispatch.engine.market import Market, couriers_on_duty, first_free, first_ready, legs_in_horizon
from apps.dispatch.engine.matched_routes import matched_routes
from apps.dispatch.engine.matched_whys import matched_whys
from apps.dispatch.engine.matching import match
from apps.dispatch.engine.plan import Ballot, Commitment, Plan, PlannedRoute, PlannedStop
from apps.dispatch.engine.reasons import UnassignedReason
from apps.dispatch.engine.searching import is_searched
from apps.dispatch.engine.snapshot import CourierState, OpenLeg, Snapshot


def plan(snapshot: Snapshot) -> Plan:
    """Plan one moment. Never breaks a hard limit; every leg of the snapshot gets a route or a reason.

    The order of couriers and legs in the snapshot decides between equally good plans, and nothing else.
    """
    couriers = first_free(couriers_on_duty(snapshot), snapshot.settings.max_couriers)
    legs = first_ready(legs_in_horizon(snapshot), snapshot.settings.max_legs)
    if not couriers or not legs:
        outcome = _Outcome([], couriers, legs)
        return Plan(routes=(), commitments=(), unassigned=_reasons(snapshot, outcome))
    searched = is_searched(snapshot.settings)
    market = Market.of(snapshot, couriers, legs, futures_of(snapshot, len(legs)) if searched else ())
    made = _ticked(market) if searched else _matched(snapshot, couriers, legs)
    routes = made.routes
    due = due_pickups(routes, couriers, now=snapshot.now, settings=snapshot.settings)
    commitments = commitments_of([each for each in due if made.is_agreed(*each)], made.whys_of)
    return Plan(
        routes=tuple(routes),
        commitments=_with_exclusions(snapshot, commitments, market),
        unassigned=_reasons(snapshot, _Outcome(routes, couriers, legs)),
    )


def _with_exclusions(snapshot: Snapshot, commitments: Sequence[Commitment], market: Market) -> tuple[Commitment, ...]:
    """The commitments, each with who on duty was kept from it by which limit."""
    row_of, on_duty = {leg.id: row for row, leg in enumerate(market.legs.legs)}, couriers_on_duty(snapshot)
    committed = market.of_legs([row_of[commitment.leg_ids[0]] for commitment in commitments])
    if len(on_duty) > len(market.couriers):
        committed = Market.of(snapshot, on_duty, committed.legs.legs)
    excluded = excluded_from(committed)
    return tuple(
        replace(commitment, why=replace(commitment.why, excluded=excluded[commitment.leg_ids[0]]))
        for commitment in commitments
    )


@dataclass(frozen=True, slots=True)
class _Made:
    """Routes, by search or by matching."""

    routes: list[PlannedRoute]
    whys_of: WhysOf
    agreed: Ballot | None = None
    """Couriers and legs that are to be acted on now; the others may wait for what is likely to come. None: all."""

    def is_agreed(self, route: PlannedRoute, pickup: PlannedStop) -> bool:
        return self.agreed is None or any((route.courier_id, leg_id) in self.agreed for leg_id in pickup.leg_ids)


def _ticked(market: Market) -> _Made:
    """Routes by search."""
    # Late, as in `searching`.
    from apps.dispatch.engine.tick.stage import tick
    from apps.dispatch.engine.tick.whys import whys

    ticked = tick(market)
    row_of = {leg.id: row for row, leg in enumerate(market.legs.legs)}
    return _Made(
        ticked.routes,
        lambda pairs: whys(ticked.problem, [[row_of[leg_id] for leg_id in leg_ids] for _, leg_ids in pairs]),
        ticked.agreed,
    )


def _matched(snapshot: Snapshot, couriers: Sequence[CourierState], legs: Sequence[OpenLeg]) -> _Made:
    """Where there is no compiler: one bundle a courier, after what he is committed to.

    Of bundles left out though somebody is idle, the legs alone are matched once more.
    """
    ridden = {state.id: planned_stops(state, snapshot) for state in couriers}
    finished = [after_stops(state, ridden[state.id]) for state in couriers]
    market = Market.of(snapshot, finished, legs)
    matched = match(BundleTable.of(make_bundles(market, target_size(market)), market), market)
    routes = matched_routes(matched, market)
    idle = [finished[row] for row in sorted(set(range(len(couriers))) - set(matched.courier.tolist()))]
    bundles = matched.bundles
    left = sorted(set(range(len(bundles))) - set(matched.bundle.tolist()))
    if idle and any(bundles.size[bundle] > 1 for bundle in left):
        alone = Market.of(snapshot, idle, [legs[row] for bundle in left for row in bundles.members[bundle]])
        routes += matched_routes(match(BundleTable.of([(row,) for row in range(len(alone.legs))], alone), alone), alone)
    with_new = {route.courier_id: route for route in routes}
    everything = [
        replace(with_new[state.id], stops=(*ridden[state.id], *with_new[state.id].stops))
        if state.id in with_new
        else PlannedRoute(state.id, ridden[state.id], 0.0)
        for state in couriers
        if state.id in with_new or ridden[state.id]
    ]
    return _Made(everything, matched_whys(market))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The routes, and who took part in making them."""

    routes: Sequence[PlannedRoute]
    couriers: Sequence[CourierState]
    legs: Sequence[OpenLeg]


def _reasons(snapshot: Snapshot, outcome: _Outcome) -> dict[str, UnassignedReason]:
    """Why each leg without a route has none."""
    planned = {leg_id for route in outcome.routes for leg_id in route.leg_ids}
    on_duty, in_horizon = couriers_on_duty(snapshot), legs_in_horizon(snapshot)
    courier_ids, leg_ids = {courier.id for courier in outcome.couriers}, {leg.id for leg in outcome.legs}
    leftovers = Leftovers(
        legs=tuple(leg for leg in in_horizon if leg.id not in planned),
        on_duty=on_duty,
        idle=frozenset(courier_ids - {route.courier_id for route in outcome.routes}),
        cut_couriers=frozenset(courier.id for courier in on_duty if courier.id not in courier_ids),
        cut_legs=frozenset(leg.id for leg in in_horizon if leg.id not in leg_ids),
    )
    explained = explain(snapshot, leftovers)
    return {
        leg.id: explained.get(leg.id, UnassignedReason.BEYOND_HORIZON) for leg in snapshot.legs if leg.id not in planned
    }
