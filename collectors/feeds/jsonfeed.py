"""JSON Feed 1.0 and 1.1 -> Listing. Source: https://www.jsonfeed.org/version/1.1/ (and /version/1/)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from collectors.feeds.listing import MAX_LABEL, MAX_WORDS, Entry, Listing, Words, storable, web_address
from collectors.fields import as_object, child, children
from collectors.times import parse_instant
from domain.errors import Malformed, WrongContent
from domain.posts import IMAGE, Media

if TYPE_CHECKING:
    from collectors.fields import Json


def parse(text: str, url: str) -> Listing:
    """Read a feed found at `url`. No field's type is trusted; one bad item leaves the others alone.

    Raises WrongContent for JSON that is no feed and Malformed for text that is no JSON.
    """
    try:
        feed = as_object(json.loads(text))
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a ValueError too
        raise Malformed(f"not JSON: {type(error).__name__}") from error
    items = feed.get("items")
    if not isinstance(items, list):
        raise WrongContent("JSON, but not a feed")
    return Listing(
        entries=tuple(_entry(as_object(item), feed, url) for item in items),
        title=_plain(feed, "title"),
        description=_plain(feed, "description"),
        home=web_address(feed.get("home_page_url"), url),
        authors=_authors(feed),
        own_address=web_address(feed.get("feed_url"), url),
    )


def _entry(item: Json, feed: Json, url: str) -> Entry:
    link = web_address(item.get("url"), url) or web_address(item.get("external_url"), url)
    published = parse_instant(item.get("date_published"))
    modified = parse_instant(item.get("date_modified"))
    html = Words(storable(item.get("content_html"), MAX_WORDS), is_html=True)
    return Entry(
        given_id=_identifier(item.get("id")),
        link=link,
        title=_plain(item, "title"),
        bodies=(html, _plain(item, "content_text"), _plain(item, "summary")),
        base=link or url,
        authors=_authors(item) or _authors(feed),
        published_at=published,
        edited_at=modified if modified != published else None,
        language=_label(item, "language") or _label(feed, "language") or None,
        media=tuple(_attached(part, link or url) for part in children(item, "attachments")),
    )


def _identifier(value: object) -> str:
    """Version 1.1: "if an id is presented as a number or other type, a reader must coerce it to a string"."""
    countable = isinstance(value, int | float) and not isinstance(value, bool)
    return storable(str(value) if countable else value, MAX_LABEL)


def _plain(source: Json, key: str) -> Words:
    return Words(storable(source.get(key), MAX_WORDS), is_html=False)


def _label(source: Json, key: str) -> str:
    return storable(source.get(key), MAX_LABEL)


def _authors(source: Json) -> tuple[str, ...]:
    """Names of `authors` (1.1) or `author` (1.0)."""
    people = children(source, "authors") or (child(source, "author"),)
    return tuple(name for person in people if (name := _label(person, "name")))


def _attached(part: Json, base: str) -> Media:
    kind = _label(part, "mime_type").split("/")[0]
    address = web_address(part.get("url"), base) if kind == IMAGE else ""
    return Media(kind if kind in {"audio", "image", "video"} else "file", _label(part, "title"), address)
