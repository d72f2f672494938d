"""The file on a site where a proof token may stand, read the same way for every platform."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from collectors.base import ProofText
from domain.accounts import Proof
from domain.errors import CollectError

if TYPE_CHECKING:
    from collectors.base import Http

WELL_KNOWN_PATH = "/.well-known/section7.txt"
_MOST_CHARACTERS = 4096


def well_known(site: str, http: Http) -> tuple[ProofText, ...]:
    """The site's `/.well-known/section7.txt` (RFC 8615), or nothing when it cannot be read as plain text.

    A missing or unreadable file is no error: other places may hold the token. A web page is not taken for the file,
    since sites that answer every address with a page may show words of their visitors on it; nor is a file on
    another host, to which the site may send whoever asks: its owner is somebody else. Whether the host's root is
    the account owner's at all, the caller must know.
    """
    try:
        response = http.get(urljoin(site, WELL_KNOWN_PATH), accept="text/plain", robots=False)
    except CollectError:
        return ()
    if response.content_type != "text/plain" or not same_host(site, response.url):
        return ()
    found = response.body[:_MOST_CHARACTERS].decode("utf-8", "replace").strip()
    return (ProofText(Proof.WELL_KNOWN, response.url, found),) if found else ()


def same_host(one: str, other: str) -> bool:
    """Whether two addresses are on one host; http and https are, and other ports than theirs are other hosts."""
    return _host(one) == _host(other)


def _host(url: str) -> tuple[str | None, int | None]:
    parts = urlsplit(url)
    return parts.hostname, None if parts.port in (80, 443) else parts.port
