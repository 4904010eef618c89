"""Write down what came of an attempt: the message goes on or is tried again, the endpoint works or fails."""

import logging
from datetime import datetime, timedelta
from typing import Any

from apps.core import clock
from apps.core.db import atomic
from apps.core.events import publish
from apps.webhooks.events import EndpointDisabled
from apps.webhooks.lifecycle import DisabledReason, MessageStatus
from apps.webhooks.models import Attempt, Endpoint, Message
from apps.webhooks.schedule import MAX_TRIES, retry_after, wait_after
from apps.webhooks.sending import Answer

logger = logging.getLogger(__name__)
KEPT_ATTEMPTS = 20  # of one message: replays without end keep no log without end
BREAKS_AFTER = 10  # failures in a row
PAUSE = timedelta(minutes=1)  # while the circuit is open; then one message is tried
LONGEST_PAUSE = timedelta(hours=1)  # that an endpoint may ask for
DISABLED_AFTER = timedelta(hours=120)  # of nothing but failures
GONE = 410
SLOW_DOWN = frozenset({429, 503})


@atomic(rereads=5)
def record(message: Message, answer: Answer) -> Attempt | None:
    """Write the attempt and what follows from it. None when the message is in other hands by now."""
    current = Message.objects.select_related("endpoint").filter(pk=message.pk, version=message.version).first()
    if current is None:
        logger.warning("Message %s was taken over before its attempt ended.", message.pk)
        return None
    at = clock.now()
    number = current.attempts_made + 1
    attempt = Attempt.objects.create(
        message_id=current.pk,
        number=number,
        at=at,
        status_code=answer.status,
        error=answer.error,
        duration_ms=answer.duration_ms,
        answer=answer.body.decode(errors="replace").replace("\x00", "\N{REPLACEMENT CHARACTER}"),
    )
    if number > KEPT_ATTEMPTS:
        Attempt.objects.filter(message_id=current.pk, number__lte=number - KEPT_ATTEMPTS).delete()
    if answer.is_success:
        current.move_to(MessageStatus.DELIVERED, attempts_made=number, next_attempt_at=None, delivered_at=at)
        _endpoint_works(current)
    else:
        _failed(current, answer, at)
    _wake_next(current, at)
    return attempt


def _endpoint_works(message: Message) -> None:
    endpoint = message.endpoint
    if endpoint.failures_in_row and not message.is_trial:
        endpoint.swap(failures_in_row=0, failing_since=None, paused_until=None)
        _waiting(endpoint).filter(tries=0).update(next_attempt_at=clock.now())


def _failed(message: Message, answer: Answer, at: datetime) -> None:
    endpoint, tries = message.endpoint, message.tries + 1
    if not message.is_trial:
        _endpoint_fails(endpoint, answer, at)
    changes: dict[str, Any] = {"tries": tries, "attempts_made": message.attempts_made + 1}
    if message.is_trial or tries >= MAX_TRIES or not endpoint.is_enabled:
        message.move_to(MessageStatus.FAILED, next_attempt_at=None, **changes)
        return
    wait = max(wait_after(tries), retry_after(answer.retry_after) or timedelta(0))
    again_at = max(at + wait, endpoint.paused_until or at)
    message.swap(lane=0, leased_until=None, next_attempt_at=again_at, **changes)


def _endpoint_fails(endpoint: Endpoint, answer: Answer, at: datetime) -> None:
    since, failures = endpoint.failing_since or at, endpoint.failures_in_row + 1
    endpoint.swap(failing_since=since, failures_in_row=failures, paused_until=_paused_until(endpoint, answer, at))
    if endpoint.paused_until and endpoint.paused_until > at:
        _waiting(endpoint).filter(next_attempt_at__lt=endpoint.paused_until).update(
            next_attempt_at=endpoint.paused_until
        )
    if not endpoint.is_enabled:
        return
    if answer.status == GONE:
        disable(endpoint, DisabledReason.GONE)
    elif at - since >= DISABLED_AFTER:
        disable(endpoint, DisabledReason.FAILING)


def _paused_until(endpoint: Endpoint, answer: Answer, at: datetime) -> datetime | None:
    asked = retry_after(answer.retry_after) if answer.status in SLOW_DOWN else None
    wanted = [endpoint.paused_until] if endpoint.paused_until else []
    if endpoint.failures_in_row + 1 >= BREAKS_AFTER:
        wanted.append(at + PAUSE)
    if asked:
        wanted.append(at + min(asked, LONGEST_PAUSE))
    return max(wanted, default=None)


def disable(endpoint: Endpoint, reason: DisabledReason) -> None:
    """Send an endpoint nothing more, and tell its owner. What waits has failed: it can be replayed. Inside `atomic`."""
    endpoint.swap(disabled_at=clock.now(), disabled_reason=reason, paused_until=None)
    _waiting(endpoint).move_to(MessageStatus.FAILED, next_attempt_at=None)
    publish(
        EndpointDisabled(
            endpoint_id=endpoint.pk,
            organisation_id=endpoint.organisation_id,
            is_test=endpoint.is_test,
            reason=reason.value,
        )
    )


def _wake_next(message: Message, at: datetime) -> None:
    """The message behind one that has ended is due now."""
    if message.status == MessageStatus.PENDING or message.order_id is None:
        return
    behind = _waiting(message.endpoint).filter(order_id=message.order_id, tries=0)
    following = behind.order_by("event_id").values_list("pk", flat=True).first()
    if following:
        due_at = max(at, message.endpoint.paused_until or at)
        Message.objects.waiting().filter(pk=following).update(next_attempt_at=due_at)


def _waiting(endpoint: Endpoint) -> Any:
    return Message.objects.waiting().filter(endpoint_id=endpoint.pk)
