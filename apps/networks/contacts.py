"""What an executor sees of the people at the two ends of an order, and from when until when.

In full from when one of its couriers has the order until two hours after it ended; before that only with the right
`see`. Otherwise so much that somebody can tell two orders apart, and nobody can be called or looked up.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.networks.lifecycle import Right

SHOWN_AFTER_END = timedelta(hours=2)
DIGITS_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A fleet's part in an order. `accepted_at` is when one of its couriers got it, None before."""

    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    """When the order ended; None while it goes on."""


def contacts_are_shown(part: Part, rights: Collection[Right], *, at: datetime) -> bool:
    """Whether a fleet with these rights may see names, telephone numbers and instructions in full."""
    if part.ended_at is not None:
        return part.accepted_at is not None and at < part.ended_at + SHOWN_AFTER_END
    return part.accepted_at is not None or Right.SEE in rights


def masked(stop: Mapping[str, Any]) -> dict[str, Any]:
    """A stop as it is kept with an order, with its place and without its people: `E.`, `**********01`."""
    name, phone = str(stop.get("contact_name") or ""), str(stop.get("phone") or "")
    return {
        **stop,
        "contact_name": f"{name[0]}." if name else "",
        "phone": "*" * (len(phone) - DIGITS_SHOWN) + phone[-DIGITS_SHOWN:] if len(phone) > DIGITS_SHOWN else "",
        "instructions": "",
    }


def stop_for(stop: Mapping[str, Any], part: Part, rights: Collection[Right], *, at: datetime) -> dict[str, Any]:
    """A stop as a fleet sees it at this moment."""
    return dict(stop) if contacts_are_shown(part, rights, at=at) else masked(stop)
