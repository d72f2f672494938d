"""The one name of a feed, however its address is written, and what its address says of whose it is. Pure.

Sources: RFC 3986 section 6 (normalisation), RFC 4287 section 4.2.7.2 (rel="self"), JSON Feed 1.1 (`feed_url`),
https://developer.wordpress.org/advanced-administration/wordpress/feeds/ (WordPress's addresses of one feed).
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import string
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

_FEED_NAMES = frozenset({"feed", "rss", "atom", "feed.json"})
_FEED_ENDINGS = (".rss", ".atom", ".xml", ".rdf")
_FORMATS = frozenset({"feed", "rss", "rss2", "rdf", "atom", "json"})
_WORDPRESS = re.compile(r"(.*/feed)/(?:rss2?|rdf|atom|json)")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_TRACKING = re.compile(r"(?:utm|mtm|pk|hsa|mc|ga)_.*|_hs.*|(?:fb|g|d|y|tw|tt)clid|[gw]braid|msclkid|igshid")
_CHOOSING = re.compile(
    "author|author_name|blog|cat|category|category_name|channel|feed|format|lang|language|list|locale|m|name|p|playlist"
    "|post_type|q|s|search|section|show|site|tag|topic|type|user|username|year|.*id"
)
"""Parameters that choose what a feed holds. On an address that names a feed by its path, any other one is ornament."""

_OF_THE_SITE = frozenset(
    ("all", "articles", "atom", "blog", "feed", "index", "main", "news", "podcast", "posts", "rss", "rss2")
)
"""What the feed of a whole site is called, and no person's account."""
_FOLDERS = frozenset({"feed", "feeds", "rss", "atom"})
_USER = r"([A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)"
_STATUS_FEEDS = (
    re.compile(rf"/(?:@|users/)?{_USER}\.(?:rss|atom)"),
    re.compile(rf"/(?:@|users/){_USER}/feed(?:\.(?:rss|atom))?"),
)


class _Address(NamedTuple):
    host: str
    path: str
    query: tuple[tuple[str, str], ...]


def names_feed(url: str) -> bool:
    """Whether the path ends like a feed: /feed, /rss, /atom, feed.json, .rss, .atom, .rdf or .xml."""
    last = posixpath.basename(urlsplit(url).path.rstrip("/").lower())
    return last in _FEED_NAMES or last.endswith(_FEED_ENDINGS)


def feed_id(found_at: str, stated: str = "") -> str:
    """The feed's lasting key: its normalised address without the scheme, "fern-street.example/feed".

    `stated` is where the feed says it lives; it counts on its own host only, with and without "www.". Ways of
    writing one address, WordPress's formats of one feed and parameters that track readers make no other key.
    """
    found, claimed = _address(found_at), _address(stated or found_at)
    chosen = claimed if claimed.host == found.host else found
    return chosen.host + chosen.path + (f"?{urlencode(chosen.query)}" if chosen.query else "")


def is_front_page(url: str) -> bool:
    """Whether the URL is a site's front page. WordPress shows single posts there as well, by `?p=`."""
    parts = urlsplit(url)
    return not parts.path.strip("/") and not parts.query


def has_host_to_itself(feed_url: str, home: str) -> bool:
    """Whether the feed is that of its host's whole site, so that the host's root is its owner's.

    A feed in a folder, under a person's name or chosen by a parameter may be one of many on its host.
    """
    address = _address(feed_url)
    *folders, last = address.path.strip("/").split("/")
    stem = last.lower().partition(".")[0]
    at_root = home == feed_url or is_front_page(home)
    return at_root and not address.query and _FOLDERS.issuperset(folders) and stem in _OF_THE_SITE


def status_account(feed_url: str) -> str:
    """The user name in the address of a feed as servers of the Mastodon family write it, "" for other addresses."""
    path = urlsplit(feed_url).path
    named = next((match[1] for pattern in _STATUS_FEEDS if (match := pattern.fullmatch(path))), "")
    return "" if named.lower().partition(".")[0] in _OF_THE_SITE else named


def _address(url: str) -> _Address:
    parts = urlsplit(url)
    path = posixpath.normpath("/" + _decoded(parts.path).strip("/")).rstrip("/")
    query = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0].lower())
    ]
    if any(name == "feed" and value in _FORMATS for name, value in query):
        query = [pair for pair in query if pair[0] != "feed"]
        path = path if names_feed(path) else f"{path}/feed"
    wordpress = _WORDPRESS.fullmatch(path)
    path = wordpress[1] if wordpress else path
    if names_feed(path):
        query = [pair for pair in query if _CHOOSING.fullmatch(pair[0].lower())]
    return _Address(_host(parts.hostname or "") + _port(parts.netloc), path, tuple(sorted(query)))


def _host(name: str) -> str:
    """The name in ASCII, without a final dot and without "www.", under which most sites answer as well."""
    try:
        ascii_name = name.encode("idna").decode()
    except UnicodeError:  # no name of the DNS, such as an IPv6 address
        ascii_name = name
    return ascii_name.rstrip(".").removeprefix("www.")


def _port(netloc: str) -> str:
    written = netloc.rpartition("@")[2].rpartition("]")[2].rpartition(":")
    return f":{written[2]}" if written[1] and written[2] not in {"", "80", "443"} else ""


def _decoded(path: str) -> str:
    """Escapes of characters that need none are undone, all others written alike (RFC 3986 section 6.2.2)."""

    def plain(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else match[0].upper()

    return _ESCAPED.sub(plain, path)


def item_key(identifier: str) -> str:
    """The id under which an item is remembered: 32 hex digits of its own id's SHA-256, of which no word is left."""
    return hashlib.sha256(identifier.encode("utf-8", "replace")).hexdigest()[:32]
