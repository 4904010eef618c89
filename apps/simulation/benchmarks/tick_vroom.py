"""What VROOM makes of a snapshot, for comparison; needs the package pyvroom.

Zones are solved one after the other, as nobody waits minutes for the whole city. VROOM is told capacities, who may
carry what, speeds, service times (one for all pickups of a place), hard windows, the latest that committed stops may
be, and that nobody rides on after his shift. It cannot be told the longest time on board, nor the order of committed
stops, and it minimises riding: neither click-to-door nor lateness has a price there.
"""

import importlib
import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from apps.core.geo import Point
from apps.dispatch.engine import CourierState, OpenLeg, Snapshot, StopKind
from apps.dispatch.engine.travel import VehicleProfile
from apps.simulation.benchmarks.tick_check import latest, may_carry
from apps.simulation.benchmarks.tick_price import MINUTE_S, Stop, half_service_s, ride
from apps.simulation.benchmarks.tick_zones import zones_of

EXPLORATION = 2
PAST_S, HORIZON_S = 4 * 3600, 10 * 3600  # VROOM's times may not be negative: its axis begins before the plan
ROUNDING_S = 10  # its rides are whole seconds, rounded up
COMMITTED = 100  # VROOM's greatest priority


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of putting the question to VROOM."""

    name: str
    couriers_a_zone: int
    due_slack_min: float | None = None
    """Due times are told as ends of the drop-off's window, so much later. None: they are not told."""
    most_legs: int | None = None
    """Open legs a courier."""


VARIANTS = (
    Variant("due times hard", couriers_a_zone=25, due_slack_min=0.0),
    Variant("due times hard", couriers_a_zone=50, due_slack_min=0.0),
    Variant("due times hard, at most 2 legs a courier", couriers_a_zone=25, due_slack_min=0.0, most_legs=2),
)


def is_installed() -> bool:
    """Whether there is a VROOM to compare with."""
    return importlib.util.find_spec("vroom") is not None


def n_zones(snapshot: Snapshot, variant: Variant) -> int:
    """How many zones the snapshot is cut into."""
    return max(1, round(len(snapshot.couriers) / variant.couriers_a_zone))


def vroom_routes(snapshot: Snapshot, variant: Variant) -> dict[str, list[Stop]]:
    """VROOM's routes; what it left out of its own accord is in none of them."""
    routes: dict[str, list[Stop]] = {}
    for zone in zones_of(snapshot, n_zones(snapshot, variant)):
        if zone.couriers:
            routes |= _Zone(zone, variant).solved()
    return routes


@dataclass(frozen=True, slots=True)
class _Task:
    """A leg in VROOM's words: a job when it is on board, else a shipment."""

    leg: OpenLeg
    who: frozenset[str]
    """Couriers who may have it."""
    dropped_by: float | None
    """Latest handovers; None where nothing ends."""
    picked_by: float | None = None
    is_committed: bool = False
    is_on_board: bool = False


@dataclass(slots=True)
class _Zone:
    """One zone in VROOM's words."""

    zone: Snapshot
    variant: Variant
    vroom: Any = field(default_factory=lambda: importlib.import_module("vroom"))
    places: dict[Point, int] = field(default_factory=dict)
    skills: dict[frozenset[str], int] = field(default_factory=dict)
    """A skill for each set of couriers that some leg is kept to."""

    def solved(self) -> dict[str, list[Stop]]:
        """The routes of the zone."""
        question = self.vroom.Input()
        tasks = self._tasks()
        for number, task in enumerate(tasks):
            if task.is_on_board:
                question.add_job(self._job(number, task))
            else:
                self._add_shipment(question, number, task)
        for number, courier in enumerate(self.zone.couriers):
            question.add_vehicle(self._vehicle(number, courier))
        for profile in {courier.vehicle for courier in self.zone.couriers}:
            question.set_durations_matrix(profile.kind, self._durations(profile))
        answer = question.solve(exploration_level=EXPLORATION, nb_threads=1)
        return self._routes(answer.routes, [task.leg for task in tasks])

    def _tasks(self) -> list[_Task]:
        tasks = []
        for leg in self.zone.legs:
            who = frozenset(courier.id for courier in self.zone.couriers if may_carry(courier, leg))
            slack_min = self.variant.due_slack_min
            due_at = None if slack_min is None or leg.due_at is None else leg.due_at + slack_min * MINUTE_S
            if who:
                tasks.append(_Task(leg, who, _first(leg.drop_by, due_at), leg.pickup_by))
        return tasks + [task for courier in self.zone.couriers for task in self._committed(courier)]

    def _committed(self, courier: CourierState) -> list[_Task]:
        """What a courier has already, as late as it is without anything else or as its limits are."""
        stops = [(stop.kind, stop.leg) for stop in courier.stops]
        ends = {
            (kind, leg.id): max(latest(courier, kind, leg, is_new=False), at) + ROUNDING_S
            for (kind, leg), at in zip(stops, ride(self.zone, courier, stops).handover_at, strict=True)
        }
        who = frozenset({courier.id})
        return [
            _Task(
                leg,
                who,
                ends[kind, leg.id],
                ends.get((StopKind.PICKUP, leg.id)),
                is_committed=True,
                is_on_board=(StopKind.PICKUP, leg.id) not in ends,
            )
            for kind, leg in stops
            if kind is StopKind.DROPOFF
        ]

    def _job(self, number: int, task: _Task) -> Any:
        return self.vroom.Job(
            number,
            self._place(task.leg.dropoff),
            default_service=round(task.leg.dropoff_service_s),
            delivery=_load(task.leg),
            skills=self._skill(task.who),
            priority=COMMITTED,
            time_windows=[self._window(StopKind.DROPOFF, task.leg, task.dropped_by)],
        )

    def _add_shipment(self, question: Any, number: int, task: _Task) -> None:
        leg = task.leg
        pickup = self.vroom.ShipmentStep(
            number,
            self._place(leg.pickup),
            # what is set up once is not set up again for the next task at the same place
            default_setup=round(leg.pickup_service_s),
            time_windows=[self._window(StopKind.PICKUP, leg, task.picked_by)],
        )
        dropoff = self.vroom.ShipmentStep(
            number,
            self._place(leg.dropoff),
            default_service=round(leg.dropoff_service_s),
            time_windows=[self._window(StopKind.DROPOFF, leg, task.dropped_by)],
        )
        load, priority = self.vroom.Amount(_load(leg)), COMMITTED if task.is_committed else 0
        question.add_shipment(pickup, dropoff, load, self._skill(task.who), priority)

    def _vehicle(self, number: int, courier: CourierState) -> Any:
        vehicle, n_held = courier.vehicle, len({stop.leg.id for stop in courier.stops})
        alone = ride(self.zone, courier, [(stop.kind, stop.leg) for stop in courier.stops])
        ends = max(_first(courier.shift_ends_at, courier.drop_by) or 0.0, *alone.leaves_at, courier.free_at)
        most = [
            legs
            for legs in (self.variant.most_legs, None if courier.max_legs is None else courier.max_legs - n_held)
            if legs is not None
        ]
        return self.vroom.Vehicle(
            number,
            start=self._place(courier.position),
            profile=vehicle.kind,
            capacity=[vehicle.max_weight_g, round(1000 * vehicle.max_volume_l), vehicle.max_parcels],
            skills={skill for who, skill in self.skills.items() if courier.id in who},
            time_window=(
                self._s(max(self.zone.now, courier.free_at, courier.on_duty_from)),
                self._s(ends) + ROUNDING_S,
            ),
            **({"max_tasks": 2 * max(0, min(most)) + len(courier.stops)} if most else {}),
        )

    def _routes(self, rows: Any, legs: Sequence[OpenLeg]) -> dict[str, list[Stop]]:
        routes: dict[str, list[Stop]] = {courier.id: [] for courier in self.zone.couriers}
        for number, kind, task in zip(rows.vehicle_id, rows.type, rows.id, strict=True):
            if kind in {"pickup", "delivery", "job"}:
                stop = StopKind.PICKUP if kind == "pickup" else StopKind.DROPOFF
                routes[self.zone.couriers[int(number)].id].append((stop, legs[int(task)]))
        for courier in self.zone.couriers:
            route = routes[courier.id]
            there = {(kind, leg.id) for kind, leg in route}
            committed = [(stop.kind, stop.leg) for stop in courier.stops]
            route[:0] = [(kind, leg) for kind, leg in committed if (kind, leg.id) not in there]
        return routes

    def _window(self, kind: StopKind, leg: OpenLeg, closes: float | None) -> tuple[int, int]:
        """When service may begin, half of it before the handover."""
        half = half_service_s(kind, leg)
        opens = leg.ready_at if kind is StopKind.PICKUP else leg.drop_from
        begins = 0 if opens is None else max(0, math.ceil(self._s(opens) - half))
        ends = HORIZON_S + PAST_S if closes is None else self._s(closes) - math.ceil(half)
        return begins, max(begins, ends)

    def _s(self, at: float) -> int:
        return min(math.ceil(at - self.zone.now) + PAST_S, HORIZON_S + PAST_S)

    def _place(self, point: Point) -> int:
        return self.places.setdefault(point, len(self.places))

    def _skill(self, who: frozenset[str]) -> set[int]:
        """No skill where anybody may."""
        return set() if len(who) == len(self.zone.couriers) else {self.skills.setdefault(who, len(self.skills) + 1)}

    def _durations(self, profile: VehicleProfile) -> Any:
        """Whole seconds between all places, rounded up."""
        where = np.array([(point.lat, point.lon) for point in self.places])
        return np.ceil(self.zone.travel.seconds(where, where, profile)).astype(np.uint32)


def _first(*ends: float | None) -> float | None:
    return min((end for end in ends if end is not None), default=None)


def _load(leg: OpenLeg) -> Sequence[int]:
    return [leg.weight_g, round(1000 * leg.volume_l), leg.parcels]
