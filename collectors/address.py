"""Which addresses may be read: public ones on the web's own ports, judged after the name has been resolved."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any, Protocol

from domain.errors import AddressRefused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Collection

PORTS = frozenset({80, 443})
SCHEMES = {"http": 80, "https": 443}

# Python's `is_global` knows most of the special registries; these it calls global, or did in some 3.11 release.
_SPECIAL_4 = tuple(
    IPv4Network(net)
    for net in (
        "192.0.0.0/24",  # protocol assignments, among them a cloud's metadata service
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relay
        "192.175.48.0/24",  # AS112
        "168.63.129.16/32",  # a cloud's host agent behind a public-looking address
    )
)
_UNICAST_6 = IPv6Network("2000::/3")
"""All that IANA has handed out; NAT64, v4-mapped, site-local, ULA and link-local lie outside."""
_SPECIAL_6 = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: any IPv4 address in disguise
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


class Resolve(Protocol):
    """What `socket.getaddrinfo` does: every address of a name, as (family, type, protocol, name, (address, …))."""

    def __call__(self, host: str, port: int, *, type: int) -> list[tuple[Any, ...]]:  # noqa: A002 - the name it has
        """Raise OSError when the name has no address."""
        ...


def is_public(address: str) -> bool:
    """Whether an IP address literal is globally routable unicast, by the IANA special-purpose registries (RFC 6890).

    False for anything that is no address, and for addresses that carry or reach another one inside (6to4, NAT64,
    Teredo, IPv4-mapped).
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not _is_special(ip)


def _is_special(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv4Address):
        return any(ip in net for net in _SPECIAL_4)
    return ip not in _UNICAST_6 or any(ip in net for net in _SPECIAL_6)


def check_target(scheme: str, host: str, port: int, *, userinfo: bool, allowed: Collection[str]) -> None:
    """Raise AddressRefused unless the URL's parts may be read at all: http or https, no credentials, port 80 or 443.

    `allowed` holds "host:port" entries whose port is open too. Nothing is resolved here.
    """
    if scheme not in SCHEMES:
        raise AddressRefused("neither http nor https")
    if userinfo:
        raise AddressRefused("credentials in the address")
    if not host:
        raise AddressRefused("no host in the address")
    if port not in PORTS and not is_allowed(host, port, allowed):
        raise AddressRefused(f"port {port}")


def is_allowed(host: str, port: int, allowed: Collection[str]) -> bool:
    """Whether an administrator has opened this very host and port; "[::1]:80" and "::1:80" are the same entry."""
    return f"{host}:{port}" in allowed or f"[{host}]:{port}" in allowed


def resolve_public(host: str, port: int, resolve: Resolve, allowed: Collection[str]) -> tuple[str, ...]:
    """The IP addresses of `host`, each once, to connect to without asking again.

    Raises AddressRefused when any of them is not public (unless `allowed` opens host and port), Unreachable when
    there is none. Every spelling of an address (2130706433, 0x7f.1, 127.1) is one here, because the resolver's
    answer is judged and not the name.
    """
    try:
        answers = resolve(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"the name {host} has no address") from error
    found = tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if not found:
        raise Unreachable(f"the name {host} has no address")
    if not is_allowed(host, port, allowed) and not all(is_public(address) for address in found):
        raise AddressRefused(f"{host} is not on the public internet")
    return found
