"""An order that Bo has and is expected with."""

from datetime import datetime, timedelta

from apps.couriers.models import Courier
from apps.dispatch.models import Assignment
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order
from apps.orders.services import LegMove, move_leg
from tests.cast import Cast, placed


def expected_with_bo(cast: Cast, at: datetime) -> tuple[Order, Leg]:
    """Bo Martin has it, at the pickup in five minutes and at the door in twenty."""
    Courier.objects.filter(pk=cast.bo.pk).update(name="Bo Martin")
    order, leg = placed(cast)
    bring(leg, cast, LegStatus.ASSIGNED)
    Assignment.objects.create(
        leg_id=leg.pk,
        courier=cast.bo,
        epoch=1,
        assigned_by="planner",
        pickup_place=1,
        dropoff_place=2,
        expected_pickup_at=at + timedelta(minutes=5),
        expected_dropoff_at=at + timedelta(minutes=20),
    )
    return order, leg


def bring(leg: Leg, cast: Cast, *statuses: LegStatus) -> None:
    """Bo moves the leg on."""
    for status in statuses:
        move_leg(leg_id=leg.pk, move=LegMove(status, cast.bo.pk))
