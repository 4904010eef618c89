"""Queue `webhooks`: deliveries to other systems. They wait for strangers, so they have workers of their own.

What is due stands in the database; these messages are hints, sent again every second while there is something to do.
Workers of this queue are threads, on which Celery's time limits do not act: a delivery has a deadline of its own.
"""

from uuid import UUID

from apps.webhooks.selectors import endpoints_with_due_messages
from apps.webhooks.services import deliver_due_of
from coursier.celery import app
from workers.reliably import reliable_task


@reliable_task("webhooks.deliver_due")
def deliver_due() -> None:
    """Look for endpoints with messages that are due, and deliver to each in a task of its own."""
    for endpoint_id in endpoints_with_due_messages():
        arguments = {"endpoint_id": str(endpoint_id)}
        app.send_task("webhooks.deliver_to", kwargs=arguments, ignore_result=True, retry=False, expires=5)


@reliable_task("webhooks.deliver_to")
def deliver_to(endpoint_id: str) -> None:
    """Deliver what is due to one endpoint, for a few seconds: two such tasks at a time, whoever sends more."""
    deliver_due_of(UUID(endpoint_id))
