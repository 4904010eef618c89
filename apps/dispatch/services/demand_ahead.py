"""What the engine is told of the orders that may come next."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from apps.core.known_queries import KnownRows
from apps.core.short_memory import ShortMemory
from apps.dispatch.eligibility import Networks, eligible_fleets
from apps.dispatch.engine import OpenLeg
from apps.dispatch.engine.futures import LATELY_S
from apps.dispatch.learning.selectors import demand_forecast
from apps.dispatch.services.engine_words import BOOKED_AHEAD, ServiceTimes, known_leg
from apps.orders.models import Leg
from apps.zones.models import Zone

MOST_LEGS = 400  # the newest of the last hour
SEEN_LATE = timedelta(minutes=1)  # of the platform: a leg may be in the database that much later than it was placed
MOST_ZONES = 50  # 400 legs with their orders take a megabyte
LIFE_S = 600.0  # of the wall: then what was changed by hand is seen too
_lately: ShortMemory[UUID, "Lately"] = ShortMemory(most=MOST_ZONES, life_s=LIFE_S)
_placed = KnownRows(
    lambda zone_id, after, until: (
        Leg.objects.filter(zone_id=zone_id, is_test=False, sequence=1, placed_at__gt=after, placed_at__lte=until)
        .select_related("order")
        .order_by("-placed_at")[:MOST_LEGS]
    )
)


@dataclass(slots=True)
class PlacedLeg:
    """A leg as it was when it was first seen, and as the engine was told of it last."""

    leg: Leg
    told: tuple[ServiceTimes, frozenset[UUID], OpenLeg] | None = None

    def for_fleets(self, fleets: frozenset[UUID], service: ServiceTimes) -> OpenLeg:
        """The leg in the words of the engine, for who is asked now: the same words as long as that is the same."""
        told = self.told
        if told is None or told[:2] != (service, fleets):
            known = known_leg(self.leg, service)
            told = service, fleets, replace(known, eligible_fleets=frozenset(str(key) for key in fleets))
            self.told = told
        return told[2]


@dataclass(frozen=True, slots=True)
class Lately:
    """The legs of a zone placed within the last hour, by key, oldest first."""

    since: datetime
    legs: dict[UUID, PlacedLeg]

    def from_which(self, since: datetime) -> datetime:
        """What was placed after this may not be known yet. A clock that was put back knows nothing."""
        newest = next(reversed(self.legs.values())).leg.placed_at if self.legs else since
        return max(since, newest - SEEN_LATE) if self.since <= since else since


@dataclass(frozen=True, slots=True)
class DemandAhead:
    """As `engine.Snapshot` has it."""

    recent_legs: tuple[OpenLeg, ...]
    expected_legs_per_hour: float | None
    """As learned for this hour of the day; None while too little is known."""


def demand_ahead(here: Zone, service: ServiceTimes, networks: Networks, at: datetime) -> DemandAhead:
    """First legs placed within the last hour, whoever has them, but for those booked ahead; one query."""
    return DemandAhead(
        recent_legs=tuple(
            placed.for_fleets(eligible_fleets(placed.leg, networks, at=at), service)
            for placed in _placed_lately(here.pk, at)
        ),
        expected_legs_per_hour=demand_forecast(here, at),
    )


def _placed_lately(zone_id: UUID, at: datetime) -> list[PlacedLeg]:
    """The newest first. Only those of the last minute are read anew: of the others nothing matters that changes."""
    since = at - timedelta(seconds=LATELY_S)
    known = _lately.recall(zone_id) or Lately(since, {})
    fresh = _placed.all(zone_id, known.from_which(since), at)
    legs = {key: placed for key, placed in known.legs.items() if since < placed.leg.placed_at <= at}
    legs |= {leg.pk: PlacedLeg(leg) for leg in reversed(fresh)}
    newest = sorted(legs.values(), key=lambda placed: placed.leg.placed_at)[-MOST_LEGS:]
    _lately.remember(zone_id, Lately(since, {placed.leg.pk: placed for placed in newest}))
    return [placed for placed in reversed(newest) if not _is_booked_ahead(placed.leg)]


def _is_booked_ahead(leg: Leg) -> bool:
    return leg.drop_from is not None or leg.ready_at - leg.placed_at > BOOKED_AHEAD
