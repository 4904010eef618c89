"""Reads `EMAIL_URL`: the server that e-mail is handed to."""

from typing import Any
from urllib.parse import unquote, urlsplit

TIMEOUT_S = 5  # for each answer of the server: nobody waits longer for a letter to be taken
_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


def email_settings(url: str) -> dict[str, Any]:
    """Django's settings for one URL; an empty one: nothing is sent. Raises ValueError for one that cannot be read.

    `smtp://user:password@host:587` begins in the clear and goes on encrypted (STARTTLS), `smtps://...:465` is encrypted
    from the start, `smtp+plain://host:25` is not: for a server on the same machine. The URL is not told: it may hold a
    password.
    """
    if not url:
        return _settings("dummy", host="", port=0)
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        port = 0
    if not (parts.scheme in _PORTS and parts.hostname and port):
        raise ValueError(f"EMAIL_URL cannot be read: it is like {'://host, '.join(_PORTS)}://host")
    return _settings("smtp", host=parts.hostname, port=port) | {
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


def _settings(backend: str, *, host: str, port: int) -> dict[str, Any]:
    return {
        "EMAIL_BACKEND": f"django.core.mail.backends.{backend}.EmailBackend",
        "EMAIL_HOST": host,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": False,
        "EMAIL_TIMEOUT": TIMEOUT_S,
    }
