"""What the planner sees at one moment. All times are float seconds on one axis, whichever the caller uses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from apps.core.geo import Point
from apps.dispatch.engine.settings import PlannerSettings
from apps.dispatch.engine.stop_kind import StopKind
from apps.dispatch.engine.travel import StraightLine, TravelModel, VehicleProfile

LastRoutes: TypeAlias = Mapping[str, tuple[tuple[StopKind, str], ...]]
"""Stops (kind, leg) by courier, in order."""

__all__ = ["CommittedStop", "CourierState", "LastRoutes", "OpenLeg", "Point", "Snapshot", "VehicleProfile"]


@dataclass(frozen=True, slots=True)
class CourierState:
    """A courier: where and when his way can be planned from, and the stops he is committed to after that."""

    id: str
    position: Point
    """Where he will be when he is free to ride on."""
    free_at: float
    on_duty_from: float
    """From when he may ride: the start of his shift, or the end of his break."""
    shift_ends_at: float
    """No pickup after this; a drop-off may be later."""
    vehicle: VehicleProfile
    fleet_id: str
    skills: frozenset[str] = frozenset()
    legs_done: int = 0
    """Legs done or committed in this shift."""
    shift_starts_at: float | None = None
    """Start of the shift his guaranteed pay counts from. None: `on_duty_from`."""
    parcels_on_board: int = 0
    weight_on_board_g: int = 0
    volume_on_board_l: float = 0.0
    """What he carries at `free_at`, the legs that `stops` drops off included."""
    stops: tuple["CommittedStop", ...] = ()
    """Stops he is committed to, still to be made from `position` on. They keep their order and their courier; others
    may be put in between. Limits they break already are no limits for them, but no plan makes them later than they then
    are."""
    fixed_stops: int = 0
    """Nothing is put before so many of them: he is on his way to the first, say."""
    drop_by: float | None = None
    """No drop-off after this. None: he finishes what he has picked up."""
    max_legs: int | None = None
    """Most legs he takes at once, committed ones included. None: as many as the settings allow."""
    told_before_s: float = 0.0
    """So many seconds before `free_at` he must know his next stop: at the handover where he is, after which he leaves
    for the stop he knows of."""


@dataclass(frozen=True, slots=True)
class OpenLeg:
    """A leg nobody is committed to yet.

    Half of a service time passes before the handover and half after it: pickup = max(ready, arrival + service / 2),
    departure = pickup + service / 2; the same at the drop-off, which waits for nothing.
    """

    id: str
    pickup: Point
    dropoff: Point
    pickup_place: str
    """Legs with the same place may be picked up together."""
    placed_at: float
    """From when its recipient waits. For an order booked ahead this is not the booking: give the usual time before
    `ready_at`, or fresh orders go before it whenever couriers are short."""
    ready_at: float
    due_at: float | None = None
    """Promised drop-off; later is allowed, and costs. None: `PlannerSettings.lateness_threshold_s` after placement."""
    drop_by: float | None = None
    """Hard end of the drop-off window. None: no such end."""
    pickup_by: float | None = None
    """Hard end of the pickup window."""
    drop_from: float | None = None
    """Start of the drop-off window: who comes earlier waits."""
    max_on_board_s: float | None = None
    """Longest time from pickup to drop-off."""
    promised_at: float | None = None
    """Drop-off promised to the recipient. Once the leg is committed, no plan puts another leg before it that breaks
    this."""
    ready_spread_s: float = 0.0
    """How uncertain `ready_at` is: the scale of a logistic distribution around it. 0: it is known."""
    weight_g: int = 0
    volume_l: float = 0.0
    parcels: int = 1
    skills: frozenset[str] = frozenset()
    """Skills its courier must have, all of them."""
    eligible_fleets: frozenset[str] | None = None
    """Fleets that may carry it. None: any."""
    excluded_couriers: frozenset[str] = frozenset()
    """Couriers who declined it, or must not have it."""
    vehicle_kinds: frozenset[str] | None = None
    """Kinds of vehicle that may carry it. None: any."""
    pickup_service_s: float = 0.0
    dropoff_service_s: float = 0.0

    def point_of(self, kind: StopKind) -> Point:
        """Where its stop of this kind is."""
        return self.pickup if kind is StopKind.PICKUP else self.dropoff


@dataclass(frozen=True, slots=True)
class CommittedStop:
    """A stop that a courier is committed to. A drop-off without its pickup before it: the leg is on board."""

    kind: StopKind
    leg: OpenLeg
    picked_up_at: float | None = None
    """When a leg on board was picked up, for its longest time on board."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One zone at one moment. Raises ValueError when two couriers, or two legs, share an id."""

    now: float
    couriers: tuple[CourierState, ...]
    legs: tuple[OpenLeg, ...]
    travel: TravelModel = field(default_factory=StraightLine)
    settings: PlannerSettings = field(default_factory=PlannerSettings)
    last_routes: LastRoutes = field(default_factory=dict)
    """Of the last plan; kept where they still hold. A leg that changes couriers pays for
    it."""
    recent_legs: tuple[OpenLeg, ...] = ()
    """Legs placed within the last hour, whoever has them now, for a guess at what comes next (`futures`). Empty:
    nothing is guessed."""
    expected_legs_per_hour: float | None = None
    """How often legs are expected to be placed from now on. None: as often as in the last twenty minutes."""

    def __post_init__(self) -> None:
        for name, things in (("courier", self.couriers), ("leg", self.legs)):
            if len({thing.id for thing in things}) != len(things):
                raise ValueError(f"two {name}s of the snapshot have the same id")
