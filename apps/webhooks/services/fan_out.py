"""Turn events of the log into messages: one for each endpoint that wants to hear of it, however often it is told."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.models import Event
from apps.webhooks.catalogue import TOLD_EVENTS, Kind, kind_of
from apps.webhooks.models import Endpoint, Message
from apps.webhooks.selectors import endpoints_that_listen
from apps.webhooks.services.bodies import body_of

logger = logging.getLogger(__name__)
PLACED = "OrderPlaced"  # the event of an order that knows what holds for all its events


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What an order's first event says of all its events."""

    is_test: bool = False
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An event that is told: as which kind, and to which organisations."""

    row: Event
    kind: Kind
    to: frozenset[UUID] = field(default_factory=frozenset)


def fan_out(events: Sequence[Event]) -> int:
    """Write the messages that events ask for and that are not there yet. Returns how many.

    Three queries for events that somebody listens to, however many; one for those that nobody does. The relay calls it
    before it marks events as handed on: whoever dies in between leaves them to be told by the next.
    """
    told = [found for row in events if row.name in TOLD_EVENTS and (found := _told(row))]
    organisations = {organisation for event in told for organisation in event.to}
    endpoints = endpoints_that_listen(organisations) if organisations else []
    if not endpoints:
        return 0
    facts = _facts_of_orders({event.row.order_id for event in told if event.row.order_id})
    messages = [message for event in told for message in _messages(event, endpoints, facts)]
    return _write_missing(messages) if messages else 0


def _told(row: Event) -> Told | None:
    try:
        kind = kind_of(row.name, row.payload)
        return Told(row, kind, kind.recipients(row.payload)) if kind else None
    except (ValueError, TypeError, AttributeError):
        logger.exception("The event %s cannot be told: its values are not as the catalogue expects.", row.pk)
        return None


def _facts_of_orders(order_ids: set[UUID]) -> dict[UUID, OrderFacts]:
    rows = Event.objects.filter(order_id__in=order_ids, name=PLACED) if order_ids else Event.objects.none()
    return {
        order_id: OrderFacts(bool(payload.get("is_test")), payload.get("external_id"))
        for order_id, payload in rows.values_list("order_id", "payload")
        if order_id
    }


def _messages(told: Told, endpoints: list[Endpoint], facts: dict[UUID, OrderFacts]) -> list[Message]:
    row = told.row
    of_order = facts.get(row.order_id, OrderFacts()) if row.order_id else None
    is_test = of_order.is_test if of_order else bool(row.payload.get("is_test"))
    listening = [
        endpoint
        for endpoint in endpoints
        if endpoint.organisation_id in told.to
        and endpoint.is_test == is_test
        and (not endpoint.kinds or told.kind.name in endpoint.kinds)
    ]
    shown = _shown(told) if listening else {}
    return [_message(told, endpoint, shown, of_order) for endpoint in listening] if shown else []


def _message(told: Told, endpoint: Endpoint, shown: dict[str, Any], of_order: OrderFacts | None) -> Message:
    """An order's merchant is also told the reference that it gave the order; whoever carries it is not."""
    row, at = told.row, clock.now()
    is_merchant = of_order is not None and endpoint.organisation_id == row.organisation_id
    own = {"external_id": of_order.external_id} if of_order and is_merchant else {}
    return Message(
        endpoint_id=endpoint.pk,
        event_id=row.pk,
        order_id=row.order_id,
        kind=told.kind.name,
        body=body_of(told.kind.name, at=row.occurred_at, shown={**shown, **own}),
        created_at=at,
        next_attempt_at=max(at, endpoint.paused_until or at),
    )


def _shown(told: Told) -> dict[str, Any]:
    try:
        return told.kind.shown(told.row.payload)
    except (ValueError, KeyError):
        logger.exception("The event %s cannot be told: its values are not as the catalogue expects.", told.row.pk)
        return {}


@atomic(rereads=5)
def _write_missing(messages: list[Message]) -> int:
    written = set(
        Message.objects.filter(event_id__in={message.event_id for message in messages}).values_list(
            "endpoint_id", "event_id"
        )
    )
    missing = [message for message in messages if (message.endpoint_id, message.event_id) not in written]
    try:
        Message.objects.bulk_create(missing)
    except IntegrityError as error:
        raise Conflict from error  # another relay wrote some of them just now: the next read finds them
    return len(missing)
