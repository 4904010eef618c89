"""Domain events: what happened, past tense, ids and values only.

`publish()` writes an event in the same transaction as the change it tells of. The row is the history of an order and,
until the relay has handed it on, the outbox. Delivery is at least once: every handler is idempotent.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from apps.core import clock
from apps.core.db import on_commit, write_last
from apps.core.models import Event
from apps.core.redis import RedisError, connection

logger = logging.getLogger(__name__)
RELAY_TASK = "relay.relay_events"
RELAY_ASKED = "relay:asked"
ASKED_FOR_MS = 1000  # if the task is lost: the next one to commit after that asks again
_actor: ContextVar[str] = ContextVar("actor", default="system")


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainEvent:
    """Base of all events: frozen dataclasses. `order_id` and `organisation_id`, where present, are indexed."""

    kinds: ClassVar[dict[str, type["DomainEvent"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # No zero-argument super(): with slots the class is made twice, and both register under the one name.
        DomainEvent.kinds[cls.__name__] = cls


@contextmanager
def acting_as(actor: str) -> Iterator[None]:
    """Name who is behind the events published in the block: `merchant:...`, `courier:...`, `planner`, `sweeper`."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def set_actor(actor: str) -> None:
    """Name who is behind the events of the rest of this request."""
    _actor.set(actor)


def publish(*events: DomainEvent) -> None:
    """Write events with the change they tell of, and wake the relay once they are in the database."""
    moment = clock.now()
    write_last([_row(event, moment) for event in events])
    on_commit(wake_relay)


def _row(event: DomainEvent, moment: datetime) -> Event:
    values = {field.name: getattr(event, field.name) for field in fields(event)}  # `asdict` copies each deeply
    return Event(
        name=type(event).__name__,
        payload={name: _plain(value) for name, value in values.items()},
        actor=_actor.get(),
        organisation_id=values.get("organisation_id"),
        order_id=values.get("order_id"),
        occurred_at=moment,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def event_from(row: Event) -> DomainEvent:
    """The event that a row holds.

    Raises KeyError for a name that no app knows any more, TypeError or ValueError for a payload that does not fit it.
    """
    kind = DomainEvent.kinds[row.name]
    known = {field.name: field.type for field in fields(kind)}
    return kind(**{name: _typed(known[name], value) for name, value in row.payload.items() if name in known})


def _typed(kind: Any, value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    name = getattr(kind, "__name__", str(kind))
    if "UUID" in name:
        return UUID(value)
    return datetime.fromisoformat(value) if "datetime" in name else value


def wake_relay() -> None:
    """Ask the relay to look now, unless it was asked and has not looked since: it will find these rows too.

    A hint only: when the broker is away the beat sweep finds the rows.
    """
    from coursier.celery import BROKER_ERRORS, app  # late: Celery is not needed to write rows

    if not _first_to_ask():
        return
    try:
        app.send_task(RELAY_TASK, ignore_result=True, retry=False)
    except BROKER_ERRORS as error:
        logger.warning("The broker did not take the relay's wake-up (%s): the sweep will find the events.", error)


def _first_to_ask() -> bool:
    """Whether nobody asked since the relay last looked. A task costs ten times as much as this mark."""
    try:
        return bool(connection().set(RELAY_ASKED, 1, nx=True, px=ASKED_FOR_MS))
    except RedisError:
        return True


def relay_looks() -> None:
    """The relay is about to read the outbox: whoever commits from now on asks it again."""
    try:
        connection().delete(RELAY_ASKED)
    except RedisError as error:
        logger.info("The mark stays for a second, Redis is away: %s", error)
