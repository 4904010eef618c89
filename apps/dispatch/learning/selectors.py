"""Reads of learned figures: what the engine may use, None (or nothing) where too little is known."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.core import clock
from apps.core.short_memory import ShortMemory
from apps.core.vehicle_kind import VehicleKind
from apps.dispatch.learning.thresholds import why_unused
from apps.dispatch.models import FigureKind, LearnedFigure
from apps.orders.models import Leg
from apps.zones.models import Zone

WEEKDAY, WEEKEND = "weekday", "weekend"
OF_ZONES = (FigureKind.DEMAND, FigureKind.SERVICE, FigureKind.TRAVEL)  # two hundred rows; of places there may be many
KNOWN_FOR_S = 60.0  # of the wall: they are learned every hour, and asked for with every plan
known_figures: ShortMemory[UUID, dict[tuple[str, str], LearnedFigure]] = ShortMemory(most=500, life_s=KNOWN_FOR_S)


@dataclass(frozen=True, slots=True)
class ServiceSeconds:
    """Learned seconds at a stop, from arriving to leaving; None: the zone's constant stands."""

    pickup: float | None = None
    dropoff: float | None = None


def demand_forecast(zone: Zone, at: datetime) -> float | None:
    """Orders to expect in the local hour of a moment, None while too few days are known; at most a minute old."""
    local = at.astimezone(ZoneInfo(zone.time_zone))
    key = demand_key(day_class(local.date()), local.hour)
    return _used(zone.pk, FigureKind.DEMAND, [key]).get(key)


def service_seconds(zone: Zone) -> ServiceSeconds:
    """Learned times at stops of a zone, at most a minute old."""
    return ServiceSeconds(**_used(zone.pk, FigureKind.SERVICE, ["pickup", "dropoff"]))


def preparation_seconds(leg: Leg) -> float | None:
    """How long an order is prepared where this leg is picked up, from when it is placed; None while little is known."""
    return _used(leg.zone_id, FigureKind.PREPARATION, [leg.pickup_place]).get(leg.pickup_place)


def travel_factor(zone: Zone, hour: int, vehicle_kind: str) -> float | None:
    """Factor on a straight line's seconds at a local hour (0 to 23); None while too few rides are known."""
    key = travel_key(hour, vehicle_kind)
    return _used(zone.pk, FigureKind.TRAVEL, [key]).get(key)


def travel_factors(zone: Zone, at: datetime) -> dict[str, float]:
    """Kind of vehicle -> factor, for the local hour of a moment; kinds with too few rides are left out."""
    hour = at.astimezone(ZoneInfo(zone.time_zone)).hour
    kinds = {travel_key(hour, kind): kind for kind in VehicleKind.values}
    return {kinds[key]: value for key, value in _used(zone.pk, FigureKind.TRAVEL, list(kinds)).items()}


def day_class(day: date) -> str:
    """Weekday or weekend. Holidays are not known."""
    return WEEKEND if day.weekday() >= 5 else WEEKDAY


def demand_key(which_days: str, hour: int) -> str:
    """As demand is kept: `weekday/13`."""
    return f"{which_days}/{hour:02d}"


def travel_key(hour: int, vehicle_kind: str) -> str:
    """As travel factors are kept: `08/bike`."""
    return f"{hour:02d}/{vehicle_kind}"


def _used(zone_id: UUID, kind: FigureKind, keys: list[str]) -> dict[str, float]:
    """Those of a zone; its own are known for a minute, those of its many places are read."""
    at = clock.now()
    if kind in OF_ZONES:
        known = known_figures.recall(zone_id)
        if known is None:
            rows = LearnedFigure.objects.filter(zone_id=zone_id, kind__in=OF_ZONES)
            known = known_figures.remember(zone_id, {(row.kind, row.key): row for row in rows})
        found = [known[kind, key] for key in keys if (kind, key) in known]
    else:
        found = list(LearnedFigure.objects.filter(zone_id=zone_id, kind=kind, key__in=keys))
    return {row.key: row.value for row in found if not why_unused(row, at=at)}
