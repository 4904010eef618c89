"""Assign a leg as a plan has it: its stops go to their places in the courier's route, with the times expected."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apps.couriers.models import Courier
from apps.dispatch.engine import PlannedRoute
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services.assigning import PlannedPart, assign_leg
from apps.dispatch.services.route_places import new_places, with_stops_of
from apps.dispatch.services.zone_view import ZoneView
from apps.orders.models import Leg


@dataclass(frozen=True, slots=True)
class Given:
    """Which leg to whom, when (epoch seconds), and why."""

    leg: Leg
    courier: Courier
    pickup_at: float
    dropoff_at: float
    why: dict[str, Any]


def assign_planned(view: ZoneView, route: PlannedRoute, given: Given) -> None:
    """Assign the leg; the view's route of the courier has its stops then. Raises Conflict when somebody was faster."""
    courier, leg, key = given.courier, given.leg, str(given.courier.pk)
    pickup_place, dropoff_place = new_places(view.routes[key], courier.pk, leg, route)
    planned = PlannedPart(
        leg_version=leg.version,
        pickup_place=pickup_place,
        dropoff_place=dropoff_place,
        expected_pickup_at=datetime.fromtimestamp(given.pickup_at, UTC),
        expected_dropoff_at=datetime.fromtimestamp(given.dropoff_at, UTC),
        why=given.why,
    )
    assignment = assign_leg(leg_id=leg.pk, courier_id=courier.pk, by=AssignedBy.PLANNER, planned=planned)
    view.routes[key] = with_stops_of(view.routes[key], assignment, leg)
