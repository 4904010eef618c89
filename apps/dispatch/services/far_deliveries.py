"""Deliveries said from far away: flagged for a person to look at, not blocked, since a phone may not know better."""

from datetime import datetime, timedelta
from uuid import UUID

from apps.core.geo import Point, distance_m
from apps.couriers.positions import position_about
from apps.dispatch.services.leg_incidents import open_leg_incident
from apps.orders.models import IncidentKind, Leg

FAR_M = 200  # from the door: streets are narrow, and phones see the sky badly there
ABOUT = timedelta(minutes=1)  # a position that much earlier or later was a street away


def flag_if_far(leg: Leg, *, courier_id: UUID, point: Point | None, happened_at: datetime) -> bool:
    """Open an incident for a delivery more than 200 m from its drop-off. Whether one was opened.

    `point` is where the phone says that it happened; without one, the courier's last position counts if it is of about
    that time. Without any nothing is known, and nothing is flagged. Of a test order nobody is anywhere.
    """
    if leg.is_test:
        return False
    at = point or position_about(courier_id, happened_at, within=ABOUT)
    if at is None:
        return False
    away_m = distance_m(at, leg.dropoff_point)
    if away_m <= FAR_M:
        return False
    note = f"Said to be delivered {round(away_m)} m away from the drop-off."
    open_leg_incident(leg, courier_id=courier_id, kind=IncidentKind.FAR_FROM_DROPOFF, note=note)
    return True
