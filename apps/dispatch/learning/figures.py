"""Writes learned figures: what was learned of a kind replaces what stood there."""

import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.dispatch.learning.selectors import known_figures
from apps.dispatch.models import FigureKind, LearnedFigure

logger = logging.getLogger(__name__)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Learned:
    """A figure as it was worked out: see `LearnedFigure`."""

    zone_id: UUID
    key: str
    value: float
    spread: float
    samples: int
    days: int


def write_figures(kind: FigureKind, learned: Iterable[Learned]) -> int:
    """Replace all figures of a kind, in one statement and one for each 500 of them. Returns how many there are now.

    Two learners at once learned the same: who comes second finds the rows there, and leaves them.
    """
    figures = list(learned)
    try:
        _replace(kind, figures)
    except IntegrityError:
        logger.info("Somebody else wrote the %s figures at this moment.", kind)
    known_figures.forget()
    return len(figures)


@atomic
def _replace(kind: FigureKind, figures: list[Learned]) -> None:
    """Readers see the old rows or the new ones. MongoDB has no upsert in bulk through the ORM."""
    at = clock.now()
    LearnedFigure.objects.filter(kind=kind).delete()
    rows = [LearnedFigure(kind=kind, learned_at=at, **asdict(figure)) for figure in figures]
    LearnedFigure.objects.bulk_create(rows, batch_size=BATCH)
