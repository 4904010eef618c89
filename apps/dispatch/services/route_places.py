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


def new_places(route: list[RouteStop], courier_id: UUID, leg: Leg, planned: PlannedRoute) -> tuple[int, int]:
    """Places for both stops of a leg in a courier's route, where the plan has them among the stops that are there.

    Stops of the route that the plan knows nothing of stay where they are, before all others.
    """
    keys = [(stop.kind, str(stop.leg.pk)) for stop in route]
    mine = [(StopKind.PICKUP, str(leg.pk)), (StopKind.DROPOFF, str(leg.pk))]
    wanted = [(stop.kind, leg_id) for stop in planned.stops for leg_id in stop.leg_ids]
    order = [key for key in keys if key not in wanted] + [key for key in wanted if key in keys or key in mine]
    for _ in range(2):
        place_of = {key: stop.place for key, stop in zip(keys, route, strict=True)}
        places = places_of([place_of.get(key) for key in order])
        if places:
            return places[order.index(mine[0])], places[order.index(mine[1])]
        route[:] = number_anew(courier_id)
        keys = [(stop.kind, str(stop.leg.pk)) for stop in route]
        order = [key for key in order if key in keys or key in mine]
    raise Conflict("The courier's route changed meanwhile.")


def with_stops_of(route: list[RouteStop], assignment: Assignment, leg: Leg) -> list[RouteStop]:
    """The route with both stops of a leg that was just assigned."""
    new = [
        RouteStop(StopKind.PICKUP, leg, assignment.epoch, assignment.pickup_place, assignment.expected_pickup_at),
        RouteStop(StopKind.DROPOFF, leg, assignment.epoch, assignment.dropoff_place, assignment.expected_dropoff_at),
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
