"""Take the next message of an endpoint in hand: one that is due, that nobody has, and that overtakes no other.

A message in hand stands in one of two lanes of its endpoint, and a unique index lets no third in. Messages of one order
go one after the other: what is behind another of its order waits as long as that one does.
"""

import contextlib
import logging
from uuid import UUID

from django.db import IntegrityError

from apps.core import clock
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.models import Event
from apps.webhooks.leases import lease_end, wall
from apps.webhooks.lifecycle import MessageStatus
from apps.webhooks.models import LANES, TEST_LANE, Endpoint, Message

logger = logging.getLogger(__name__)
LOOKED_AT = 50  # due messages, the longest due first
_ROUNDS = 5  # of looking again after a lost race
First = dict[UUID | None, tuple[UUID, Message | None]]  # by order: the oldest event still to be told, and its message


def claim_next(endpoint_id: UUID) -> Message | None:
    """Take one message in hand. None when nothing is due, all lanes are busy, or the circuit is open."""
    for _ in range(_ROUNDS):
        endpoint = Endpoint.objects.filter(pk=endpoint_id, disabled_at=None, deleted_at=None).first()
        if endpoint is None or (endpoint.paused_until and endpoint.paused_until > clock.now()):
            return None
        lane = _free_lane(endpoint)
        message = _next_due(endpoint) if lane else None
        if not lane or message is None:
            return None
        if claim(message, lane=lane):
            return message
    return None


def claim_test(endpoint_id: UUID) -> Message | None:
    """Take the test event of an endpoint in hand, however the endpoint does. None when there is none to be sent."""
    asked = Message.objects.select_related("endpoint").filter(endpoint_id=endpoint_id, lane=TEST_LANE).first()
    if asked is None or (asked.leased_until and asked.leased_until >= wall()):
        return None
    if asked.leased_until:
        let_go(asked)
        return None
    with contextlib.suppress(Conflict):  # another worker was faster
        if asked.endpoint.deleted_at is None:
            return _lease(asked)
        _let_go_now(asked)
    return None


@atomic
def _lease(message: Message) -> Message:
    return message.swap(where={"leased_until": None}, leased_until=lease_end())


def claim(message: Message, *, lane: int) -> bool:
    """Put a waiting message into a lane until its lease ends. False when somebody was faster."""
    try:
        _put_into(message, lane)
    except (Conflict, IntegrityError):
        return False
    return True


@atomic
def _put_into(message: Message, lane: int) -> None:
    message.swap(where={"lane": 0, "status": MessageStatus.PENDING}, lane=lane, leased_until=lease_end())


def _free_lane(endpoint: Endpoint) -> int:
    """A lane that is free, 0 for none. An endpoint that failed last has one lane: it must not hold two workers."""
    lanes = LANES[:1] if endpoint.failures_in_row else LANES
    busy = set()
    for held in Message.objects.filter(endpoint_id=endpoint.pk, lane__gt=0):
        if held.leased_until and held.leased_until < wall():
            let_go(held)
        else:
            busy.add(held.lane)
    if endpoint.failures_in_row and busy.intersection(LANES):
        return 0
    return next((lane for lane in lanes if lane not in busy), 0)


def let_go(held: Message) -> None:
    """Take a message out of the hands of a worker that did not come back."""
    logger.warning("Message %s was in the hands of a worker that is gone.", held.pk)
    with contextlib.suppress(Conflict):  # it came back after all, or somebody else noticed
        _let_go_now(held)


@atomic
def _let_go_now(held: Message) -> None:
    if held.is_trial:
        held.move_to(MessageStatus.FAILED)
    else:
        held.swap(lane=0, leased_until=None)


def _next_due(endpoint: Endpoint) -> Message | None:
    """The longest due message that overtakes none of its order. Those that would are told to wait with the others."""
    waiting = Message.objects.waiting().filter(endpoint_id=endpoint.pk)
    due = list(waiting.filter(next_attempt_at__lte=clock.now()).order_by("next_attempt_at", "event_id")[:LOOKED_AT])
    first = _first_of_orders(endpoint, {message.order_id for message in due if message.order_id})
    chosen = next((message for message in due if _may_go(message, first)), None)
    if chosen is None:
        _park([message for message in due if not _may_go(message, first)], first)
    return chosen


def _may_go(message: Message, first: First) -> bool:
    """One whose order has nothing older. Where it is gone by now the claim fails, which is the guard."""
    return message.order_id not in first or first[message.order_id][0] >= message.event_id


def _first_of_orders(endpoint: Endpoint, order_ids: set[UUID]) -> First:
    """By order: the oldest event that this endpoint is still to be told of, and its message.

    An event that no relay has handed on yet has no message: two relays at once may be at two events of one order.
    """
    first: First = {}
    if not order_ids:
        return first
    # Events before messages: one that is handed on in between has its message by then.
    unrelayed = Event.objects.filter(order_id__in=order_ids, relayed_at=None).values_list("order_id", "id")
    untold = list(unrelayed)
    pending = Message.objects.filter(endpoint_id=endpoint.pk, order_id__in=order_ids, status=MessageStatus.PENDING)
    for message in pending.defer("body").order_by("event_id"):
        first.setdefault(message.order_id, (message.event_id, message))
    for order_id, event_id in untold:
        if order_id in first and event_id < first[order_id][0]:
            first[order_id] = (event_id, None)
    return first


@atomic
def _park(blocked: list[Message], first: First) -> None:
    """Let messages wait until the one before them is tried again, so that they do not hide what could go.

    Whoever ends that one wakes the next; should that be lost, they are due again by themselves.
    """
    for message in blocked:
        before = first[message.order_id][1]
        if before is not None and before.next_attempt_at and before.next_attempt_at > clock.now():
            Message.objects.waiting().filter(pk=message.pk).update(next_attempt_at=before.next_attempt_at)
