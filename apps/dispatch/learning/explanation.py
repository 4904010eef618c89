"""Says of every learned figure of a zone what it is, what it replaces, what is behind it, and whether it is in use."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from apps.core import clock
from apps.dispatch.learning.thresholds import why_unused
from apps.dispatch.models import FigureKind, LearnedFigure
from apps.zones.models import Zone

UNITS = {
    FigureKind.DEMAND: "orders/h",
    FigureKind.SERVICE: "s",
    FigureKind.PREPARATION: "s",
    FigureKind.TRAVEL: "x straight line",
}
NOTHING_YET = "nothing learned yet"


@dataclass(frozen=True, slots=True)
class Explained:
    """One figure. `value` None: nothing was learned. `constant`: what holds where it is not used."""

    kind: str
    key: str
    unit: str
    constant: str
    value: float | None = None
    spread: float | None = None
    samples: int = 0
    days: int = 0
    learned_at: datetime | None = None
    why_unused: str = NOTHING_YET

    @property
    def is_used(self) -> bool:
        """Whether the engine goes by it."""
        return not self.why_unused


def explained(zone: Zone) -> list[Explained]:
    """All figures of a zone, by kind and key; a kind or a stop of which nothing is known says so. One query."""
    at = clock.now()
    rows = LearnedFigure.objects.filter(zone=zone).order_by("kind", "key")
    by_kind = {kind: list(group) for kind, group in groupby(rows, key=lambda row: row.kind)}
    answer = []
    for kind in FigureKind:
        there = {row.key: row for row in by_kind.get(kind, [])}
        wanted = ("pickup", "dropoff") if kind == FigureKind.SERVICE else tuple(there) or ("-",)
        answer += [_explained(zone, kind, key, there.get(key), at) for key in wanted]
    return answer


def _explained(zone: Zone, kind: FigureKind, key: str, row: LearnedFigure | None, at: datetime) -> Explained:
    blank = Explained(kind.value, key, UNITS[kind], _constant(zone, kind, key))
    if row is None:
        return blank
    return Explained(
        kind=blank.kind,
        key=blank.key,
        unit=blank.unit,
        constant=blank.constant,
        value=row.value,
        spread=row.spread,
        samples=row.samples,
        days=row.days,
        learned_at=row.learned_at,
        why_unused=why_unused(row, at=at),
    )


def _constant(zone: Zone, kind: FigureKind, key: str) -> str:
    if kind == FigureKind.SERVICE:
        return str(zone.pickup_service_s if key == "pickup" else zone.dropoff_service_s)
    return {FigureKind.DEMAND: "none", FigureKind.PREPARATION: "as announced", FigureKind.TRAVEL: "1.00"}[kind]
