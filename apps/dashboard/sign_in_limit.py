"""Slows down guessing: after ten wrong passwords for an address from one place, fifteen minutes of rest.

Counted in Redis, on the wall's clock. When Redis is away signing in goes on without the limit: people must work.
"""

import hashlib
import logging

from apps.core.redis import RedisError, connection

logger = logging.getLogger(__name__)
FAILURES = 10
WINDOW_S = 15 * 60


def wait_s(email: str, address: str) -> int:
    """Seconds to wait before the next try, 0 when there is none to wait for."""
    key = _key(email, address)
    try:
        with connection().pipeline(transaction=False) as pipe:
            pipe.get(key)
            pipe.ttl(key)
            failures, left = pipe.execute()
    except RedisError as error:
        logger.warning("Sign-in is not limited, Redis is away: %s", error)
        return 0
    return max(int(left), 1) if int(failures or 0) >= FAILURES else 0


def note_failure(email: str, address: str) -> None:
    """Count a wrong password. The window begins with the first one."""
    key = _key(email, address)
    try:
        with connection().pipeline(transaction=True) as pipe:
            pipe.set(key, 0, ex=WINDOW_S, nx=True)
            pipe.incr(key)
            pipe.execute()
    except RedisError as error:
        logger.warning("A failed sign-in was not counted, Redis is away: %s", error)


def forget_failures(email: str, address: str) -> None:
    """The right password was given."""
    try:
        connection().delete(_key(email, address))
    except RedisError as error:
        logger.warning("Failed sign-ins stay counted, Redis is away: %s", error)


def _key(email: str, address: str) -> str:
    digest = hashlib.sha256(f"{email.strip().lower()}|{address}".encode()).hexdigest()
    return f"sign_in:failures:{digest[:32]}"
