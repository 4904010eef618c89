"""Positions that look wrong: told once an hour and courier, and shown to who dispatches them for a day."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from apps.core import clock
from apps.core.db import atomic
from apps.core.events import publish
from apps.couriers.events import PositionsLookWrong
from apps.couriers.models import Courier, Device
from apps.couriers.selectors import DEVICE_VALID_FOR, SUSPICIOUS_FOR

TOLD_EVERY = timedelta(hours=1)
SHARED_DEVICE = "shared_device"


@atomic
def suspect(courier: Courier, *, reason: str) -> bool:
    """Flag a courier, whose fleet is at hand. False when that was told within the hour.

    No swap: it decides nothing. The condition in the write is the guard: of two at once, one tells.
    """
    at = clock.now()
    quiet = Q(positions_suspected_at=None) | Q(positions_suspected_at__lt=at - SUSPICIOUS_FOR)
    mine = Courier.objects.filter(pk=courier.pk)
    is_told = bool(
        mine.filter(quiet).update(positions_suspicious_since=at, positions_suspected_at=at)
        or mine.filter(positions_suspected_at__lte=at - TOLD_EVERY).update(positions_suspected_at=at)
    )
    if is_told:
        publish(
            PositionsLookWrong(
                organisation_id=courier.fleet.organisation_id,
                fleet_id=courier.fleet_id,
                courier_id=courier.pk,
                reason=reason,
            )
        )
    return is_told


@atomic
def suspect_shared_device(*, device_id: UUID, courier_id: UUID) -> None:
    """Flag all couriers who are signed in on one phone at once, if they are more than one."""
    since = clock.now() - DEVICE_VALID_FOR
    live = Device.objects.filter(device_id=device_id, revoked_at=None, created_at__gt=since)
    on_it = set(live.values_list("courier_id", flat=True)) | {courier_id}
    if len(on_it) > 1:
        for courier in Courier.objects.filter(pk__in=on_it, is_active=True).select_related("fleet").order_by("pk"):
            suspect(courier, reason=SHARED_DEVICE)
