"""A token bucket in Redis: so many requests a second, with bursts of twice as many, shared by all processes.

One Lua script reads, refills and takes in one step, by Redis' own clock: no two processes spend the same token, and
their clocks need not agree. The bucket is a guard, not a record: with Redis away everybody may pass.
"""

import functools
import logging
import math
from typing import Any

from django.conf import settings

from apps.core.errors import TooManyRequests
from apps.core.redis import RedisError, connection

logger = logging.getLogger(__name__)
BURST_SECONDS = 2  # the bucket holds what this many seconds refill

# KEYS[1]: the bucket. ARGV: tokens per second, tokens it holds. Returns 0, or milliseconds until there is a token.
# Redis keeps the bucket only as long as it is not full: a full one and none are the same.
_TAKE = """
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local per_ms, size = tonumber(ARGV[1]) / 1000, tonumber(ARGV[2])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at_ms')
local at_ms = tonumber(bucket[2]) or now_ms
local tokens = math.min(size, (tonumber(bucket[1]) or size) + math.max(0, now_ms - at_ms) * per_ms)
if tokens < 1 then
  return math.ceil((1 - tokens) / per_ms)
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - 1), 'at_ms', now_ms)
redis.call('PEXPIRE', KEYS[1], math.ceil(size / per_ms))
return 0
"""


def spend(name: str, *, per_s: float | None = None, burst: float | None = None) -> None:
    """Take one token from the bucket of that name. Raises TooManyRequests, which says when there is one again.

    `per_s` None: as many a second as an organisation has; `burst` None: what two seconds refill.
    """
    rate = settings.RATE_LIMIT_PER_S if per_s is None else per_s
    if rate <= 0:
        return
    try:
        wait_ms = int(_script()(keys=[f"rate:{name}"], args=[rate, max(1, burst or rate * BURST_SECONDS)]))
    except RedisError as error:
        logger.warning("No rate limit for %s, Redis is away (%s): letting it pass.", name, error)
        return
    if wait_ms:
        raise TooManyRequests(
            f"At most {rate:g} requests a second, over a while.", retry_after_s=math.ceil(wait_ms / 1000)
        )


@functools.cache
def _script() -> Any:
    return connection().register_script(_TAKE)
