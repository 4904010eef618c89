"""What may go wrong on a day: workers are killed, Redis forgets everything."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle

from redis.asyncio import Redis

from coursier.embedded.stack import Stack

logger = logging.getLogger(__name__)
WORKERS = ("worker-dispatch", "worker-relay")


@dataclass(slots=True)
class Faults:
    """Kills one group of workers after the other, and flushes Redis once. `count` is how often something was broken."""

    stack: Stack
    every_wall_s: float = 30.0
    count: int = 0
    _victims: Iterator[str] = field(default_factory=lambda: cycle(WORKERS))

    async def kill_workers(self) -> None:
        """SIGKILL a whole group, again and again, until cancelled."""
        while True:
            await asyncio.sleep(self.every_wall_s)
            victim = next(self._victims)
            killed = self.stack.kill(victim)
            self.count += killed
            logger.info("%s %s.", "Killed" if killed else "Did not find", victim)

    async def flush_redis(self, at: datetime) -> None:
        """Empty Redis at a moment of the platform: queues, locks, positions."""
        await asyncio.sleep(self.stack.plan.pace.wall_seconds_until(at))
        redis = Redis.from_url(self.stack.plan.broker_url)
        try:
            await redis.flushall()
        finally:
            await redis.aclose()
        self.count += 1
        logger.info("Flushed Redis.")
