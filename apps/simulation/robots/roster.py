"""Who the robots are: what the seeding tells them in a file, since they cannot see the database."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from apps.core.geo import Point
from apps.simulation.robots.hours import DailyHours, Hours, OnceOnly, Span
from apps.simulation.robots.riding import CityVehicle, Vehicle, WholeMinuteVehicle


@dataclass(frozen=True, slots=True)
class CourierEntry:
    """One robot courier.

    With `metres_per_minute` it rides by the rules of the meal delivery library. With `on_duty`, two moments in RFC
    3339, it has that one shift; else it works from `start_hour` to `end_hour` every day.
    """

    phone: str
    lat: float
    lon: float
    start_hour: int = 0
    end_hour: int = 0
    time_zone: str = "UTC"
    on_duty: tuple[str, str] | None = None
    speed_kmh: float = 15.0
    detour_factor: float = 1.3
    metres_per_minute: float | None = None

    @property
    def start(self) -> Point:
        """Where it is at first."""
        return Point(self.lat, self.lon)

    def hours(self) -> Hours:
        """When it means to be on duty."""
        if self.on_duty:
            starts_at, ends_at = (datetime.fromisoformat(moment) for moment in self.on_duty)
            return OnceOnly(Span(starts_at, ends_at))
        return DailyHours(self.start_hour, self.end_hour, self.time_zone)

    def vehicle(self) -> Vehicle:
        """What it rides."""
        if self.metres_per_minute:
            return WholeMinuteVehicle(self.metres_per_minute)
        return CityVehicle(self.speed_kmh, self.detour_factor)


@dataclass(frozen=True, slots=True)
class Demand:
    """Orders made up from a seed: which city, and how many a day on average."""

    city: str
    seed: int
    scale: float
    orders_per_day: float


@dataclass(frozen=True, slots=True)
class Roster:
    """All robots of a city. `api_keys` holds each merchant's key by its code."""

    couriers: tuple[CourierEntry, ...]
    api_keys: dict[str, str] = field(default_factory=dict)
    demand: Demand | None = None

    def write(self, path: Path) -> None:
        """Keep it in a file that only its owner can read: it holds keys."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1))

    @classmethod
    def read(cls, path: Path) -> "Roster":
        """Raises FileNotFoundError, or ValueError for a file that holds no roster."""
        body: dict[str, Any] = json.loads(path.read_text())
        try:
            return cls(
                couriers=tuple(CourierEntry(**entry) for entry in body["couriers"]),
                api_keys=dict(body["api_keys"]),
                demand=Demand(**body["demand"]) if body["demand"] else None,
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path} holds no roster of robots: {error!r}") from error
