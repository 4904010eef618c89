"""Queue `relay`: hands events from the outbox to their subscribers and to the live screens, in order."""

import logging
import time
from uuid import UUID

import orjson

from apps.core.errors import Conflict, Unavailable
from apps.core.events import event_from, relay_looks, wake_relay
from apps.core.locks import only_one
from apps.core.models import Event
from apps.core.outbox import Claim, claim_events, mark_relayed, release
from apps.core.redis import RedisError, connection
from apps.dispatch.services.wakeups import request_plan, withdraw_request
from apps.orders.services import index_orders_of
from apps.webhooks.services import fan_out
from coursier.celery import BROKER_ERRORS, app
from workers.reliably import reliable_task
from workers.subscriptions import PLAN_ZONE, reactions_to

logger = logging.getLogger(__name__)
LIVE_CHANNEL = "live"
LOCK_S = 5.0  # of a relay that was killed: the next one goes on after that
TURN_S = 10.0  # half of what a task may take
BETWEEN_S = 0.1  # from the end of a turn to the begin of the next: what is committed meanwhile is one batch, not ten
_AGAIN = "relay:again"
_last_turn = -BETWEEN_S  # when it ended, in seconds of this process


@reliable_task("relay.relay_events")
def relay_events() -> int:
    """Hand on whatever waits. Returns how many events. On a quiet platform at once; else some events at a time."""
    global _last_turn  # noqa: PLW0603 - of this process
    time.sleep(max(0.0, _last_turn + BETWEEN_S - time.monotonic()))
    try:
        return drain_outbox()
    finally:
        _last_turn = time.monotonic()


def drain_outbox() -> int:
    """Hand on events until none waits, one relay at a time so that an order's events stay in order.

    After some seconds the next task goes on: one that is stopped at its limit leaves a batch that waits for its lease.
    """
    ends, handed = time.monotonic() + TURN_S, 0
    while True:
        with only_one("relay", timeout_s=LOCK_S) as mine:
            if not mine:
                _ask_holder_to_look_again()
                return handed
            relay_looks()
            while (claim := claim_events()).events:
                if not _hand_on(claim):
                    return handed
                handed += len(claim.events)
                if claim.is_all or time.monotonic() >= ends:  # who commits after the claim asks again
                    break
        if time.monotonic() >= ends:
            wake_relay()
            return handed
        if not _asked_to_look_again():
            return handed


def _hand_on(claim: Claim) -> bool:
    """Send what a batch asks for, each task once, write the messages to other systems, and the words of orders.

    False when the broker is away, or the database too busy: the batch is given back.
    """
    wanted = dict.fromkeys(reaction for row in claim.events for reaction in _reactions(row))
    try:
        messages = fan_out(claim.events)
        for task, arguments in wanted:
            _send(task, dict(arguments))
        index_orders_of(claim.events)
    except BROKER_ERRORS as error:
        logger.warning("The broker took nothing (%s): %d events wait.", error, len(claim.events))
        release(claim)
        return False
    except (Conflict, Unavailable) as error:
        logger.warning("The messages or words were not written (%s): %d events wait.", error, len(claim.events))
        release(claim)
        return False
    mark_relayed(claim)
    if messages:
        _wake_deliveries()
    _show_live(claim)
    return True


def _send(task: str, arguments: dict[str, str]) -> None:
    """Send a task, unless it is a plan of a zone that is to be planned already: by a task on its way, or else by the
    next tick. Of a busy zone's events nine in ten ask for what another has asked for.
    """
    zone_id = UUID(arguments["zone_id"]) if task == PLAN_ZONE else None
    if zone_id and not request_plan(zone_id):
        return
    try:
        app.send_task(task, kwargs=arguments, ignore_result=True, retry=False)
    except BROKER_ERRORS:
        if zone_id:
            withdraw_request(zone_id)
        raise


def _wake_deliveries() -> None:
    """After the batch is marked: a message waits while an older event of its order has not been handed on."""
    try:
        app.send_task("webhooks.deliver_due", ignore_result=True, retry=False)
    except BROKER_ERRORS as error:
        logger.info("The next second finds the messages, the broker is away: %s", error)


def _reactions(row: Event) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    try:
        return reactions_to(event_from(row))
    except (KeyError, TypeError, ValueError) as error:
        logger.warning("Nobody can read the event %s %s (%r): it stays in the history.", row.name, row.pk, error)
        return []


def _show_live(claim: Claim) -> None:
    """Tell the live screens. They read again from the database, so a lost push costs a second, not a state."""
    try:
        with connection().pipeline(transaction=False) as pipe:
            for row in claim.events:
                pipe.publish(LIVE_CHANNEL, orjson.dumps(_live_message(row)))
            pipe.execute()
    except RedisError as error:
        logger.warning("Live screens were not told: %s", error)


def _live_message(row: Event) -> dict[str, object]:
    return {
        "name": row.name,
        "order_id": row.order_id,
        "organisation_id": row.organisation_id,
        "zone_id": row.payload.get("zone_id"),
        "payload": row.payload,
        "occurred_at": row.occurred_at,
    }


def _ask_holder_to_look_again() -> None:
    try:
        connection().set(_AGAIN, 1, ex=30)
    except RedisError as error:
        logger.info("The next sweep looks again, Redis is away: %s", error)


def _asked_to_look_again() -> bool:
    try:
        return bool(connection().getdel(_AGAIN))
    except RedisError:
        return False
