"""The body of a streaming answer: a plain generator under WSGI, one thread a stream.

A stream ends by itself after five minutes and its reader connects again, so that a deployment drains, and a person
whose rights were taken loses the stream within that time at the latest.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.http import StreamingHttpResponse
from redis.client import PubSub

from apps.core.live.slots import StreamSlots
from apps.core.redis import RedisError, connection

LASTS_S = 300.0
RECONNECT_MS = 2000


class Stream:
    """Frames one by one. Gives its slot back when it ends, however it ends."""

    def __init__(self, frames: Iterator[bytes], slots: StreamSlots) -> None:
        self._frames = frames
        self._slots: StreamSlots | None = slots

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._frames)

    def close(self) -> None:
        """The reader went away, or the stream ended. Called by the server, once or more."""
        self._frames.close()  # type: ignore[attr-defined]  # a generator
        if self._slots:
            self._slots.give_back()
            self._slots = None


def event_stream(stream: Stream) -> StreamingHttpResponse:
    """The answer around it, which nothing on the way may collect or keep."""
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response["Cache-Control"] = "no-cache, no-transform"
    response["X-Accel-Buffering"] = "no"  # nginx in front must not collect the events
    return response


@contextmanager
def subscribed(channel: str) -> Iterator[PubSub]:
    """What is published on a channel while the block lasts. Raises RedisError."""
    pubsub = connection().pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    try:
        pubsub.subscribe(channel)
        yield pubsub
    finally:
        with suppress(RedisError):
            pubsub.close()
