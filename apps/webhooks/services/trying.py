"""Send a test event on request: written as any message, delivered by a worker at once, and seen in the log."""

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.core.events import publish
from apps.core.ids import new_id, public_id
from apps.webhooks.errors import TrialIsRunning
from apps.webhooks.events import EndpointTestRequested
from apps.webhooks.leases import wall
from apps.webhooks.models import TEST_KIND, TEST_LANE, Endpoint, Message
from apps.webhooks.services.bodies import body_of
from apps.webhooks.services.claiming import let_go
from apps.webhooks.services.delivering import MESSAGE


def send_test_event(endpoint: Endpoint) -> Message:
    """Write one event of kind `webhook.test`, also to a disabled endpoint. It is tried once.

    Only workers reach other systems, so what the endpoint answers stands in the log when one of them was there. One at
    a time per endpoint: for others TrialIsRunning says which message that is.
    """
    for left in Message.objects.filter(endpoint_id=endpoint.pk, lane=TEST_LANE, leased_until__lt=wall()):
        let_go(left)
    try:
        return _write(endpoint)
    except IntegrityError:
        running = Message.objects.filter(endpoint_id=endpoint.pk, lane=TEST_LANE).first()
        state = {"message_id": public_id(MESSAGE, running.pk)} if running else {}
        raise TrialIsRunning(state=state) from None


@atomic
def _write(endpoint: Endpoint) -> Message:
    """It stands in a lane of its own from the beginning, where a unique index lets no second one in."""
    at = clock.now()
    shown = {"endpoint_id": public_id("whe", endpoint.pk), "message": "This is a test. Nothing has happened."}
    message: Message = Message.objects.create(
        endpoint_id=endpoint.pk,
        event_id=new_id(),
        kind=TEST_KIND,
        body=body_of(TEST_KIND, at=at, shown=shown),
        created_at=at,
        next_attempt_at=at,
        lane=TEST_LANE,
    )
    publish(
        EndpointTestRequested(
            endpoint_id=endpoint.pk,
            organisation_id=endpoint.organisation_id,
            is_test=endpoint.is_test,
            message_id=message.pk,
        )
    )
    return message
