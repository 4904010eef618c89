"""What the engine is told of the orders that may come next."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from apps.dispatch.eligibility import Networks, eligible_fleets
from apps.dispatch.engine import OpenLeg
from apps.dispatch.engine.futures import LATELY_S
from apps.dispatch.learning.selectors import demand_forecast
from apps.dispatch.services.engine_words import BOOKED_AHEAD, ServiceTimes, known_leg
from apps.orders.models import Leg
from apps.zones.models import Zone

MOST_LEGS = 400  # the newest of the last hour


@dataclass(frozen=True, slots=True)
class DemandAhead:
    """As `engine.Snapshot` has it."""

    recent_legs: tuple[OpenLeg, ...]
    expected_legs_per_hour: float | None
    """As learned for this hour of the day; None while too little is known."""


def demand_ahead(here: Zone, service: ServiceTimes, networks: Networks, at: datetime) -> DemandAhead:
    """First legs placed within the last hour, whoever has them, but for those booked ahead; two queries."""
    since = at - timedelta(seconds=LATELY_S)
    live = Leg.objects.filter(zone_id=here.pk, is_test=False)
    placed = live.filter(placed_at__gt=since, placed_at__lte=at, sequence=1)
    newest = placed.select_related("order").order_by("-placed_at")[:MOST_LEGS]
    return DemandAhead(
        recent_legs=tuple(
            replace(
                known_leg(leg, service),
                eligible_fleets=frozenset(str(key) for key in eligible_fleets(leg, networks, at=at)),
            )
            for leg in newest
            if leg.drop_from is None and leg.ready_at - leg.placed_at <= BOOKED_AHEAD
        ),
        expected_legs_per_hour=demand_forecast(here.pk, at),
    )
