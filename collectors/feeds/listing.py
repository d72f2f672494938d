"""What any feed format says, before this project decides what a post is. Filled by `syndication` and `jsonfeed`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from collectors.fields import is_web_address

if TYPE_CHECKING:
    from datetime import datetime

    from domain.posts import Media

MAX_WORDS = 1_000_000
"""Longest single text read from an item, in characters of its source; what follows is cut off."""
MAX_LABEL = 4096
"""Longest id, address, name or attachment title, in characters."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: object, limit: int) -> str:
    """`value` as text without NUL and lone surrogates, which no database takes; "" for what is not text."""
    return _UNSTORABLE.sub("\ufffd", value[:limit]).strip() if isinstance(value, str) else ""


def web_address(value: object, base: str) -> str:
    """`value` as an absolute http or https address, resolved against `base`; "" for anything else."""
    given = storable(value, MAX_LABEL)
    try:
        joined = urljoin(base, given) if given else ""
    except ValueError:  # urljoin refuses some bracketed hosts: no address
        return ""
    return joined if is_web_address(joined) else ""


@dataclass(frozen=True, slots=True)
class Words:
    """One text as its source gave it: HTML, or plain."""

    source: str
    is_html: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One item. `given_id` and `link` are "" when the feed has none; times are aware UTC.

    `bodies` are content and summaries in the feed's order; `authors` are names; `base` resolves relative links.
    """

    given_id: str
    link: str
    title: Words
    bodies: tuple[Words, ...]
    base: str
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    edited_at: datetime | None = None
    language: str | None = None
    media: tuple[Media, ...] = ()
    reply_to_id: str | None = None
    counts_comments: bool = False
    """Whether the feed says how many comments the item has (slash:comments): it is a post, then, and no comment."""

    @property
    def says_nothing(self) -> bool:
        """Whether there is nothing to know the item by: no id, address, words or media."""
        texts = (self.title, *self.bodies)
        return not (self.given_id or self.link or self.media or any(text.source.strip() for text in texts))


@dataclass(frozen=True, slots=True)
class Listing:
    """A whole feed. `home` is the address of the site it belongs to, "" when it names none.

    `own_address` is where the feed says it lives itself (atom:link rel="self", JSON Feed `feed_url`), or "".

    `ttl` is how many minutes the feed asks to be left alone (RSS 2.0), None when it does not say.
    """

    entries: tuple[Entry, ...]
    title: Words
    description: Words
    home: str = ""
    authors: tuple[str, ...] = ()
    ttl: int | None = None
    own_address: str = ""
    generator: str = ""
    """The program that made it, by its own word."""
    is_podcast: bool = False
    """Whether it speaks of itself in Apple's podcast namespace."""
