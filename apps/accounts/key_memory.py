"""Keys that were looked up within the last second, per process.

A second is short enough that a key revoked elsewhere is as good as revoked at once, and long enough that at a hundred
requests a second one look-up serves a hundred of them. Only keys that were found are remembered: an unknown key costs
its sender a look-up every time, and fills nothing.
"""

import time
from dataclasses import dataclass
from datetime import datetime

from apps.accounts.principals import Principal

LIFE_S = 1.0
MOST = 1_000  # keys in use within a second; beyond that all are looked up anew


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that was live when it was looked up. `expires_at` None: never."""

    principal: Principal
    expires_at: datetime | None
    looked_up_at: float  # time.monotonic(): the platform's clock may be fast, and a life here is one of the wall


_known: dict[str, KnownKey] = {}


def recall(secret_hash: str) -> KnownKey | None:
    """What was found less than a second ago, None otherwise."""
    found = _known.get(secret_hash)
    return found if found and time.monotonic() - found.looked_up_at < LIFE_S else None


def remember(secret_hash: str, principal: Principal, *, expires_at: datetime | None) -> KnownKey:
    """Keep what was found just now."""
    if len(_known) >= MOST:
        _known.clear()
    found = _known[secret_hash] = KnownKey(principal, expires_at, time.monotonic())
    return found


def forget() -> None:
    """Look all keys up anew: one of them changed in this process."""
    _known.clear()
