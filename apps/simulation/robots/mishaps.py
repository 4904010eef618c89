"""What will go wrong in a courier's shift, drawn in advance: the same seed has the same bad day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from apps.simulation.robots.habits import Habits
from apps.simulation.robots.hours import Span


@dataclass(frozen=True, slots=True)
class Mishaps:
    """The spans of a shift in which something is the matter; none on a good day."""

    outages: tuple[Span, ...] = ()
    flat_battery: Span | None = None
    pause: Span | None = None

    def outage_at(self, moment: datetime) -> Span | None:
        """The outage of the network that holds the moment."""
        return next((span for span in self.outages if span.holds(moment)), None)

    def has_flat_battery(self, moment: datetime) -> bool:
        """Whether the phone is off."""
        return self.flat_battery is not None and self.flat_battery.holds(moment)

    def is_pause(self, moment: datetime) -> bool:
        """Whether the courier would rather have nothing new."""
        return self.pause is not None and self.pause.holds(moment)


NO_MISHAPS = Mishaps()


def draw_mishaps(habits: Habits, shift: Span, chance: Random) -> Mishaps:
    """The mishaps of one shift. Every draw is made whatever comes of it, so that habits can be changed one by one."""
    outages = tuple(_somewhere(shift, chance.uniform(*habits.outage_s), chance) for _ in range(habits.outages[1]))
    how_many = chance.randint(*habits.outages)
    has_flat_battery, flat_battery = _maybe(shift, habits.flat_batteries_share, habits.flat_battery_s, chance)
    pauses, pause = _maybe(shift, habits.pauses_share, (habits.pause_s, habits.pause_s), chance)
    return Mishaps(outages[:how_many], flat_battery if has_flat_battery else None, pause if pauses else None)


def _maybe(shift: Span, share: float, length_s: tuple[float, float], chance: Random) -> tuple[bool, Span]:
    return chance.random() < share, _somewhere(shift, chance.uniform(*length_s), chance)


def _somewhere(shift: Span, length_s: float, chance: Random) -> Span:
    """A span that lies within the shift, if it is no longer than that."""
    whole_s = (shift.ends_at - shift.starts_at).total_seconds()
    starts_at = shift.starts_at + timedelta(seconds=chance.random() * max(0.0, whole_s - length_s))
    return Span(starts_at, starts_at + timedelta(seconds=length_s))
