"""Couriers on duty who are not heard from: told once, and once more when their phone is heard again."""

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.core.events import publish
from apps.core.redis import RedisError
from apps.couriers.events import CourierHeardAgain, CourierSilent
from apps.couriers.lifecycle import CourierStatus, FleetMode
from apps.couriers.models import Courier
from apps.couriers.positions import last_seen, mark_seen

logger = logging.getLogger(__name__)
SILENT_AFTER = timedelta(minutes=10)
SILENT_AFTER_WALL_S = 45.0  # with a fast clock: a restart of the stack is not silence


def note_silence() -> list[UUID]:
    """Find who fell silent and who is heard again, and tell each once. Returns who is silent now.

    Nobody is called silent while Redis is away, and after a flush of it silence counts from anew.
    """
    at = clock.now()
    on_duty = Courier.objects.filter(zone__isnull=False)  # robots of the sandbox are in none
    # a fleet with a dispatch of its own looks after its couriers, who carry none of our phones
    ours = on_duty.exclude(status=CourierStatus.OFF_DUTY).exclude(fleet__mode=FleetMode.EXTERNAL)
    couriers = {courier.pk: courier for courier in ours.select_related("fleet")}
    try:
        seen = last_seen(list(couriers))
        mark_seen([key for key in couriers if key not in seen], at=at)
    except RedisError as error:
        logger.warning("Nobody is called silent while Redis is away: %s", error)
        return []
    patience_s = max(SILENT_AFTER.total_seconds(), SILENT_AFTER_WALL_S * clock.speed())
    silent = {key for key, moment in seen.items() if at.timestamp() - moment > patience_s}
    for key, courier in couriers.items():
        if key in silent and courier.silent_since is None:
            _fell_silent(courier, seen_at=datetime.fromtimestamp(seen[key], UTC))
        elif key not in silent and courier.silent_since is not None:
            _is_heard(courier, courier.silent_since)
    return [key for key in couriers if key in silent]


@atomic
def _fell_silent(courier: Courier, *, seen_at: datetime) -> None:
    """No swap: whoever is assigned at this moment keeps it until the next look. The condition lets one of two tell."""
    if Courier.objects.filter(pk=courier.pk, silent_since=None).update(silent_since=clock.now()):
        publish(
            CourierSilent(
                organisation_id=courier.fleet.organisation_id,
                fleet_id=courier.fleet_id,
                courier_id=courier.pk,
                zone_id=courier.zone_id,
                last_seen_at=seen_at,
            )
        )


@atomic
def _is_heard(courier: Courier, silent_since: datetime) -> None:
    if Courier.objects.filter(pk=courier.pk, silent_since__isnull=False).update(silent_since=None):
        publish(
            CourierHeardAgain(
                organisation_id=courier.fleet.organisation_id,
                fleet_id=courier.fleet_id,
                courier_id=courier.pk,
                zone_id=courier.zone_id,
                silent_since=silent_since,
            )
        )
