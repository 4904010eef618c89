"""How long a worker may hold a message. Ends by the wall, like all leases: the fast clock must not shorten it."""

from datetime import UTC, datetime, timedelta

LEASE = timedelta(seconds=30)  # twice what a delivery may last: a worker that was killed lets go after it


def wall() -> datetime:
    """The wall's time, in whole milliseconds, as MongoDB keeps it."""
    now = datetime.now(UTC)  # wall: leases, and timestamps that receivers compare with their own clocks
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def lease_end() -> datetime:
    """Until when a lease that begins now lasts."""
    return wall() + LEASE
