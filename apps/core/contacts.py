"""People at a stop: who sees a name and a number in full, and what everybody else sees of them."""

from typing import Any

SHOWN_DIGITS = 2
PLACE = ("address", "lat", "lon")


def masked_phone(phone: str) -> str:
    """As many dots as there are characters, but for the last two digits: `••••••••••00`. Empty stays empty."""
    return "•" * max(0, len(phone) - SHOWN_DIGITS) + phone[-SHOWN_DIGITS:] if phone else ""


def masked_name(name: str) -> str:
    """The initial: `E.`. Empty stays empty."""
    return f"{name.strip()[0]}." if name.strip() else ""


def stop_shown(stop: dict[str, Any], *, in_full: bool) -> dict[str, Any]:
    """A stop of an order as it is shown to who carries: the place, and the contact in full or masked.

    Masked, the instructions are left out too: they tell of doors and codes.
    """
    name, phone = str(stop.get("contact_name") or ""), str(stop.get("phone") or "")
    return {
        **{part: stop[part] for part in PLACE},
        "contact_name": name if in_full else masked_name(name),
        "phone": phone if in_full else masked_phone(phone),
        "instructions": str(stop.get("instructions") or "") if in_full else "",
        "is_masked": not in_full,
    }
