"""One answer of a web server -> Listing, whatever the feed's format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from collectors.feeds import jsonfeed, syndication
from collectors.feeds.xml_guard import decode
from collectors.html import is_login_page
from domain.errors import AccessRefused, WrongContent

if TYPE_CHECKING:
    from collectors.feeds.listing import Listing

_PAGE = re.compile(r"(?>\s+|<!--.*?-->|<\?.*?>)*+(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE | re.DOTALL)
"""The beginning of a web page. Atomic, so that no prologue, however long, is tried in more than one way."""
_FEED_ROOT = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_HEAD = 4096


def parse_feed(body: bytes, content_type: str, url: str) -> Listing:
    """The feed in `body`, found at `url`. `content_type` is the whole header, for its charset.

    The body decides what it is, since feeds are served under every media type. Raises AccessRefused for a login
    page, WrongContent for another web page or no feed at all, Malformed and TooLarge for what cannot be read.
    """
    text = decode(body, content_type)
    if text[:_HEAD].lstrip().startswith("{"):
        return jsonfeed.parse(text, url)
    if _is_page(text):
        if is_login_page(text):
            raise AccessRefused("a login page came back instead of the feed")
        raise WrongContent("a web page came back instead of the feed")
    return syndication.parse(text, url)


def is_page(body: bytes, content_type: str) -> bool:
    """Whether the answer is a web page rather than a feed."""
    return _is_page(decode(body, content_type))


def _is_page(text: str) -> bool:
    return bool(_PAGE.match(text[:_HEAD])) and not _FEED_ROOT.search(text[:_HEAD])
