"""A made-up city at one busy moment, as the engine's snapshot, with every limit that the engine knows in it.

At the default size 500 couriers and 1,000 open legs lie in 14 x 14 km, drawn from 120 busy places; other sizes grow the
area, and the places with it, so that the density stays. Half of the couriers are free; the others have one to three
legs on board, and every tenth has accepted one that he has still to pick up.
"""

from typing import Any

import numpy as np

from apps.core.geo import Point, distance_m
from apps.dispatch.engine import CommittedStop, CourierState, PlannerSettings, Snapshot, VehicleProfile
from apps.dispatch.engine.travel import Floats
from apps.simulation.benchmarks.tick_ground import Ground, point
from apps.simulation.benchmarks.tick_legs import (
    FLEET_SHARES,
    FLEETS,
    MINUTE_S,
    NOW,
    accepted_leg,
    drop_on_board,
    open_leg,
)

VEHICLES = (
    VehicleProfile("bike", 15.0, max_weight_g=15_000, max_volume_l=60.0, max_parcels=5),
    VehicleProfile("cargo_bike", 15.0, max_weight_g=80_000, max_volume_l=250.0, max_parcels=12),
    VehicleProfile("scooter", 22.0, max_weight_g=25_000, max_volume_l=90.0, max_parcels=6),
    VehicleProfile("van", 25.0, max_weight_g=400_000, max_volume_l=3_000.0, max_parcels=40),
)
VEHICLE_SHARES = (0.45, 0.15, 0.30, 0.10)
ON_BOARD_SHARES = (0.5, 0.25, 0.15, 0.1)
SKILL_SHARES = {"cold": 0.6, "alcohol": 0.7}

SETTINGS = PlannerSettings(
    riding_price=0.3,
    lateness_slope=3.0,
    tie_break_min=0.0,
    routes_max_legs=20,
    leave_out_price_min=1_000.0,
)
"""The weights of the benchmark; a leg is left out only where no way within its limits is found."""


def city(n_couriers: int = 500, n_legs: int = 1_000, seed: int = 0) -> Snapshot:
    """The snapshot; the same arguments give the same one."""
    dice = np.random.default_rng(seed)
    ground = Ground.of(n_couriers, dice)
    legs = tuple(open_leg(n, ground, n_couriers, dice) for n in range(n_legs))
    couriers = tuple(_courier(n, ground, dice) for n in range(n_couriers))
    return Snapshot(now=NOW, couriers=couriers, legs=legs, settings=SETTINGS)


def _courier(number: int, ground: Ground, dice: np.random.Generator) -> CourierState:
    at_m = ground.anywhere(dice)
    drops = _drops(number, at_m, ground, dice)
    accepted = accepted_leg(f"accepted {number}", at_m, ground, dice) if dice.random() < 0.1 else ()
    stops = (*drops, *accepted)
    return CourierState(
        id=f"courier {number}",
        position=point(at_m),
        free_at=NOW + MINUTE_S * dice.uniform(0, 4) if stops else NOW,
        vehicle=VEHICLES[int(dice.choice(len(VEHICLES), p=VEHICLE_SHARES))],
        fleet_id=str(dice.choice(FLEETS, p=FLEET_SHARES)),
        skills=frozenset(skill for skill, share in SKILL_SHARES.items() if dice.random() < share),
        parcels_on_board=sum(stop.leg.parcels for stop in drops),
        weight_on_board_g=sum(stop.leg.weight_g for stop in drops),
        volume_on_board_l=sum(stop.leg.volume_l for stop in drops),
        stops=stops,
        max_legs=3 + len(stops) if dice.random() < 0.05 else None,
        **_shift(dice),
    )


def _shift(dice: np.random.Generator) -> dict[str, Any]:
    """Every tenth shift ends within the hour, half of these with the courier at home soon after; a few begin soon."""
    begins, ends, kind = -dice.uniform(0, 180), dice.uniform(120, 480), dice.random()
    if kind < 0.10:
        ends = dice.uniform(10, 60)
    elif kind < 0.13:
        begins = dice.uniform(0, 20)
    shift: dict[str, Any] = {"on_duty_from": NOW + begins * MINUTE_S, "shift_ends_at": NOW + ends * MINUTE_S}
    if kind < 0.05:
        shift["drop_by"] = shift["shift_ends_at"] + 30 * MINUTE_S
    return shift


def _drops(number: int, at_m: Floats, ground: Ground, dice: np.random.Generator) -> list[CommittedStop]:
    """Drop-offs of what he has on board, each the nearest to the one before."""
    n_on_board = int(dice.choice(len(ON_BOARD_SHARES), p=ON_BOARD_SHARES))
    left = [drop_on_board(f"on board {number}.{n}", at_m, ground, dice) for n in range(n_on_board)]
    drops: list[CommittedStop] = []
    at = point(at_m)
    while left:
        nearest = min(left, key=lambda stop: _away_m(at, stop))
        left.remove(nearest)
        drops.append(nearest)
        at = nearest.leg.dropoff
    return drops


def _away_m(at: Point, stop: CommittedStop) -> float:
    return distance_m(at, stop.leg.dropoff)
