"""Places in a courier's route: numbers in the order of the stops, with gaps, so that new stops go in between.

Putting a stop between two others writes one row; only when a gap is used up is the route numbered anew.
"""

from collections.abc import Sequence
from uuid import UUID

from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.couriers.models import Courier
from apps.dispatch.engine import PlannedRoute, StopKind
from apps.dispatch.models import Assignment
from apps.dispatch.selectors import RouteStop, route_of
from apps.orders.models import Leg

GAP = 1_024
NO_ROOM: list[int] = []


def places_between(before: int, after: int | None, count: int) -> list[int]:
    """So many places after `before` and before `after` (None: the end of the route), evenly; NO_ROOM when they do not
    fit."""
    if after is None:
        return [before + GAP * (k + 1) for k in range(count)]
    if after - before - 1 < count:
        return NO_ROOM
    return [before + (after - before) * (k + 1) // (count + 1) for k in range(count)]


def places_of(order: Sequence[int | None]) -> list[int]:
    """Fill the gaps (None) in places along a route; NO_ROOM when a gap is too narrow. What has a place keeps it."""
    filled: list[int] = []
    k = 0
    while k < len(order):
        here = order[k]
        if here is not None:
            filled.append(here)
            k += 1
            continue
        end = next((j for j in range(k, len(order)) if order[j] is not None), len(order))
        after = order[end] if end < len(order) else None
        places = places_between(filled[-1] if filled else 0, after, end - k)
        if not places:
            return NO_ROOM
        filled += places
        k = end
    return filled


def places_in(route: list[RouteStop], leg: Leg, planned: PlannedRoute) -> tuple[int, int] | None:
    """Places for both stops of a leg in a courier's route, where the plan has them among the stops that are there.

    Stops of the route that the plan knows nothing of stay where they are, before all others. None: a gap is used up.
    """
    place_of: dict[tuple[StopKind, str], int | None] = {(stop.kind, str(stop.leg.pk)): stop.place for stop in route}
    pickup, dropoff = (StopKind.PICKUP, str(leg.pk)), (StopKind.DROPOFF, str(leg.pk))
    wanted = [(stop.kind, leg_id) for stop in planned.stops for leg_id in stop.leg_ids]
    order = [key for key in place_of if key not in wanted]
    order += [key for key in wanted if key in place_of or key in (pickup, dropoff)]
    places = places_of([place_of.get(key) for key in order])
    return (places[order.index(pickup)], places[order.index(dropoff)]) if places else None


def new_places(route: list[RouteStop], courier_id: UUID, leg: Leg, planned: PlannedRoute) -> tuple[int, int]:
    """The same; where a gap is used up, the route is numbered anew, and read again. Raises Conflict."""
    places = places_in(route, leg, planned)
    if places is None:
        route[:] = number_anew(courier_id)
        places = places_in(route, leg, planned)
    if places is None:
        raise Conflict("The courier's route changed meanwhile.")
    return places


def with_stops_of(route: list[RouteStop], leg: Leg, places: tuple[int, int]) -> list[RouteStop]:
    """The route with both stops of a leg at their places, so that the next leg's are found among them."""
    pickup, dropoff = places
    new = [
        RouteStop(StopKind.PICKUP, leg, leg.epoch, pickup, None),
        RouteStop(StopKind.DROPOFF, leg, leg.epoch, dropoff, None),
    ]
    return sorted([*route, *new], key=lambda stop: stop.place)


@atomic(rereads=3)
def number_anew(courier_id: UUID) -> list[RouteStop]:
    """Give every stop of a courier's route a place with room around it; returns the route."""
    route = route_of(courier_id)
    new = {(stop.leg.pk, stop.kind): GAP * (k + 1) for k, stop in enumerate(route)}
    for held in Assignment.objects.filter(courier_id=courier_id, is_live=True):
        pickup = new.get((held.leg_id, StopKind.PICKUP), 0)
        Assignment.objects.filter(pk=held.pk).update(
            pickup_place=pickup, dropoff_place=new[held.leg_id, StopKind.DROPOFF]
        )
    courier = Courier.objects.get(pk=courier_id)
    courier.swap(route_end=GAP * (len(route) + 1))
    return route_of(courier_id)
