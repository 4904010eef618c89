"""The connection to Redis: hints, locks, live positions, live pushes. Nothing in it is the record of anything."""

import functools

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

__all__ = ["RedisError", "connection"]


@functools.cache
def connection() -> Redis:
    """One pooled client a process. Times out rather than waits: a dead Redis slows a request by a second at most."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=1.0,
        socket_connect_timeout=1.0,
        socket_keepalive=True,
        health_check_interval=10,
        decode_responses=True,
    )
