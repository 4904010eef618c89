"""Reads how legs moved from the event log, the newest first, in chunks that fit into memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.core.models import Event

CHUNK = 20_000
AHEAD = timedelta(minutes=2)  # of the platform: a phone that is further ahead has a wrong clock
BEHIND = timedelta(hours=12)  # an offline phone tells of the past; beyond this it is wrong


@dataclass(frozen=True, slots=True)
class Move:
    """A leg came into a status, with a courier (None: nobody has it)."""

    leg_id: str
    courier_id: str | None
    after: str
    at: datetime


def chunks_of_moves(*, since: datetime, most: int, chunk: int = CHUNK) -> Iterator[list[Move]]:
    """The moves since a moment, the newest chunk first, each in the order of time. At most `most`, the newest."""
    before: Any = None
    left = most
    while left > 0:
        events = Event.objects.filter(name="LegMoved")
        if before is not None:
            events = events.filter(pk__lt=before)
        wanted = min(chunk, left)
        rows = list(events.order_by("-id").values_list("pk", "payload", "occurred_at")[:wanted])
        moves = [_move(payload, told_at) for _, payload, told_at in reversed(rows) if told_at >= since]
        if moves:
            yield sorted(moves, key=lambda move: move.at)
        if len(moves) < wanted:
            return
        before, left = rows[-1][0], left - wanted


def _move(payload: dict[str, Any], told_at: datetime) -> Move:
    return Move(payload["leg_id"], payload["courier_id"], payload["after"], _moment(payload["device_time"], told_at))


def _moment(device_time: str | None, told_at: datetime) -> datetime:
    """When it happened: as the phone says, unless that cannot be; then, when the platform heard of it."""
    if device_time:
        at = datetime.fromisoformat(device_time)
        if at.tzinfo is not None and told_at - BEHIND <= at <= told_at + AHEAD:
            return at
    return told_at


def in_batches(keys: Iterable[str], size: int = 1_000) -> Iterator[list[str]]:
    """Keys in lists that a query can name."""
    every = list(keys)
    for start in range(0, len(every), size):
        yield every[start : start + size]
