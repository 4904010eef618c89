"""What a courier does, as the phone will tell it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.simulation.robots.itinerary import Stop, StopKey
from apps.simulation.robots.pictures import Picture


@dataclass(frozen=True, slots=True)
class Action:
    """Something done at a stop: what the phone will tell the platform, and the pictures that were made for it."""

    kind: str
    at: datetime
    fields: dict[str, Any] = field(default_factory=dict)
    stop_key: StopKey | None = None
    pictures: tuple[Picture, ...] = ()


def done_at(stop: Stop, kind: str, at: datetime, more: dict[str, Any], pictures: tuple[Picture, ...] = ()) -> Action:
    """Something done at a stop, by the hands that have its leg."""
    return Action(kind, at, {"leg_id": stop.leg_id, "epoch": stop.epoch, **more}, stop.key, pictures)
