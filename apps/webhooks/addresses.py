"""Which addresses a webhook may be sent to: public ones, and those that the settings allow for development and tests.

An endpoint's URL is chosen by an integrator, and the request leaves from inside the platform: without this guard a URL
could name the platform's own database, a neighbour, or a cloud's metadata service. What counts is the address that is
connected to, not how the URL spells it: see `connecting`.
"""

import ipaddress
from dataclasses import dataclass
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_FORBIDDEN_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; some clouds' metadata too
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's own services, from inside a virtual machine
        "169.254.0.0/16",  # link-local: metadata services
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")  # all that is given out; mapped, NAT64, ULA, link-local lie outside
_FORBIDDEN_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocols: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)
_ISATAP = 0x5EFE  # in the middle of an IPv6 address: an IPv4 address behind it
_ISATAP_FLAGS = 0xFCFF  # all bits of the group before it but the two that may be set


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet, and holds no other address inside."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in network for network in _FORBIDDEN_V4)
    if address not in _PUBLIC_V6 or any(address in network for network in _FORBIDDEN_V6):
        return False
    before, marker = (int(address) >> 48) & 0xFFFF, (int(address) >> 32) & 0xFFFF
    is_isatap = marker == _ISATAP and before & _ISATAP_FLAGS == 0
    return address.is_global and not is_isatap


def as_address(text: str) -> Address | None:
    """The address that a host is, brackets or not; None for a name. Only the usual spelling counts."""
    try:
        return ipaddress.ip_address(text.removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Allowed:
    """What COURSIER_WEBHOOK_ALLOWED_ADDRESSES lets pass: names of hosts, and networks."""

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def has_name(self, host: str) -> bool:
        """Whether the host is named, or is an address in one of the networks."""
        address = as_address(host)
        return host.lower() in self.names or (address is not None and self.has_address(address))

    def has_address(self, address: Address) -> bool:
        """Whether the address lies in one of the networks."""
        return any(address in network for network in self.networks)


@lru_cache(maxsize=8)
def allowed_by(entries: tuple[str, ...]) -> Allowed:
    """Reads the setting: an entry that is no network is the name of a host."""
    names, networks = set(), []
    for entry in entries:
        try:
            networks.append(ipaddress.ip_network(entry))
        except ValueError:
            names.add(entry.lower())
    return Allowed(frozenset(names), tuple(networks))
