"""The legs of the made-up city: open ones with limits of every kind, and those that couriers have already."""

from dataclasses import replace
from typing import Any

import numpy as np

from apps.dispatch.engine import CommittedStop, OpenLeg, StopKind
from apps.dispatch.engine.travel import Floats
from apps.simulation.benchmarks.tick_ground import Ground, point

NOW, MINUTE_S = 43_200.0, 60.0
FLEETS, FLEET_SHARES = ("own", "north", "south"), (0.6, 0.25, 0.15)
SKILL_SHARES = {"cold": 0.05, "alcohol": 0.04}
HOT_FOOD_S = 45 * MINUTE_S
SERVICE_S = 120.0
DROP_SIGMA_M, ON_BOARD_SIGMA_M = 1_800.0, 1_500.0
DUE_MIN, DUE_SHARES = (40.0, 60.0, 90.0), (0.6, 0.3, 0.1)


def open_leg(number: int, ground: Ground, n_couriers: int, dice: np.random.Generator) -> OpenLeg:
    """A leg that nobody has."""
    leg = _plain(f"leg {number}", int(dice.integers(len(ground.places_m))), ground, dice)
    leg = replace(leg, **_load(dice), **_windows(leg, dice))
    return replace(leg, **_couriers_wanted(leg, n_couriers, dice))


def drop_on_board(id_: str, at_m: Floats, ground: Ground, dice: np.random.Generator) -> CommittedStop:
    """The drop-off of a leg that is on board of a courier who is at `at_m`."""
    placed_at = NOW - MINUTE_S * dice.uniform(10, 30)
    leg = replace(
        _plain(id_, int(dice.integers(len(ground.places_m))), ground, dice),
        dropoff=point(ground.near(at_m, ON_BOARD_SIGMA_M, dice)),
        placed_at=placed_at,
        ready_at=placed_at,
        due_at=placed_at + 45 * MINUTE_S,
        promised_at=placed_at + 45 * MINUTE_S,
    )
    return CommittedStop(StopKind.DROPOFF, leg, picked_up_at=NOW - MINUTE_S * dice.uniform(1, 9))


def accepted_leg(id_: str, at_m: Floats, ground: Ground, dice: np.random.Generator) -> tuple[CommittedStop, ...]:
    """Both stops of a leg that a courier at `at_m` has still to pick up, at the place nearest to him."""
    nearest = int(np.hypot(*(ground.places_m - at_m).T).argmin())
    leg = _plain(id_, nearest, ground, dice)
    leg = replace(leg, promised_at=leg.due_at)
    return CommittedStop(StopKind.PICKUP, leg), CommittedStop(StopKind.DROPOFF, leg)


def _plain(id_: str, place: int, ground: Ground, dice: np.random.Generator) -> OpenLeg:
    at_m = ground.places_m[place]
    placed_at = NOW - MINUTE_S * dice.uniform(0, 12)
    return OpenLeg(
        id=id_,
        pickup=point(at_m),
        dropoff=point(ground.near(at_m, DROP_SIGMA_M, dice)),
        pickup_place=f"place {place}",
        placed_at=placed_at,
        ready_at=NOW + MINUTE_S * dice.uniform(-5, 18),
        due_at=placed_at + MINUTE_S * float(dice.choice(DUE_MIN, p=DUE_SHARES)),
        weight_g=int(dice.integers(300, 4_000)),
        volume_l=float(dice.uniform(2, 15)),
        max_on_board_s=HOT_FOOD_S if dice.random() < 0.3 else None,
        pickup_service_s=SERVICE_S,
        dropoff_service_s=SERVICE_S,
    )


def _load(dice: np.random.Generator) -> dict[str, Any]:
    """Every twentieth leg is too heavy for a bike or a scooter."""
    if dice.random() < 0.05:
        return {"weight_g": int(dice.integers(26_000, 60_000)), "volume_l": float(dice.uniform(60, 150))}
    return {"parcels": int(dice.integers(1, 3))}


def _windows(leg: OpenLeg, dice: np.random.Generator) -> dict[str, Any]:
    """A hard end of the drop-off, a hard end of the pickup, a start of the drop-off, or mostly nothing of these."""
    kind, minutes = dice.random(), dice.uniform(0, 20)
    if kind < 0.10:
        return {"drop_by": max((leg.due_at or NOW) + 10 * MINUTE_S, leg.ready_at + (40 + minutes) * MINUTE_S)}
    if kind < 0.13:
        return {"pickup_by": max(leg.ready_at, NOW) + (25 + minutes) * MINUTE_S}
    if kind < 0.16:
        return {"drop_from": leg.ready_at + (20 + minutes) * MINUTE_S}
    return {}


def _couriers_wanted(leg: OpenLeg, n_couriers: int, dice: np.random.Generator) -> dict[str, Any]:
    """What the leg asks of its courier."""
    wanted: dict[str, Any] = {"skills": frozenset(s for s, share in SKILL_SHARES.items() if dice.random() < share)}
    if dice.random() < 0.15:
        some = dice.choice(FLEETS, size=int(dice.integers(1, 3)), replace=False, p=FLEET_SHARES)
        wanted["eligible_fleets"] = frozenset(some.tolist())
    if dice.random() < 0.05:
        wanted["excluded_couriers"] = frozenset(f"courier {n}" for n in dice.integers(n_couriers, size=2))
    if leg.max_on_board_s is None and dice.random() < 0.05:
        wanted["vehicle_kinds"] = frozenset({"cargo_bike", "van"})
    return wanted
