"""Getting the planner ready before the first plan that anybody waits for."""

from dataclasses import replace

import numpy as np

from apps.core.geo import Point
from apps.core.memory import keep_out_of_collection
from apps.dispatch.engine.market import Market
from apps.dispatch.engine.planner import plan
from apps.dispatch.engine.searching import is_searched
from apps.dispatch.engine.settings import PlannerSettings
from apps.dispatch.engine.snapshot import CommittedStop, CourierState, OpenLeg, Snapshot, VehicleProfile
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.tour_words import TourSearch

SOUTH, NORTH = Point(48.83, 2.35), Point(48.88, 2.35)
BIKE = VehicleProfile("bike")


def warm() -> None:
    """Load or compile everything a plan needs. Call it when a planning process starts.

    Takes under a second when the compiled kernels are on disk (see `compiled`), else some 60 s of processor.
    """
    legs = tuple(
        OpenLeg(f"{n}", SOUTH if n % 2 else NORTH, SOUTH, f"place {n % 2}", placed_at=0.0, ready_at=600.0)
        for n in range(5)
    )
    on_board = OpenLeg("on board", SOUTH, NORTH, "place 1", placed_at=0.0, ready_at=0.0)
    couriers = (
        CourierState("a", SOUTH, 0.0, 0.0, 36_000.0, BIKE, "own"),
        CourierState(
            "b",
            NORTH,
            0.0,
            0.0,
            36_000.0,
            BIKE,
            "own",
            stops=(CommittedStop(StopKind.DROPOFF, on_board),),
            parcels_on_board=1,
        ),
    )
    snapshot = Snapshot(now=0.0, couriers=couriers, legs=legs, settings=PlannerSettings(tick_s=900.0))
    last_routes = {
        route.courier_id: tuple((stop.kind, leg_id) for stop in route.stops for leg_id in stop.leg_ids)
        for route in plan(snapshot).routes
    }
    plan(replace(snapshot, last_routes=last_routes))
    if is_searched(PlannerSettings()):
        _warm_tours(couriers[:1], legs)
        _warm_dealing(Market.of(Snapshot(now=0.0, couriers=couriers, legs=legs), couriers, legs[:2]))
    keep_out_of_collection()


def _warm_tours(couriers: tuple[CourierState, ...], legs: tuple[OpenLeg, ...]) -> None:
    """Plan tours in which one leg finds no place: only then every kernel is needed."""
    from apps.dispatch.engine.tours.planned import plan_tours

    at_once = tuple(replace(leg, drop_from=1_200.0, drop_by=1_200.0, max_on_board_s=1_200.0) for leg in legs[:3])
    plan_tours(Snapshot(now=0.0, couriers=couriers, legs=at_once), TourSearch(iterations=200), {})


def _warm_dealing(market: Market) -> None:
    """Deal out two crossed legs, which always gains: a plan may by chance not need the last kernel of it."""
    from apps.dispatch.engine.tick.build import build
    from apps.dispatch.engine.tick.levels import deal_out
    from apps.dispatch.engine.tick.state import cost_now, put_in

    problem = build(market)
    for courier, leg in ((0, 0), (1, 1)):
        put_in(problem.routes, courier, leg, 0, 0)
        problem.routes.cost[courier] = cost_now(problem.world, problem.routes, courier)
    deal_out(problem.world, problem.routes, 0, np.ones(2, dtype=np.bool_))
