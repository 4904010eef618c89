"""A phone's live stream: its courier's news counter, at once and whenever it changes.

What is published wakes the stream; what it tells is read from Redis, and so is whatever a lost push would have told. A
device that was signed out loses its stream within a second, everywhere.
"""

import logging
import time
from collections.abc import Iterator
from uuid import UUID

from django.db import DatabaseError

from apps.core.live.frames import HEARTBEAT, frame, retry_after
from apps.core.live.slots import StreamSlots
from apps.core.live.stream import LASTS_S, RECONNECT_MS, Stream, subscribed
from apps.core.redis import RedisError
from apps.couriers.errors import InvalidDevice
from apps.couriers.positions import current_news, news_channel
from apps.couriers.selectors import principal_of_device

logger = logging.getLogger(__name__)
TURN_S = 1.0
HEARTBEAT_S = 15.0
slots = StreamSlots()


class NewsStream(Stream):
    """The stream of one device."""

    def __init__(self, courier_id: UUID, token: str, slots: StreamSlots, *, lasts_s: float = LASTS_S) -> None:
        self._courier_id = courier_id
        self._token = token
        super().__init__(self._told(lasts_s), slots)

    def _told(self, lasts_s: float) -> Iterator[bytes]:
        yield retry_after(RECONNECT_MS)
        try:
            yield from self._turns(ends_at=time.monotonic() + lasts_s)
        except InvalidDevice:
            return
        except (RedisError, DatabaseError) as error:
            logger.warning("A phone's stream ends, it polls instead: %s", error)

    def _turns(self, *, ends_at: float) -> Iterator[bytes]:
        told: int | None = None
        beat_at = time.monotonic() + HEARTBEAT_S
        with subscribed(news_channel(self._courier_id)) as pubsub:
            while time.monotonic() < ends_at:
                principal_of_device(self._token)
                news = current_news(self._courier_id)
                if news != told:
                    yield frame("news", {"news": news})
                    told = news
                if time.monotonic() >= beat_at:
                    yield HEARTBEAT
                    beat_at = time.monotonic() + HEARTBEAT_S
                pubsub.get_message(timeout=TURN_S)
