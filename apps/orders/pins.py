"""The PIN that a recipient tells the courier at the door: six digits, worked out from the order, and stored nowhere.

It is a keyed hash of the order's id: whoever has a copy of the database knows none, and whoever follows the order by
its link is shown the same every time. SECRET_KEY may be replaced while the former one stands in SECRET_KEY_FALLBACKS.
"""

import hmac
from uuid import UUID

from django.conf import settings

DIGITS = 6
TRIES = 5  # of an order; then a person has to look
_PURPOSE = b"coursier recipient pin 1 "


def pin_of(order_id: UUID) -> str:
    """The PIN of an order, `"042317"`: for its recipient alone."""
    return _pin(settings.SECRET_KEY, order_id)


def is_pin_of(order_id: UUID, given: str) -> bool:
    """Whether this is the order's PIN; takes as long for a wrong one as for the right one."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return sum(hmac.compare_digest(_pin(key, order_id).encode(), given.encode()) for key in keys) > 0


def _pin(key: str, order_id: UUID) -> str:
    digest = hmac.digest(key.encode(), _PURPOSE + order_id.bytes, "sha256")
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"
