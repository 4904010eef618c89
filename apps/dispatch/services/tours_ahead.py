"""Kept tours as the tick sees them: what their couriers are committed to, so that urgent legs go in between."""

from dataclasses import dataclass, replace
from uuid import UUID

from apps.core import clock
from apps.couriers.models import Courier
from apps.dispatch.eligibility import Networks, carriers
from apps.dispatch.engine import CommittedStop, CourierState, StopKind
from apps.dispatch.services.engine_words import ServiceTimes, known_leg
from apps.dispatch.services.kept_tours import KeptTour, kept_tours
from apps.orders.models import Leg

SLACK_S = 600.0
"""Pickups of a tour are planned so much before they must be; who is not there by then does not get it."""


@dataclass(frozen=True, slots=True)
class TourAhead:
    """What is left of a kept tour: stops of legs that nobody has yet."""

    stops: tuple[CommittedStop, ...]

    @property
    def leg_ids(self) -> tuple[str, ...]:
        """In the order of their pickups."""
        return tuple(stop.leg.id for stop in self.stops if stop.kind is StopKind.PICKUP)


@dataclass(frozen=True, slots=True)
class ToursAhead:
    """The kept tours of a zone that still can be made."""

    by_courier: dict[str, TourAhead]
    """Of couriers who can be planned now."""
    held: frozenset[str]
    """All legs in a tour, of couriers who are still to come too: they are not for the tick."""

    def with_tour(self, state: CourierState) -> CourierState:
        """A courier with his tour behind what he has already. It takes no room of his until he is given it."""
        tour = self.by_courier.get(state.id)
        if tour is None:
            return state
        room = None if state.max_legs is None else state.max_legs + len(tour.leg_ids)
        return replace(state, stops=(*state.stops, *tour.stops), max_legs=room)


def tours_ahead(
    zone_id: UUID, legs: dict[str, Leg], free: dict[UUID, Courier], service: ServiceTimes, networks: Networks
) -> ToursAhead:
    """What is left of the kept tours, given the open legs and the couriers who can be planned now.

    A tour whose courier is not there, or has no room, when it must begin is dissolved: its legs are for the tick. So
    are those that his fleet may no longer carry: it refused, or its connection was paused or ended.
    """
    at = clock.now()
    shift_of = {str(key): str(courier.shift_id) for key, courier in free.items()}
    by_courier, held = {}, set[str]()
    for shift_id, kept in kept_tours(zone_id).by_shift.items():
        courier = free.get(UUID(kept.courier_id))
        theirs = {key: leg for key, leg in legs.items() if key in kept.held_until}
        if courier is not None:
            theirs = {key: leg for key, leg in theirs.items() if courier.fleet_id in carriers(leg, networks)}
        tour = TourAhead(tuple(_stops(kept, theirs, service)))
        if not tour.stops:
            continue
        if shift_of.get(kept.courier_id) == shift_id:
            by_courier[kept.courier_id] = tour
        elif at.timestamp() > tour.stops[0].leg.ready_at + SLACK_S:
            continue
        held |= set(tour.leg_ids)
    return ToursAhead(by_courier, frozenset(held))


def _stops(kept: KeptTour, legs: dict[str, Leg], service: ServiceTimes) -> list[CommittedStop]:
    """The stops of legs that are still open; each is ready when its pickup is planned."""
    known = {}
    for leg_id, until in kept.held_until.items():
        if leg_id in legs:
            leg = known_leg(legs[leg_id], service)
            known[leg_id] = replace(leg, ready_at=max(leg.ready_at, until))
    return [CommittedStop(kind, known[leg_id]) for kind, leg_id in kept.stops if leg_id in known]
