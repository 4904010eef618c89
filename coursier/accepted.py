"""What values a setting accepts, beyond its type. Each raises ValidationError, to which environs adds the name."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from environs import ValidationError


def moment(text: str) -> None:
    """RFC 3339 with its zone, or nothing."""
    try:
        is_wrong = bool(text) and datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        is_wrong = True
    if is_wrong:
        raise ValidationError(f"{text!r} is not a time like 2026-06-10T06:00:00+02:00.")


def url_of(*schemes: str) -> Callable[[str], None]:
    """A URL with one of the schemes, or nothing. What it is instead is not told: it may hold a password."""

    def check(text: str) -> None:
        parts = urlsplit(text)
        if text and not (parts.scheme in schemes and (parts.netloc or parts.path)):
            raise ValidationError(f"Not a URL that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}.")

    return check
