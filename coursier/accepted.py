"""What values a setting accepts, beyond its type. Each raises ValidationError, to which environs adds the name."""

import re
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_network
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


_FUNCTION = re.compile(r"[a-z_]\w*(\.[a-z_]\w*)+\Z", re.IGNORECASE | re.ASCII)


def one_of_or_function(*names: str) -> Callable[[str], None]:
    """One of the names, or a function's dotted path; whether there is such a function is found out at the start."""

    def check(text: str) -> None:
        if text not in names and not _FUNCTION.match(text):
            raise ValidationError(f"{text!r} is none of {', '.join(names)}, nor like package.module.function.")

    return check


_HOST = re.compile(r"(?!.*\d\Z)[a-z0-9._-]{1,253}\Z", re.IGNORECASE)


def hosts_or_networks(entries: list[str]) -> None:
    """Names of hosts, addresses, and networks such as 10.1.0.0/16."""
    for entry in entries:
        try:
            ip_network(entry)
        except ValueError:
            if not _HOST.match(entry):
                raise ValidationError(f"{entry!r} is neither a host nor a network such as 10.1.0.0/16.") from None
