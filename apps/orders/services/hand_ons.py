"""The record that a leg is with another fleet than the one that was asked. Dispatch decides, here it is written."""

from uuid import UUID

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.events import publish
from apps.orders.events import LegHandedOn, LegHandOnEnded
from apps.orders.lifecycle import HandOnEnd
from apps.orders.models import HandOn, Leg


@atomic
def write_hand_on(hand_on: HandOn) -> HandOn:
    """Keep a new one, and tell of it. Raises Conflict when the leg was handed on just now."""
    try:
        hand_on.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict from error
    publish(LegHandedOn(**_told(hand_on, hand_on.leg)))
    return hand_on


@atomic
def end_hand_on(hand_on: HandOn, leg: Leg, *, end: HandOnEnd) -> bool:
    """Close a live one, and tell of it. False when it is not live any more. Who calls moves the leg."""
    at = clock.now()
    if not HandOn.objects.filter(pk=hand_on.pk, is_live=True).update(is_live=False, ended_at=at, end=end):
        return False
    hand_on.is_live, hand_on.ended_at, hand_on.end = False, at, end
    publish(LegHandOnEnded(**_told(hand_on, leg), end=end.value))
    return True


def _told(hand_on: HandOn, leg: Leg) -> dict[str, UUID]:
    """What both events say: of which leg, and between whom."""
    return {
        "order_id": leg.order_id,
        "organisation_id": leg.organisation_id,
        "zone_id": leg.zone_id,
        "leg_id": leg.pk,
        "executor_id": hand_on.executor_id,
        "to_executor_id": hand_on.to_executor_id,
        "fleet_id": hand_on.from_fleet_id,
        "to_fleet_id": hand_on.to_fleet_id,
    }
