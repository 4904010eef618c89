"""Send a test event now, on request, and tell what the endpoint answered."""

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.core.ids import new_id, public_id
from apps.core.locks import only_one
from apps.webhooks.errors import TrialIsRunning
from apps.webhooks.leases import lease_end, wall
from apps.webhooks.models import TEST_KIND, TEST_LANE, Attempt, Endpoint, Message
from apps.webhooks.services.bodies import body_of
from apps.webhooks.services.claiming import let_go
from apps.webhooks.services.delivering import attempt_delivery

_LONGEST_TEST_S = 20.0


def send_test_event(endpoint: Endpoint) -> tuple[Message, Attempt]:
    """Send one event of kind `webhook.test`, also to a disabled endpoint. It is tried once.

    Takes up to 15 seconds, of which the database knows nothing. One at a time per organisation: others raise
    TrialIsRunning.
    """
    with only_one(f"webhook-test:{endpoint.organisation_id.hex}", timeout_s=_LONGEST_TEST_S) as mine:
        if not mine:
            raise TrialIsRunning
        for left in Message.objects.filter(endpoint_id=endpoint.pk, lane=TEST_LANE, leased_until__lt=wall()):
            let_go(left)
        try:
            message = _write(endpoint)
        except IntegrityError:
            raise TrialIsRunning from None
        attempt = attempt_delivery(message)
    if attempt is None:  # it took longer than its lease
        raise TrialIsRunning
    return Message.objects.get(pk=message.pk), attempt


@atomic
def _write(endpoint: Endpoint) -> Message:
    at = clock.now()
    shown = {"endpoint_id": public_id("whe", endpoint.pk), "message": "This is a test. Nothing has happened."}
    message: Message = Message.objects.create(
        endpoint_id=endpoint.pk,
        event_id=new_id(),
        kind=TEST_KIND,
        body=body_of(TEST_KIND, at=at, shown=shown),
        created_at=at,
        lane=TEST_LANE,
        leased_until=lease_end(),
    )
    return message
