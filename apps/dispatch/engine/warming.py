"""Getting the planner ready before the first plan that anybody waits for."""

from apps.core.geo import Point
from apps.dispatch.engine.planner import plan
from apps.dispatch.engine.snapshot import CourierState, OpenLeg, Snapshot, VehicleProfile


def warm() -> None:
    """Load or compile everything a plan needs, by making a tiny one. Call it when a planning process starts.

    Takes well under a second when the compiled kernels are on disk (see `routes.compiled`), else half a minute or so.
    """
    here, there = Point(48.85, 2.35), Point(48.86, 2.36)
    bike = VehicleProfile("bike")
    couriers = tuple(CourierState(name, here, 0.0, 0.0, 36_000.0, bike, "own") for name in ("one", "two"))
    legs = tuple(OpenLeg(f"leg {n}", here, there, f"place {n % 2}", placed_at=0.0, ready_at=600.0) for n in range(5))
    plan(Snapshot(now=0.0, couriers=couriers, legs=legs))
