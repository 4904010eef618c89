"""When a robot courier means to be on duty."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when."""

    starts_at: datetime
    ends_at: datetime

    def holds(self, moment: datetime) -> bool:
        """Whether the moment lies within it."""
        return self.starts_at <= moment < self.ends_at


class Hours(Protocol):
    """A courier's plan."""

    def around(self, moment: datetime) -> Span | None:
        """The span that holds the moment, or the next one; None when there is none to come."""
        ...


@dataclass(frozen=True, slots=True)
class DailyHours:
    """The same hours every day, in local time; the end comes after the start on the same day."""

    start_hour: int
    end_hour: int
    time_zone: str

    def on(self, day: datetime) -> Span:
        """The span of the local day that holds the moment."""
        zone = ZoneInfo(self.time_zone)
        local = day.astimezone(zone).date()
        return Span(
            datetime.combine(local, time(self.start_hour), zone), datetime.combine(local, time(self.end_hour), zone)
        )

    def around(self, moment: datetime) -> Span:
        """As `Hours.around`."""
        today = self.on(moment)
        return today if moment < today.ends_at else self.on(moment + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class OnceOnly:
    """A single span."""

    span: Span

    def around(self, moment: datetime) -> Span | None:
        """As `Hours.around`."""
        return self.span if moment < self.span.ends_at else None
