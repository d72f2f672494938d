"""The network that a request came from, as a keyed hash: enough to slow down guessing, and no address is kept."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from console.signing import mark

_IPV4_BITS = 24
_IPV6_BITS = 56
"""What one customer is given at most, as a rule (RFC 6177): an attacker has all of it."""


def network_of(address: str, key: bytes) -> str:
    """The same for addresses of one network, IPv4 by /24 and IPv6 by /56; also for what is no address at all."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return mark(key, "network", address)
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    bits = _IPV6_BITS if isinstance(parsed, IPv6Address) else _IPV4_BITS
    return mark(key, "network", str(ip_network(f"{parsed}/{bits}", strict=False)))
