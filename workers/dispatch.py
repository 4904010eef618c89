"""Queue `dispatch`: plans zones and frees couriers."""

import logging
from uuid import UUID

from apps.dispatch.services import plan_zone as plan
from apps.dispatch.services import release_ended as release
from apps.dispatch.services import tell_of_change as tell
from apps.dispatch.services.wakeups import due_zones, request_plan, take_turn
from apps.orders.selectors import zones_with_open_legs
from apps.zones.errors import ZoneNotFound
from coursier.celery import app
from workers.reliably import reliable_task
from workers.subscriptions import PLAN_ZONE

logger = logging.getLogger(__name__)


@reliable_task(PLAN_ZONE)
def plan_zone(zone_id: str) -> None:
    """Something happened in a zone: plan it, or leave a mark for the next tick if it was planned this second."""
    request_plan(UUID(zone_id))
    plan_in_turn(UUID(zone_id))


@reliable_task("dispatch.plan_due_zones")
def plan_due_zones() -> None:
    """The tick: plan every zone with open legs that is due, each in a task of its own, side by side."""
    for zone_id in due_zones(zones_with_open_legs()):
        app.send_task(PLAN_ZONE, kwargs={"zone_id": str(zone_id)}, ignore_result=True, retry=False, expires=5)


def plan_in_turn(zone_id: UUID) -> None:
    """Plan a zone unless it was planned this second."""
    if not take_turn(zone_id):
        return
    try:
        outcome = plan(zone_id)
    except ZoneNotFound:
        return
    if outcome is None:
        request_plan(zone_id)  # somebody else was at it: what changed since may not be in their plan
    elif outcome.committed or outcome.lost_races:
        logger.info("zone %s: %s", zone_id, outcome)


@reliable_task("dispatch.release_ended")
def release_ended(order_id: str) -> None:
    """An order was cancelled: free whoever had it."""
    release(order_id=UUID(order_id))


@reliable_task("dispatch.tell_of_change")
def tell_of_change(order_id: str) -> None:
    """An order was changed: the phone of whoever has it reads it again."""
    tell(order_id=UUID(order_id))
