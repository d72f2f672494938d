"""Which feeds are of comments: other people's words, which are never read and prove nothing. Pure.

WordPress offers one for a site ("Comments for NAME", /comments/feed) and one for each post ("Comments on: TITLE",
items "By: NAME" at the post's address with #comment-123), Blogger /feeds/comments/default and ?showComment=.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collectors.feeds.listing import Listing

_TITLE = re.compile(r"\s*comments\s+(?:on:|for\s)", re.IGNORECASE)
_BY = re.compile(r"\s*By:\s")
_ANCHOR = re.compile(r"(?:li-|div-)?comment-?\d+")


def is_of_comments(listing: Listing, url: str) -> bool:
    """Whether the feed found at `url` lists comments, by its addresses, its title or the addresses of its items.

    Its title alone says nothing when its items are counted to have comments themselves.
    """
    if any(address_of_comments(address) for address in (url, listing.own_address) if address):
        return True
    entries = listing.entries
    if any(entry.counts_comments for entry in entries):
        return False
    each_is_one = bool(entries) and all(_is_comment(entry.link, entry.title.source) for entry in entries)
    return each_is_one or bool(_TITLE.match(listing.title.source))


def address_of_comments(url: str) -> bool:
    """Whether the address alone names a feed of comments: a folder "comments", or WordPress's ?feed=comments-rss2."""
    parts = urlsplit(url)
    names = {posixpath.splitext(segment)[0] for segment in parts.path.lower().split("/")}
    chosen = parse_qs(parts.query).get("feed", [])
    return "comments" in names or any(value.lower().startswith("comments") for value in chosen)


def _is_comment(link: str, title: str) -> bool:
    parts = urlsplit(link)
    return bool(_ANCHOR.fullmatch(parts.fragment) or _BY.match(title)) or "showComment=" in parts.query
