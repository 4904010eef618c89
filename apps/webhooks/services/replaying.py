"""Send messages again on request: one, or all that failed since a time."""

from datetime import datetime
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.core.events import publish
from apps.webhooks.errors import EndpointIsDisabled, EndpointNotFound, MessageNotFound
from apps.webhooks.events import MessagesReplayed
from apps.webhooks.lifecycle import MessageStatus
from apps.webhooks.models import TEST_KIND, Endpoint, Message


@atomic(rereads=3)
def replay_message(*, endpoint_id: UUID, message_id: UUID) -> Message:
    """Let a message be tried from the beginning, with the id and the body that it had.

    Raises EndpointIsDisabled, MessageNotFound, or IllegalMessageMove while it is on its way anyhow.
    """
    endpoint = _enabled(endpoint_id)
    message: Message | None = Message.objects.filter(pk=message_id, endpoint_id=endpoint_id).first()
    if message is None:
        raise MessageNotFound
    message.move_to(MessageStatus.PENDING, tries=0, next_attempt_at=clock.now())
    _publish(endpoint, 1)
    return message


@atomic(rereads=3)
def replay_failed(*, endpoint_id: UUID, since: datetime) -> int:
    """Let all messages that failed and were written since a time be tried again. Returns how many. Test events stay."""
    endpoint = _enabled(endpoint_id)
    failed = Message.objects.filter(endpoint_id=endpoint_id, status=MessageStatus.FAILED, created_at__gte=since)
    replayed = int(failed.exclude(kind=TEST_KIND).move_to(MessageStatus.PENDING, tries=0, next_attempt_at=clock.now()))
    if replayed:
        _publish(endpoint, replayed)
    return replayed


def _enabled(endpoint_id: UUID) -> Endpoint:
    endpoint = Endpoint.objects.filter(pk=endpoint_id, deleted_at=None).first()
    if endpoint is None:
        raise EndpointNotFound
    if not endpoint.is_enabled:
        raise EndpointIsDisabled
    return endpoint


def _publish(endpoint: Endpoint, messages: int) -> None:
    publish(
        MessagesReplayed(
            endpoint_id=endpoint.pk,
            organisation_id=endpoint.organisation_id,
            is_test=endpoint.is_test,
            messages=messages,
        )
    )
