"""What time it is in the demo city when it starts."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from apps.core.models import Event
from coursier.embedded.pace import Pace

CITY_TIME_ZONE = ZoneInfo("Europe/Paris")
FIRST_START = (12, 0)  # lunch begins


def pace_of_this_start(speed: float) -> Pace:
    """The clock of this start. It goes on from the latest event: between two starts the city was only paused.

    At speed 1 the city has the time of the wall, unless it is already ahead of it. Raises ValueError for a speed of 0.
    """
    wall = datetime.now(UTC)  # wall: the city has no time of its own before it starts
    latest = Event.objects.order_by("-id").values_list("occurred_at", flat=True).first()
    if speed == 1:
        return Pace.starting_now(origin=max(wall, latest) if latest else wall, speed=1)
    hour, minute = FIRST_START
    morning = wall.astimezone(CITY_TIME_ZONE).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return Pace.starting_now(origin=latest or morning.astimezone(UTC), speed=speed)
