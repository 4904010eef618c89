"""When a learned figure is used, in one place: enough samples, on enough days, learned not long ago."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.dispatch.models import FigureKind, LearnedFigure

WINDOW = timedelta(days=28)  # four of each weekday
MOST_MOVES = 200_000  # events read for one learning, the newest: what a task has time for
OLDEST_USED = timedelta(days=28)  # since it was learned: when nobody learns any more, the constants come back


@dataclass(frozen=True, slots=True)
class Enough:
    """What must be behind a figure."""

    samples: int
    days: int

    def missing(self, *, samples: int, days: int) -> str:
        """What is missing, "" when it is enough."""
        if samples < self.samples:
            return f"{samples} of {self.samples} samples"
        if days < self.days:
            return f"{days} of {self.days} days"
        return ""


ENOUGH = {
    FigureKind.DEMAND: Enough(samples=0, days=4),  # days of that class; an hour without orders is a figure too
    FigureKind.SERVICE: Enough(samples=50, days=3),
    FigureKind.PREPARATION: Enough(samples=15, days=3),
    FigureKind.TRAVEL: Enough(samples=30, days=3),
}


def why_unused(figure: LearnedFigure, *, at: datetime) -> str:
    """Why a figure is not used, "" when it is."""
    if missing := ENOUGH[FigureKind(figure.kind)].missing(samples=figure.samples, days=figure.days):
        return missing
    if at - figure.learned_at > OLDEST_USED:
        return f"learned {(at - figure.learned_at).days} days ago"
    return ""
