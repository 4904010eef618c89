"""Which parts of the routes can wait no longer."""

from collections.abc import Callable, Iterator, Sequence

from apps.dispatch.engine.plan import Commitment, PlannedRoute, PlannedStop, Why
from apps.dispatch.engine.settings import PlannerSettings
from apps.dispatch.engine.stop_kind import StopKind

WhyOf = Callable[[str, tuple[str, ...]], Why]
"""Why a courier has these legs."""


def due_pickups(
    routes: Sequence[PlannedRoute], *, now: float, settings: PlannerSettings
) -> list[tuple[PlannedRoute, PlannedStop]]:
    """The pickups that must be acted on before the next plan.

    Lazily: only when their courier must leave for them before the next plan. Until then a better leg or courier may
    still turn up.
    """
    next_plan_at = now + settings.tick_s + settings.commit_lead_s
    return [(route, pickup) for route in routes for pickup in _open_pickups(route) if pickup.departs_at < next_plan_at]


def commitments_of(due: Sequence[tuple[PlannedRoute, PlannedStop]], why_of: WhyOf) -> list[Commitment]:
    """The commitments of these pickups."""
    return [_commitment(route, pickup, why_of) for route, pickup in due]


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
