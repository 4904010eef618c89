"""Forget what was delivered or failed long ago."""

from datetime import timedelta
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.webhooks.lifecycle import MessageStatus
from apps.webhooks.models import Attempt, Endpoint, Message

KEPT_FOR = timedelta(days=30)
BATCH = 500


def forget_old_messages() -> int:
    """Delete messages of more than 30 days that have ended, with their attempts, then deleted endpoints without any.

    Returns how many messages. In batches, so that no transaction grows with what has gathered.
    """
    before = clock.now() - KEPT_FOR
    old = Message.objects.filter(created_at__lt=before).exclude(status=MessageStatus.PENDING)
    forgotten = 0
    while keys := list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH]):
        _forget(keys)
        forgotten += len(keys)
    for endpoint in Endpoint.objects.filter(deleted_at__lt=before):
        if not Message.objects.filter(endpoint_id=endpoint.pk).exists():
            endpoint.delete()
    return forgotten


@atomic
def _forget(keys: list[UUID]) -> None:
    Attempt.objects.filter(message_id__in=keys).delete()
    Message.objects.filter(pk__in=keys).delete()
