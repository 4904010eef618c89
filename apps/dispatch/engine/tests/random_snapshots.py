"""Snapshots made up from a seed, with everything in them that a snapshot can have."""

import random
from dataclasses import dataclass, replace
from typing import Any

from apps.core.geo import Point
from apps.dispatch.engine import (
    CommittedStop,
    CourierState,
    OpenLeg,
    PlannerSettings,
    Snapshot,
    StopKind,
    VehicleProfile,
)
from apps.dispatch.engine.tests.factories import BIKE, VAN, at, make_courier, make_leg

NOW = 10_000.0
FLEETS, SKILLS = ("own", "north", "south"), ("cold", "alcohol")
TRIKE = VehicleProfile("trike", 24.0, 1.3, max_weight_g=30_000, max_volume_l=40.0, max_parcels=6)
VEHICLES = (replace(BIKE, max_volume_l=20.0), replace(VAN, max_volume_l=80.0), TRIKE)
IDS = tuple(f"c{n}" for n in range(6))


@dataclass(frozen=True, slots=True)
class Chance:
    """Dice of one snapshot, and the kitchens in it."""

    dice: random.Random
    kitchens: tuple[Point, ...]

    def maybe(self, share: float, value: Any) -> Any:
        """The value that often, else None."""
        return value if self.dice.random() < share else None

    def some(self, things: tuple[str, ...], most: int = 9) -> frozenset[str]:
        return frozenset(self.dice.sample(things, self.dice.randint(0, min(most, len(things)))))

    def spot(self) -> Point:
        return at(self.dice.uniform(-3_000, 3_000), self.dice.uniform(-3_000, 3_000))

    def moment(self, begin: int = -1_800, end: int = 3_600) -> float:
        return NOW + self.dice.randint(begin, end)


def a_snapshot(seed: int, **changes: Any) -> Snapshot:
    """Up to six couriers and nine legs; `changes` are of the settings."""
    dice = random.Random(seed)
    chance = Chance(dice, ())
    chance = Chance(dice, tuple(chance.spot() for _ in range(dice.randint(1, 3))))
    legs = tuple(a_leg(chance, f"l{n}") for n in range(dice.randint(0, 9)))
    couriers = tuple(a_courier(chance, name) for name in IDS[: dice.randint(0, 6)])
    return Snapshot(
        now=NOW,
        couriers=couriers,
        legs=legs,
        settings=replace(some_settings(dice), **changes),
        last_routes=some_last_routes(dice, legs, couriers),
    )


def a_leg(chance: Chance, name: str, **changes: Any) -> OpenLeg:
    dice = chance.dice
    kitchen = dice.randrange(len(chance.kitchens))
    placed = chance.moment()
    ready = placed + dice.randint(0, 2_400)
    fields = {
        "pickup": chance.kitchens[kitchen],
        "dropoff": chance.spot(),
        "pickup_place": f"kitchen {kitchen}",
        "placed_at": placed,
        "ready_at": ready,
        "due_at": chance.maybe(0.5, ready + 900.0),
        "drop_by": chance.maybe(0.3, ready + dice.randint(300, 3_600)),
        "pickup_by": chance.maybe(0.2, ready + dice.randint(60, 2_400)),
        "drop_from": chance.maybe(0.15, ready + dice.randint(0, 2_400)),
        "max_on_board_s": chance.maybe(0.25, float(dice.randint(300, 2_400))),
        "ready_spread_s": dice.choice((0.0, 0.0, 0.0, 60.0)),
        "weight_g": dice.choice((0, 500, 4_000, 12_000)),
        "volume_l": dice.choice((0.0, 0.3, 7.5, 30.0)),
        "parcels": dice.randint(1, 3),
        "skills": chance.maybe(0.2, chance.some(SKILLS)) or frozenset(),
        "eligible_fleets": chance.maybe(0.2, chance.some(FLEETS)),
        "excluded_couriers": chance.maybe(0.3, chance.some(IDS, 3)) or frozenset(),
        "vehicle_kinds": chance.maybe(0.15, chance.some(("bike", "van", "trike"))),
        "pickup_service_s": dice.choice((0.0, 60.0, 240.0)),
        "dropoff_service_s": dice.choice((0.0, 120.0)),
    }
    return make_leg(name, **{**fields, **changes})


def a_courier(chance: Chance, name: str) -> CourierState:
    dice = chance.dice
    begins = chance.moment()
    stops = committed_stops(chance, name) if dice.random() < 0.5 else ()
    loads = loads_on_board(dice, stops)
    held = len({stop.leg.id for stop in stops})
    return make_courier(
        name,
        position=chance.spot(),
        free_at=chance.moment(),
        on_duty_from=begins,
        shift_ends_at=begins + dice.randint(600, 9_000),
        shift_starts_at=chance.maybe(0.3, begins - 1_800.0),
        vehicle=dice.choice(VEHICLES),
        fleet_id=dice.choice(FLEETS),
        skills=chance.some(SKILLS),
        legs_done=dice.randint(0, 9),
        stops=stops,
        fixed_stops=dice.choice((0, 0, 1, len(stops))),
        drop_by=chance.maybe(0.2, begins + dice.randint(1_800, 9_000)),
        max_legs=chance.maybe(0.2, held + dice.randint(-1, 2)) if held else chance.maybe(0.2, dice.randint(1, 2)),
        **loads,
    )


def committed_stops(chance: Chance, owner: str) -> tuple[CommittedStop, ...]:
    """Up to three legs in some order, some on board since long ago, some of them late."""
    dice, stops = chance.dice, []
    for n in range(dice.randint(1, 3)):
        promised = chance.maybe(0.5, chance.moment(-600, 3_600))
        leg = a_leg(chance, f"{owner} has {n}", promised_at=promised)
        if dice.random() < 0.5:
            since = chance.maybe(0.8, chance.moment(-1_200, 0))
            stops.insert(dice.randint(0, len(stops)), CommittedStop(StopKind.DROPOFF, leg, since))
            continue
        first = dice.randint(0, len(stops))
        stops.insert(first, CommittedStop(StopKind.PICKUP, leg))
        stops.insert(dice.randint(first + 1, len(stops)), CommittedStop(StopKind.DROPOFF, leg))
    return tuple(stops)


def loads_on_board(dice: random.Random, stops: tuple[CommittedStop, ...]) -> dict[str, Any]:
    """What the stops drop off, at times with something nobody knows of."""
    taken = {stop.leg.id for stop in stops if stop.kind is StopKind.PICKUP}
    aboard = [stop.leg for stop in stops if stop.leg.id not in taken]
    return {
        "weight_on_board_g": sum(leg.weight_g for leg in aboard) + dice.choice((0, 0, 0, 5_000)),
        "volume_on_board_l": sum(leg.volume_l for leg in aboard) + dice.choice((0.0, 0.0, 2.5)),
        "parcels_on_board": sum(leg.parcels for leg in aboard) + dice.choice((0, 0, 0, 2)),
    }


def some_settings(dice: random.Random) -> PlannerSettings:
    return PlannerSettings(
        tick_s=dice.choice((10.0, 600.0)),
        commit_lead_s=dice.choice((0.0, 20.0)),
        max_bundle_legs=dice.randint(1, 4),
        max_legs=dice.choice((3, 4_000, 4_000)),
        max_couriers=dice.choice((2, 2_000, 2_000)),
        routes_rounds=dice.choice((0, 1, 6, 6)),
        routes_max_legs=dice.randint(1, 6),
        routes_candidates=dice.choice((1, 2, 100)),
        routes_skip_min=dice.choice((0.0, 0.5)),
        routes_budget_s=dice.choice((0.0, 0.0, 1e-9)),
        ruin_rounds=dice.choice((0, 64, 256)),
        deals_levels=dice.random() < 0.8,
        riding_price=dice.choice((0.0, 0.0, 0.3)),
        change_price_min=dice.choice((0.0, 3.0)),
        one_place_on_board=dice.random() < 0.4,
        leave_out_price_min=dice.choice((30.0, 200.0)),
        leave_out_floor_min=dice.choice((10.0, 60.0)),
        lateness_slope=dice.choice((0.0, 0.2)),
    )


def some_last_routes(
    dice: random.Random, legs: tuple[OpenLeg, ...], couriers: tuple[CourierState, ...]
) -> dict[str, tuple[tuple[StopKind, str], ...]]:
    """Who had which leg in the last plan, among what he is committed to now; some are no longer there."""
    had: dict[str, list[tuple[StopKind, str]]] = {
        courier.id: [(stop.kind, stop.leg.id) for stop in courier.stops] for courier in couriers if dice.random() < 0.7
    }
    for leg_id in [*(leg.id for leg in legs), "cancelled"]:
        if dice.random() < 0.5:
            stops = had.setdefault(dice.choice((*IDS, "gone")), [])
            first = dice.randint(0, len(stops))
            stops.insert(first, (StopKind.PICKUP, leg_id))
            stops.insert(dice.randint(first + 1, len(stops)), (StopKind.DROPOFF, leg_id))
    return {who: tuple(stops) for who, stops in had.items()} if dice.random() < 0.6 else {}
