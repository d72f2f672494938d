"""Which addresses a model may stand at: this machine and private networks; another only under a recorded agreement."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import urlsplit

_LOCAL = (
    IPv4Network("127.0.0.0/8"),
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv6Network("::1/128"),
    IPv6Network("fc00::/7"),
)
"""Loopback, RFC 1918 and RFC 4193. Not link-local, where clouds keep their metadata; not shared space (RFC 6598)."""

_SPECIAL = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments, among them a cloud's metadata service
    IPv4Network("192.88.99.0/24"),  # 6to4 relay
    IPv4Network("168.63.129.16/32"),  # a cloud's host agent behind a public-looking address
    IPv6Network("::/3"),  # NAT64, IPv4-mapped and other addresses that carry one inside
    IPv6Network("2001::/23"),  # Teredo and other tunnels
    IPv6Network("2002::/16"),  # 6to4
    IPv6Network("4000::/2"),  # nothing that IANA has handed out
    IPv6Network("8000::/1"),
)
"""What Python's `is_global` calls public and is not, or is not always."""


def is_local(address: str) -> bool:
    """Whether an IP address literal is this machine's or a private network's. False for anything that is no address."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip in net for net in _LOCAL if net.version == ip.version)


def may_be_dialled(address: str, *, agreed: bool) -> bool:
    """Whether a resolved address may be connected to. With an agreement, public unicast addresses too, nothing else."""
    if is_local(address):
        return True
    if not agreed:
        return False
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    special = any(ip in net for net in _SPECIAL if net.version == ip.version)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not special


def may_be_sent(text: str) -> bool:
    """Whether text can stand in a request line or a header: visible ASCII alone (RFC 9110 section 5.5)."""
    return text.isascii() and text.isprintable() and " " not in text


def host_of(url: str) -> str:
    """Host of an http or https URL in lower case, without brackets.

    Raises ValueError, which says what was expected and repeats nothing, for anything else.
    """
    if not may_be_sent(url):  # urlsplit passes over line breaks
        raise ValueError("an address of visible ASCII characters, a name with others as xn--")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # Not chained: the parser's message repeats what may be a password.
        raise ValueError("an http or https address") from None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise ValueError("an http or https address")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("an address without credentials, query and fragment")
    return host


def known_outside(host: str) -> bool:
    """Whether the host's name alone tells that it is not local: an IP literal that is not. Names are judged later."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return not is_local(host)
