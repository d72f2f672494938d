"""One form for the address of a post, so that two people who copied it differently mean the same."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

LONGEST = 2000
_PORTS = {"http": 80, "https": 443}
_TRACKING = frozenset({"fbclid", "gclid", "igsh", "igshid", "mc_cid", "mc_eid", "ref_src", "ref_url"})
_CAMPAIGN = "utm_"
"""Parameters that say where somebody came from and not where they are."""


def canonical_address(address: str) -> str:
    """The address without scheme, "www.", default port, fragment, tracking and closing slash: "host/path?query".

    Raises ValueError for anything but a web address of a host, without a login in it.
    """
    text = address.strip()
    if len(text) > LONGEST or any(ord(mark) <= ord(" ") for mark in text):
        raise ValueError("no web address")
    parts = urlsplit(text)
    if parts.scheme.lower() not in _PORTS or not parts.hostname or parts.username is not None:
        raise ValueError("no web address")
    host = parts.hostname.lower().rstrip(".").removeprefix("www.")
    port = "" if parts.port in (None, _PORTS[parts.scheme.lower()]) else f":{parts.port}"
    kept = [(name, value) for name, value in parse_qsl(parts.query) if not _tracks(name.lower())]
    query = f"?{urlencode(sorted(kept))}" if kept else ""
    return f"{host}{port}{parts.path.rstrip('/')}{query}"


def _tracks(name: str) -> bool:
    return name in _TRACKING or name.startswith(_CAMPAIGN)


def host_of(canonical: str) -> str:
    """The host, and the port if it is an unusual one, of a canonical address."""
    return canonical.partition("/")[0].partition("?")[0]


def last_part(canonical: str) -> str:
    """The last part of the path, "" for the host alone."""
    return canonical.partition("?")[0].rpartition("/")[2] if "/" in canonical else ""
