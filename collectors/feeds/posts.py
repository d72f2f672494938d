"""Listing -> posts with ids that stay the same from one reading to the next. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors.feeds.identity import is_front_page
from collectors.html import links, pictures, to_text
from domain.posts import Media, Post, PostKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from collectors.feeds.listing import Entry, Listing, Words

MAX_ITEMS = 5000
"""Most items of one feed that are read, from its top; feeds list the newest first."""
MAX_TEXT = 500_000
"""Longest text of one post, in characters: five times a long book chapter."""
MAX_ID = 512
"""Longest id kept as it is; a longer one is replaced by its hash."""
MAX_LANGUAGE = 35
"""RFC 5646 section 4.4.1: the length a language tag needs at most."""

_FRAMES = re.compile(r"</?(?:applet|iframe|noscript|object)\b[^<>]*>", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_CUT = re.compile(r"\s*\[?(?:…|\.\.\.)\]?$")
"""How an excerpt ends where they were cut off."""


@dataclass(frozen=True, slots=True)
class Item:
    """A post and the names its feed gives as authors.

    `page` is the item's own address, "" where it has none or shares the site's; `title` is its plain title.
    """

    post: Post
    authors: tuple[str, ...]
    page: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """The posts of a listing in its order, and how many of its items are not among them.

    `malformed` items held nothing, `duplicates` repeated another one, `beyond` came after the first MAX_ITEMS.
    """

    items: tuple[Item, ...]
    malformed: int
    duplicates: int
    beyond: int


def to_items(listing: Listing, feed_url: str) -> Items:
    """Posts of every item that says anything.

    An item without an address of its own gets the site's, or else the feed's: somewhere for a person to look.
    """
    looked_at = listing.entries[:MAX_ITEMS]
    entries = [entry for entry in looked_at if not entry.says_nothing]
    texts = [_text(entry) for entry in entries]
    found: dict[str, Item] = {}
    for identifier, entry, text in zip(_identifiers(entries, texts), entries, texts, strict=True):
        post = _post(entry, identifier, text, listing.home or feed_url)
        page = "" if is_front_page(entry.link) or entry.link in (listing.home, feed_url) else entry.link
        found.setdefault(identifier, Item(post, entry.authors, page, plain(entry.title)))
    return Items(
        items=tuple(found.values()),
        malformed=len(looked_at) - len(entries),
        duplicates=len(entries) - len(found),
        beyond=len(listing.entries) - len(looked_at),
    )


def _post(entry: Entry, identifier: str, text: str, home: str) -> Post:
    html = "\n".join(body.source for body in (entry.title, *entry.bodies) if body.is_html and "<" in body.source)
    return Post(
        post_id=identifier,
        url=entry.link or home,
        kind=PostKind.ARTICLE,
        text=text,
        links=links(html, entry.base),
        media=(*_distinct_pictures(pictures(html, entry.base)), *entry.media),
        language=entry.language[:MAX_LANGUAGE] if entry.language else None,
        published_at=entry.published_at,
        edited_at=entry.edited_at,
        reply_to_id=entry.reply_to_id,
    )


def _distinct_pictures(found: Iterable[Media]) -> tuple[Media, ...]:
    """Each once, told apart by its description where it has one: an item's texts repeat each other."""
    kept: dict[str, Media] = {}
    for medium in found:
        kept.setdefault(medium.alt or medium.address, medium)
    return tuple(kept.values())


def _text(entry: Entry) -> str:
    """Title, empty line, body. A status feed's title, which is the body's beginning once more, is left out.

    The body is every text of the item (content, summary, show notes) that no other one of them contains.
    """
    title = plain(entry.title)
    body = "\n\n".join(_distinct([plain(words) for words in entry.bodies]))
    parts = [body] if _place(_squeezed(title), _squeezed(body)) == 0 else [title, body]
    return "\n\n".join(part for part in parts if part)[:MAX_TEXT]


def plain(words: Words) -> str:
    """The words as plain text, those inside an `<object>` or `<iframe>` too: feed readers show no frames."""
    return to_text(_FRAMES.sub(" ", words.source)) if words.is_html else words.source


def _distinct(texts: Sequence[str]) -> list[str]:
    """The texts without those that a longer, or an earlier equal, one contains; the order stays."""
    readings = [_readings(text) for text in texts]
    ranked = sorted(range(len(texts)), key=lambda place: (-len(readings[place][-1]), place))
    kept: list[int] = []
    for place in ranked:
        held = (_place(one, readings[other][0]) is not None for other in kept for one in readings[place])
        if texts[place] and not any(held):
            kept.append(place)
    return [texts[place] for place in sorted(kept)]


def _readings(text: str) -> list[str]:
    """The text on one line, and the same read as HTML once more: WordPress escapes some summaries twice."""
    return [_squeezed(text), _squeezed(to_text(text))] if "<" in text else [_squeezed(text)]


def _place(part: str, whole: str) -> int | None:
    """Where `part` first stands in `whole`, in whole words; an excerpt may have been cut off inside its last one."""
    words = _CUT.sub("", part)
    at = whole.find(words)
    end = at + len(words)
    inside = whole[max(at - 1, 0) : at].isalnum() or (words == part and whole[end : end + 1].isalnum())
    return None if at < 0 or inside else at


def _squeezed(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _identifiers(entries: Sequence[Entry], texts: Sequence[str]) -> list[str]:
    """An id for each entry: the feed's own (Atom id, RSS guid, JSON id), else the link, else a hash of the words.

    Ids that a feed gives more than once are told apart by link, then by date, then by words, and by nothing else:
    a position would change with every new item. What is then still equal is the same item, listed twice.
    """
    names = [entry.given_id or entry.link or _digest(text) for entry, text in zip(entries, texts, strict=True)]
    finer = (
        [entry.link for entry in entries],
        [entry.published_at.isoformat() if entry.published_at else "" for entry in entries],
        [_digest(text) for text in texts],
    )
    for marks in finer:
        counts = Counter(names)
        names = [f"{name} {mark}" if counts[name] > 1 else name for name, mark in zip(names, marks, strict=True)]
    return [name if len(name) <= MAX_ID else _digest(name) for name in names]


def _digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
