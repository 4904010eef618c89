"""What an endpoint's URL must look like: plain https to a public host, on a usual port.

A first look, so that an integrator learns of a wrong URL at once. It resolves nothing: where a name leads is checked
when it is connected to.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from apps.core.errors import FieldError
from apps.webhooks.addresses import Allowed, allowed_by, as_address, is_public
from apps.webhooks.errors import WrongUrl

MAX_URL = 500
PORTS = frozenset({443, 8443})
_DEFAULT_PORT = {"https": 443, "http": 80}
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_NAME = re.compile(rf"(?=.{{4,253}}\Z){_LABEL}(\.{_LABEL})+\Z")
_PRINTABLE = re.compile(r"[\x21-\x7e]+\Z")  # no space, no control character, nothing beyond ASCII
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)\Z")  # a last label that makes browsers and C libraries read an address


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send: the URL, taken apart once."""

    url: str
    scheme: str
    host: str
    port: int
    must_be_allowed: bool
    """Plain http goes only to addresses that the settings name."""


def refused(code: str, message: str) -> WrongUrl:
    """The error that says what is wrong with a URL."""
    return WrongUrl(message, fields=(FieldError("url", code, message),))


def allowed() -> Allowed:
    """What the settings let pass beside public addresses."""
    return allowed_by(tuple(settings.WEBHOOK_ALLOWED_ADDRESSES))


def target_of(url: str) -> Target:
    """The target of a URL. Raises WrongUrl, with a code that says why."""
    if len(url) > MAX_URL or not _PRINTABLE.match(url) or "\\" in url:
        raise refused("malformed", f"At most {MAX_URL} printable ASCII characters; a name beyond ASCII as xn--...")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise refused("malformed", "This is no URL.") from None
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise refused("userinfo", "No user and no password in the URL.")
    if "#" in url:
        raise refused("fragment", "Nothing behind a #: it would not be sent.")
    if "%" in parts.netloc:
        raise refused("malformed", "No % in the host.")
    return _checked(url, parts.scheme, host, port if port is not None else _DEFAULT_PORT.get(parts.scheme, 0))


def _checked(url: str, scheme: str, host: str, port: int) -> Target:
    is_allowed = allowed().has_name(host)
    if scheme not in (("https", "http") if is_allowed else ("https",)):
        raise refused("not_https", "Only https is sent to.")
    if not is_allowed:
        if port not in PORTS:
            raise refused("port", "Only ports 443 and 8443 are sent to.")
        _check_host(host)
    return Target(url, scheme, host, port, must_be_allowed=scheme == "http")


def _check_host(host: str) -> None:
    address = as_address(host)
    if address is not None:
        if not is_public(address):
            raise refused("address_not_public", "This address is not one of the open internet.")
    elif _NUMBER.match(host.rstrip(".").rpartition(".")[2]):
        raise refused("address_not_public", "An address is written as four numbers from 0 to 255.")
    elif not _NAME.match(host.removesuffix(".")):
        raise refused("malformed", "A full name of a host is required, such as hooks.example.org.")
