"""How fast the clock of a stack runs, told once to all of its processes."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """The platform's clock: it showed `origin` when the wall's showed `started_at`, and runs `speed` times as fast.

    The same sum as `apps.core.clock`, for those who drive a stack from outside of it.
    """

    origin: datetime
    started_at: datetime
    speed: float = 1.0

    def __post_init__(self) -> None:
        if self.speed <= 0:
            raise ValueError(f"the speed of the clock must be more than 0, not {self.speed:g}")

    @classmethod
    def starting_now(cls, *, origin: datetime, speed: float) -> "Pace":
        """A clock that shows `origin` at this moment."""
        return cls(origin=origin, started_at=datetime.now(UTC), speed=speed)  # wall

    @classmethod
    def from_environment(cls) -> "Pace":
        """The clock that a process of a stack was told; without one, the wall's. Raises ValueError for nonsense."""
        if not (origin := os.environ.get("COURSIER_CLOCK_ORIGIN")):
            wall = datetime.now(UTC)  # wall
            return cls(origin=wall, started_at=wall)
        return cls(
            origin=datetime.fromisoformat(origin),
            started_at=datetime.fromisoformat(os.environ["COURSIER_CLOCK_STARTED_AT"]),
            speed=float(os.environ["COURSIER_CLOCK_SPEED"]),
        )

    def now(self) -> datetime:
        """The platform's moment: aware, UTC."""
        return self.origin + (datetime.now(UTC) - self.started_at) * self.speed  # wall

    def wall_seconds_until(self, moment: datetime) -> float:
        """How long the wall's clock takes until a moment of the platform; 0 when it has passed."""
        return max(0.0, (moment - self.now()).total_seconds() / self.speed)

    def platform(self, *, wall_seconds: float) -> timedelta:
        """What passes on the platform in so many seconds of the wall."""
        return timedelta(seconds=wall_seconds * self.speed)

    def environment(self) -> dict[str, str]:
        """The variables from which every process of the stack reads this clock."""
        return {
            "COURSIER_CLOCK_SPEED": repr(self.speed),
            "COURSIER_CLOCK_ORIGIN": self.origin.isoformat(),
            "COURSIER_CLOCK_STARTED_AT": self.started_at.isoformat(),
        }
