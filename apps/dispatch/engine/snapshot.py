"""What the planner sees at one moment. All times are float seconds on one axis, whichever the caller uses."""

from dataclasses import dataclass, field

from apps.core.geo import Point
from apps.dispatch.engine.settings import PlannerSettings
from apps.dispatch.engine.travel import StraightLine, TravelModel, VehicleProfile

__all__ = ["CourierState", "OpenLeg", "Point", "Snapshot", "VehicleProfile"]


@dataclass(frozen=True, slots=True)
class CourierState:
    """A courier, at the place and time where he will be free of what is already committed to him."""

    id: str
    position: Point
    """Where he will be when he is free: the last drop-off he is committed to, or where he is now."""
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
    """What he will still carry at `free_at`; normally nothing."""


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
    weight_g: int = 0
    parcels: int = 1
    skills: frozenset[str] = frozenset()
    """Skills its courier must have, all of them."""
    eligible_fleets: frozenset[str] | None = None
    """Fleets that may carry it. None: any."""
    excluded_couriers: frozenset[str] = frozenset()
    """Couriers who declined it, or must not have it."""
    pickup_service_s: float = 0.0
    dropoff_service_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One zone at one moment. Raises ValueError when two couriers, or two legs, share an id."""

    now: float
    couriers: tuple[CourierState, ...]
    legs: tuple[OpenLeg, ...]
    travel: TravelModel = field(default_factory=StraightLine)
    settings: PlannerSettings = field(default_factory=PlannerSettings)

    def __post_init__(self) -> None:
        for name, things in (("courier", self.couriers), ("leg", self.legs)):
            if len({thing.id for thing in things}) != len(things):
                raise ValueError(f"two {name}s of the snapshot have the same id")
