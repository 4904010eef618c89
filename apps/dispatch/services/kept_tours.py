"""The tours of a zone as planned ahead, until they are given out. A hint: lost, they are planned again in seconds."""

import logging
from dataclasses import dataclass
from uuid import UUID

import orjson

from apps.core.redis import RedisError, connection
from apps.dispatch.engine import StopKind

logger = logging.getLogger(__name__)
KEPT_S = 3600  # of the wall; far longer than until they are planned again


@dataclass(frozen=True, slots=True)
class KeptTour:
    """The tour of one shift."""

    courier_id: str
    stops: tuple[tuple[StopKind, str], ...]
    """Kind and leg, in order."""
    held_until: dict[str, float]
    """By leg: its pickup need not be before, epoch seconds."""


@dataclass(frozen=True, slots=True)
class KeptTours:
    """The tours of a zone, and what they were made of."""

    by_shift: dict[str, KeptTour]
    planned_at: float
    """Epoch seconds, on the platform's clock."""
    legs: frozenset[str]
    """All that were planned or left out, with their versions."""
    shifts: str
    """A digest of the shifts that were there."""


NOTHING = KeptTours({}, 0.0, frozenset(), "")


def kept_tours(zone_id: UUID) -> KeptTours:
    """The tours of a zone; NOTHING when there are none, or Redis is away."""
    try:
        kept = connection().get(_key(zone_id))
    except RedisError as error:
        logger.warning("No tours are known, Redis is away: %s", error)
        return NOTHING
    if not kept:
        return NOTHING
    read = orjson.loads(kept)
    tours = {
        shift: KeptTour(
            tour["courier_id"],
            tuple((StopKind(kind), leg) for kind, leg in tour["stops"]),
            tour["held_until"],
        )
        for shift, tour in read["by_shift"].items()
    }
    return KeptTours(tours, read["planned_at"], frozenset(read["legs"]), read["shifts"])


def keep_tours(zone_id: UUID, tours: KeptTours) -> None:
    """Keep the tours until the next ones."""
    written = orjson.dumps(
        {
            "by_shift": tours.by_shift,
            "planned_at": tours.planned_at,
            "legs": sorted(tours.legs),
            "shifts": tours.shifts,
        }
    )
    try:
        connection().set(_key(zone_id), written, ex=KEPT_S)
    except RedisError as error:
        logger.warning("Tours are planned again, Redis is away: %s", error)


def _key(zone_id: UUID) -> str:
    return f"tours:{zone_id}"
