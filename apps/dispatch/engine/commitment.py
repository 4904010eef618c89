"""Which parts of the routes can wait no longer."""

from collections.abc import Callable, Iterator, Sequence

from apps.dispatch.engine.plan import Commitment, PlannedRoute, PlannedStop, Why
from apps.dispatch.engine.snapshot import Snapshot
from apps.dispatch.engine.stop_kind import StopKind

WhyOf = Callable[[str, tuple[str, ...]], Why]
"""Why a courier has these legs."""


def commitments_of(routes: Sequence[PlannedRoute], *, snapshot: Snapshot, why_of: WhyOf) -> list[Commitment]:
    """Commitments of the pickups that must be acted on before the next plan.

    Lazily: legs are committed only when their courier must leave for their pickup before the next plan. Until then a
    better leg or courier may still turn up. What he does next he must know before he is done where he is.
    """
    next_plan_at = snapshot.now + snapshot.settings.tick_s + snapshot.settings.commit_lead_s
    told_before_s = {courier.id: courier.told_before_s for courier in snapshot.couriers}
    return [
        _commitment(route, pickup, why_of)
        for route in routes
        for pickup in _open_pickups(route)
        if pickup.departs_at - (told_before_s[route.courier_id] if pickup is route.stops[0] else 0.0) < next_plan_at
    ]


def _open_pickups(route: PlannedRoute) -> Iterator[PlannedStop]:
    return (stop for stop in route.stops if stop.kind is StopKind.PICKUP and not stop.is_committed)


def _commitment(route: PlannedRoute, pickup: PlannedStop, why_of: WhyOf) -> Commitment:
    picked = set(pickup.leg_ids)
    dropoffs = [stop for stop in route.stops if stop.kind is StopKind.DROPOFF and stop.leg_ids[0] in picked]
    leg_ids = tuple(stop.leg_ids[0] for stop in dropoffs)
    return Commitment(
        courier_id=route.courier_id,
        leg_ids=leg_ids,
        depart_at=pickup.departs_at,
        pickup_at=pickup.handover_at,
        dropoff_at=tuple(stop.handover_at for stop in dropoffs),
        why=why_of(route.courier_id, leg_ids),
    )
