"""Devices: a phone that signed in, known by an opaque token."""

import secrets
from uuid import UUID

from apps.accounts.services import hash_secret
from apps.core import clock
from apps.couriers.models import Device
from apps.couriers.services.suspicions import suspect_shared_device

TOKEN_PREFIX = "cd_"  # noqa: S105 - says what kind of token it is


def register_device(*, courier_id: UUID, label: str, device_id: UUID | None = None) -> str:
    """Make a device of a courier. Returns its token: 256 random bits, of which only the SHA-256 is kept.

    `device_id` is what the app calls its phone: two couriers who are signed in on one are flagged.
    """
    token = f"{TOKEN_PREFIX}{secrets.token_urlsafe(32)}"
    Device.objects.create(courier_id=courier_id, label=label, token_hash=hash_secret(token), device_id=device_id)
    if device_id:
        suspect_shared_device(device_id=device_id, courier_id=courier_id)
    return token


def revoke_device(*, device_id: UUID) -> None:
    """Sign a device out: its next request is refused, in every process. Doing it again changes nothing."""
    Device.objects.filter(pk=device_id, revoked_at=None).update(revoked_at=clock.now())
