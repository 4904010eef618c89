"""From which address a request comes, for limits that count by address: also behind proxies, whatever headers say."""

import re
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

_WITH_PORT = re.compile(r"\[(?P<six>[^\[\]]+)\](:\d+)?|(?P<four>[\d.]+):\d+")  # as some proxies write addresses


def client_address(request: HttpRequest) -> str:
    """The address of whoever calls.

    With nobody in front, that of the connection: a header is what anybody writes. Behind `COURSIER_PROXIES` proxies,
    each of which adds the address that it was called from, the one that the outermost of them added to
    `X-Forwarded-For`: what stands to the left of it came with the request. Nonsense there, or fewer addresses than
    proxies, is not how our proxies call: the connection's, then.
    """
    connected_from = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.PROXIES:
        return connected_from
    named = request.headers.get("X-Forwarded-For", "").split(",")
    if len(named) < settings.PROXIES:
        return connected_from
    return _address(named[-settings.PROXIES].strip()) or connected_from


def _address(text: str) -> str:
    """One spelling for each address, without the port; empty for what is none."""
    with_port = _WITH_PORT.fullmatch(text)
    try:
        found = ip_address(with_port["six"] or with_port["four"] if with_port else text)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
