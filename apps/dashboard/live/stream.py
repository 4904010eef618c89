"""One live stream: listens on Redis, and once a second tells its board what changed and who moved."""

import logging
import time
from collections.abc import Iterator
from uuid import UUID

import orjson
from django.db import DatabaseError
from redis.client import PubSub

from apps.core.live.frames import HEARTBEAT, frame, retry_after
from apps.core.live.slots import StreamSlots
from apps.core.live.stream import LASTS_S, RECONNECT_MS, Stream, subscribed
from apps.core.redis import RedisError
from apps.dashboard.live.changes import Viewer

logger = logging.getLogger(__name__)
CHANNEL = "live"
TURN_S = 1.0
HEARTBEAT_S = 10.0
FIGURES_S = 5.0
_NO_ORDER = UUID(int=0)  # stands for "couriers changed, no order did"
slots = StreamSlots()


class LiveStream(Stream):
    """The board's stream."""

    def __init__(self, viewer: Viewer, slots: StreamSlots, *, lasts_s: float = LASTS_S) -> None:
        self._viewer = viewer
        super().__init__(self._told(lasts_s), slots)

    def _told(self, lasts_s: float) -> Iterator[bytes]:
        yield retry_after(RECONNECT_MS)
        try:
            with subscribed(CHANNEL) as pubsub:
                yield frame("hello", self._viewer.hello())
                yield from self._turns(pubsub, ends_at=time.monotonic() + lasts_s)
        except (RedisError, DatabaseError) as error:
            logger.warning("A live stream ends, its board polls instead: %s", error)
            yield frame("away", {})

    def _turns(self, pubsub: PubSub, *, ends_at: float) -> Iterator[bytes]:
        turn_ends = time.monotonic()
        beat_at, figures_at, figures_due = turn_ends + HEARTBEAT_S, turn_ends + FIGURES_S, False
        while turn_ends < ends_at:
            turn_ends = time.monotonic() + TURN_S
            changed = self._heard(pubsub, until=turn_ends)
            if changed:
                yield frame("changes", self._viewer.changes(changed - {_NO_ORDER}))
                figures_due = True
            if moved := self._viewer.moved():
                yield frame("positions", moved)
            if figures_due and turn_ends >= figures_at:
                yield frame("figures", self._viewer.figures())
                figures_at, figures_due = turn_ends + FIGURES_S, False
            if turn_ends >= beat_at:
                yield HEARTBEAT
                beat_at = turn_ends + HEARTBEAT_S

    def _heard(self, pubsub: PubSub, *, until: float) -> set[UUID]:
        """The orders that were spoken of until then, in the viewer's zone: what happens together comes in one batch."""
        changed: set[UUID] = set()
        while (left := until - time.monotonic()) > 0:
            message = pubsub.get_message(timeout=left)
            if message is None:
                continue
            if key := self._order_of(message["data"]):
                changed.add(key)
        return changed

    def _order_of(self, text: str) -> UUID | None:
        """The order of a message; _NO_ORDER when it is about couriers; None when it is of another zone, or no JSON."""
        try:
            message = orjson.loads(text)
            zone_id, order_id = message.get("zone_id"), message.get("order_id")
            if self._viewer.zone_id and zone_id and UUID(zone_id) != self._viewer.zone_id:
                return None
            return UUID(order_id) if order_id else _NO_ORDER
        except (ValueError, AttributeError, TypeError):
            logger.warning("Not an event on the channel %r: %.80s", CHANNEL, text)
            return None
