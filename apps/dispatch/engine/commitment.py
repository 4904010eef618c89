"""Which parts of the routes can wait no longer."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from apps.dispatch.engine.plan import Commitment, PlannedRoute, PlannedStop, Why
from apps.dispatch.engine.settings import PlannerSettings
from apps.dispatch.engine.snapshot import CourierState
from apps.dispatch.engine.stop_kind import StopKind

WhysOf = Callable[[Sequence[tuple[str, tuple[str, ...]]]], Sequence[Why]]
"""Why these couriers have these legs, for each pair."""


def due_pickups(
    routes: Sequence[PlannedRoute], couriers: Iterable[CourierState], *, now: float, settings: PlannerSettings
) -> list[tuple[PlannedRoute, PlannedStop]]:
    """The pickups that must be acted on before the next plan.

    Lazily: only when their courier must leave for them before the next plan. Until then a better leg or courier may
    still turn up. What he does next he must know before he is done where he is.
    """
    next_plan_at = settings.next_plan_at(now)
    told_before_s = {courier.id: courier.told_before_s for courier in couriers}
    return [
        (route, pickup)
        for route in routes
        for pickup in _open_pickups(route)
        if pickup.departs_at - (told_before_s[route.courier_id] if pickup is route.stops[0] else 0.0) < next_plan_at
    ]


def commitments_of(due: Sequence[tuple[PlannedRoute, PlannedStop]], whys_of: WhysOf) -> list[Commitment]:
    """The commitments of these pickups."""
    dropoffs = [_dropoffs(route, pickup) for route, pickup in due]
    legs = [tuple(stop.leg_ids[0] for stop in stops) for stops in dropoffs]
    whys = whys_of([(route.courier_id, leg_ids) for (route, _), leg_ids in zip(due, legs, strict=True)])
    return [
        Commitment(
            courier_id=route.courier_id,
            leg_ids=leg_ids,
            depart_at=pickup.departs_at,
            pickup_at=pickup.handover_at,
            dropoff_at=tuple(stop.handover_at for stop in stops),
            why=why,
        )
        for (route, pickup), stops, leg_ids, why in zip(due, dropoffs, legs, whys, strict=True)
    ]


def _open_pickups(route: PlannedRoute) -> Iterator[PlannedStop]:
    return (stop for stop in route.stops if stop.kind is StopKind.PICKUP and not stop.is_committed)


def _dropoffs(route: PlannedRoute, pickup: PlannedStop) -> list[PlannedStop]:
    """Where what is picked up there is dropped off, in order."""
    return [stop for stop in route.stops if stop.kind is StopKind.DROPOFF and stop.leg_ids[0] in pickup.leg_ids]
