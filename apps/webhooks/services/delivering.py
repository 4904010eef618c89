"""Deliver what is due to an endpoint, one message after the other. Nothing is held in the database meanwhile."""

import time
from uuid import UUID

from apps.core.ids import public_id
from apps.webhooks import sending
from apps.webhooks.errors import SecretLost
from apps.webhooks.leases import wall
from apps.webhooks.models import Attempt, Endpoint, Message
from apps.webhooks.sending import Answer
from apps.webhooks.services.claiming import claim_next, claim_test
from apps.webhooks.services.recording import record
from apps.webhooks.signing import signatures

MESSAGE = "msg"
TURN_S = 4.0  # after which no further message is begun: with a last one of 15 s it stays below a task's limit
USER_AGENT = "Coursier-Webhooks/1"


def deliver_due_of(endpoint_id: UUID, *, seconds: float = TURN_S) -> int:
    """Deliver what is due to one endpoint, for some seconds. Returns how many attempts were made."""
    began, attempts = time.monotonic(), 0
    if (test := claim_test(endpoint_id)) is not None:  # somebody waits for it, and it is of no order
        attempt_delivery(test)
        attempts += 1
    while time.monotonic() - began < seconds:
        message = claim_next(endpoint_id)
        if message is None:
            break
        attempt_delivery(message)
        attempts += 1
    return attempts


def attempt_delivery(message: Message) -> Attempt | None:
    """Send a message that is in hand, and write down what came of it. None when it is in other hands by now."""
    endpoint = Endpoint.objects.get(pk=message.endpoint_id)
    return record(message, _answer(endpoint, message))


def _answer(endpoint: Endpoint, message: Message) -> Answer:
    body = message.body.encode()
    try:
        headers = _headers(endpoint, message, body)
    except SecretLost as error:
        return Answer(error=error.code)
    return sending.post(endpoint.url, headers=headers, body=body)


def _headers(endpoint: Endpoint, message: Message, body: bytes) -> dict[str, str]:
    """The id stays the same however often a message is sent; the time is that of the attempt, by the wall."""
    message_id, now = public_id(MESSAGE, message.pk), wall()
    timestamp = int(now.timestamp())
    seeds = [endpoint.seed]
    if endpoint.former_seed and endpoint.former_until and endpoint.former_until > now:
        seeds.append(endpoint.former_seed)
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures(seeds, message_id=message_id, timestamp=timestamp, body=body),
    }
