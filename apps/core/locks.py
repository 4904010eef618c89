"""Locks spare double work; they guard nothing. Correctness is compare-and-swap (`apps.core.db`).

The suite passes with a lock that always succeeds, and with a Redis that is away.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import LockError

from apps.core.redis import RedisError, connection

logger = logging.getLogger(__name__)


@contextmanager
def only_one(name: str, *, timeout_s: float = 10.0) -> Iterator[bool]:
    """Yield True to one holder at a time, False to the others at once. True for all when Redis is away.

    The lock ends by itself after `timeout_s` seconds, so that a killed holder blocks nobody for long.
    """
    lock = connection().lock(f"lock:{name}", timeout=timeout_s, blocking_timeout=0)
    try:
        held = lock.acquire(blocking=False)
    except RedisError as error:
        logger.warning("No lock %s, Redis is away (%s): going on without.", name, error)
        yield True
        return
    try:
        yield held
    finally:
        if held:
            try:
                lock.release()
            except (LockError, RedisError) as error:
                logger.info("Lock %s was lost before its end: %s", name, error)
