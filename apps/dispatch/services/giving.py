"""Give out legs as a plan has them: their stops go to their places in couriers' routes, with the times expected.

In one transaction, which costs half as much as one for each; where somebody was faster, each leg on its own: a lost
race costs one leg, not the others.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from apps.core.errors import Conflict
from apps.couriers.models import Courier
from apps.dispatch.engine import PlannedRoute
from apps.dispatch.services.assigning import PlannedLeg, PlannedPart, assign_planned_legs
from apps.dispatch.services.route_places import new_places, places_in, with_stops_of
from apps.dispatch.services.zone_view import ZoneView
from apps.orders.models import Leg

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Given:
    """Which leg to whom, on which route, when (epoch seconds), and why."""

    leg: Leg
    courier: Courier
    route: PlannedRoute
    pickup_at: float
    dropoff_at: float
    why: dict[str, Any]

    @property
    def expected_pickup_at(self) -> datetime:
        """When, as rows keep it."""
        return datetime.fromtimestamp(self.pickup_at, UTC)

    @property
    def expected_dropoff_at(self) -> datetime:
        """When, as rows keep it."""
        return datetime.fromtimestamp(self.dropoff_at, UTC)


@dataclass(slots=True)
class GivenOut:
    """What came of giving legs out."""

    taken: set[str] = field(default_factory=set)
    lost_races: int = 0


def give_out(view: ZoneView, given: Sequence[Given]) -> GivenOut:
    """Assign the legs; the view's routes of their couriers have their stops then."""
    if len(given) > 1 and _all_at_once(view, given):
        return GivenOut({str(each.leg.pk) for each in given})
    return one_by_one(given, lambda each: _one(view, each))


def one_by_one(parts: Sequence[Given], give: Callable[[Given], None]) -> GivenOut:
    """Give each on its own: a lost race costs one leg."""
    done = GivenOut()
    for part in parts:
        try:
            give(part)
        except Conflict as error:
            done.lost_races += 1
            logger.info("Leg %s went elsewhere meanwhile: %s", part.leg.pk, error)
        else:
            done.taken.add(str(part.leg.pk))
    return done


def _all_at_once(view: ZoneView, given: Sequence[Given]) -> bool:
    """False when somebody was faster, or a route must be numbered anew: then nothing was written."""
    routes = {str(each.courier.pk): view.routes[str(each.courier.pk)] for each in given}
    parts = []
    for each in given:
        key = str(each.courier.pk)
        places = places_in(routes[key], each.leg, each.route)
        if places is None:
            return False
        routes[key] = with_stops_of(routes[key], each.leg, places)
        parts.append(_part(each, places))
    try:
        assign_planned_legs(parts)
    except Conflict as error:
        logger.info("%d legs are given out one by one: %s", len(given), error)
        return False
    view.routes.update(routes)
    return True


def _one(view: ZoneView, given: Given) -> None:
    """Raises Conflict when somebody was faster."""
    key = str(given.courier.pk)
    places = new_places(view.routes[key], given.courier.pk, given.leg, given.route)
    assign_planned_legs([_part(given, places)])
    view.routes[key] = with_stops_of(view.routes[key], given.leg, places)


def _part(given: Given, places: tuple[int, int]) -> PlannedLeg:
    planned = PlannedPart(
        leg_version=given.leg.version,
        pickup_place=places[0],
        dropoff_place=places[1],
        expected_pickup_at=given.expected_pickup_at,
        expected_dropoff_at=given.expected_dropoff_at,
        why=given.why,
    )
    return PlannedLeg(given.leg.pk, given.courier.pk, planned)
