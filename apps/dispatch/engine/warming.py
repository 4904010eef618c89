"""Getting the planner ready before the first plan that anybody waits for."""

from apps.core.geo import Point
from apps.dispatch.engine.market import Market
from apps.dispatch.engine.planner import plan
from apps.dispatch.engine.snapshot import CourierState, OpenLeg, Snapshot, VehicleProfile

SOUTH, NORTH = Point(48.83, 2.35), Point(48.88, 2.35)
BIKE = VehicleProfile("bike")


def warm() -> None:
    """Load or compile everything a plan needs. Call it when a planning process starts.

    Takes under a second when the compiled kernels are on disk (see `routes.compiled`), else some 15 s of processor.
    """
    couriers = tuple(CourierState(str(at), at, 0.0, 0.0, 36_000.0, BIKE, "own") for at in (SOUTH, NORTH))
    legs = tuple(
        OpenLeg(f"{n}", SOUTH if n % 2 else NORTH, SOUTH, f"place {n % 2}", placed_at=0.0, ready_at=600.0)
        for n in range(5)
    )
    snapshot = Snapshot(now=0.0, couriers=couriers, legs=legs)
    plan(snapshot)
    _warm_dealing(Market.of(snapshot, couriers, legs[:2]))


def _warm_dealing(market: Market) -> None:
    """Deal out two crossed legs, which always gains: a plan may by chance not need the last kernel of it."""
    from apps.dispatch.engine.routes.assign_level import assign_level
    from apps.dispatch.engine.routes.state import make_scratch, start_routes
    from apps.dispatch.engine.routes.tables import make_tables

    t = make_tables(market)
    crossed = start_routes(t, [(0, (0,)), (1, (1,))], width=5)
    assign_level(t, crossed, 0, limits=(5, 10), room=make_scratch(5).tried)
