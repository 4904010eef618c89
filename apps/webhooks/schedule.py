"""When a message is tried again: ten tries in 75 hours and 35 minutes, with jitter."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

WAITS = (  # before each try, counted from the one before
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MAX_TRIES = len(WAITS)
JITTER = 0.1  # of a wait, to both sides: what failed together does not come back together
LONGEST_WAIT = timedelta(hours=24)


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many tries in vain, fewer than MAX_TRIES."""
    seconds = WAITS[tries].total_seconds() * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
    return timedelta(milliseconds=round(seconds * 1000))  # the clock's own grain


def retry_after(header: str) -> timedelta | None:
    """What a Retry-After asks for, in seconds or as a date, at most a day. None when it makes no sense."""
    if header.isdecimal() and header.isascii():
        return min(timedelta(seconds=int(header[:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    ahead = moment - datetime.now(UTC)  # wall: the date was told by another machine
    return min(max(timedelta(seconds=round(ahead.total_seconds())), timedelta(0)), LONGEST_WAIT)
