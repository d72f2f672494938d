"""RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0 -> Listing, by way of feedparser.

Sources: RSS 2.0 (https://www.rssboard.org/rss-specification), RSS 1.0 (https://web.resource.org/rss/1.0/spec),
RFC 4287 (Atom), RFC 4685 (threading), feedparser 6 documentation. feedparser is given a stream of bytes and never
a string: `feedparser.parse(str)` opens files and fetches addresses, so a body that is an address would be fetched.
"""

from __future__ import annotations

import calendar
import io
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import feedparser

from collectors.feeds.listing import MAX_LABEL, MAX_WORDS, Entry, Listing, Words, storable, web_address
from collectors.feeds.xml_guard import harmless, refuse_costly, without_prologue
from domain.errors import Malformed, WrongContent
from domain.posts import IMAGE, Media

if TYPE_CHECKING:
    from collections.abc import Mapping
    from time import struct_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_TAGS = re.compile(r"(</?(?:[\w-]+:)?(?:category|keywords|subject|tags))(?=[\s>/])", re.IGNORECASE)
"""Elements that nothing here reads, and on which feedparser's time grows with the square of their number."""
_PODCASTS = "http://www.itunes.com/dtds/podcast-1.0.dtd"
"""https://podcasters.apple.com/support/823-podcast-requirements: the namespace that makes a feed a podcast's."""
_PARSER_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What feedparser's tolerant parser has been seen to raise, or plainly may, on damaged input."""


def parse(text: str, url: str) -> Listing:
    """Read a feed found at `url`. A damaged feed gives what can be read of it; feedparser's `bozo` is no failure.

    Raises Malformed (also for entity bombs), TooLarge, and WrongContent for XML that is no feed.
    """
    document = _TAGS.sub(r"\1-unread", harmless(without_prologue(text)))
    refuse_costly(document)
    try:
        parsed = _parsed(document, url)
    except _PARSER_FAULTS as error:
        raise Malformed(f"feedparser: {type(error).__name__}") from error
    entries = tuple(_entry(dict(entry), parsed, url) for entry in parsed["entries"])
    if not entries and not parsed.get("version"):
        raise WrongContent("XML, but not a feed")
    if not entries and _names_items(document):
        raise Malformed("the feed has items that cannot be read")
    return _listing(parsed, entries, url)


def _parsed(document: str, url: str) -> feedparser.FeedParserDict:
    """feedparser's result. Its HTML filters stay off: they drop words, and only plain text leaves this package."""
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    stream = io.BytesIO(document.encode("utf-8", "replace"))
    return feedparser.parse(stream, response_headers=headers, resolve_relative_uris=False, sanitize_html=False)


def _names_items(document: str) -> bool:
    """Whether there are item elements in the source, in any case; some servers write <Item> for <item>."""
    lowered = document.lower()
    return "<item>" in lowered or "<item " in lowered or "<entry>" in lowered or "<entry " in lowered


def _listing(parsed: Mapping[str, Any], entries: tuple[Entry, ...], url: str) -> Listing:
    feed = dict(parsed["feed"])
    ttl = storable(feed.get("ttl"), 8)
    return Listing(
        entries=entries,
        title=_words(feed, "title"),
        description=_words(feed, "subtitle"),
        home=web_address(feed.get("link"), url),
        authors=_authors(feed),
        ttl=int(ttl) if ttl.isascii() and ttl.isdigit() else None,
        own_address=_own_address(feed, url),
        generator=storable(feed.get("generator"), MAX_LABEL),
        is_podcast=_PODCASTS in (str(address).lower() for address in dict(parsed.get("namespaces") or {}).values()),
    )


def _own_address(feed: Mapping[str, Any], url: str) -> str:
    """The feed's rel="self" link (RFC 4287 section 4.2.7.2), which RSS feeds carry as atom:link."""
    links = [link for link in feed.get("links", ()) if isinstance(link, dict) and link.get("rel") == "self"]
    return next((address for link in links if (address := web_address(link.get("href"), url))), "")


def _entry(entry: Mapping[str, Any], parsed: Mapping[str, Any], url: str) -> Entry:
    """One item; `entry` is a plain dict, since feedparser's own answers for other keys than asked."""
    published, edited = _times(entry, atom=str(parsed.get("version", "")).startswith("atom"))
    contents = [part for part in entry.get("content", ()) if isinstance(part, dict)]
    details = [*contents, *(_detail(entry, key) for key in ("title", "summary", "subtitle"))]
    link = web_address(entry.get("link"), url)
    return Entry(
        given_id=storable(entry.get("id"), MAX_LABEL),
        link=link,
        title=_words(entry, "title"),
        bodies=(*(_typed(part) for part in contents), *_summaries(entry)),
        base=next((base for part in details if (base := storable(part.get("base"), MAX_LABEL))), link or url),
        authors=_authors(entry) or _authors(parsed["feed"]),
        published_at=published,
        edited_at=edited,
        language=_language(details, parsed["feed"]),
        media=_media(entry, link or url),
        reply_to_id=_answered(entry),
        counts_comments="slash_comments" in entry,
    )


def _detail(source: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """feedparser's `<key>_detail`: type, language, base and value. Some elements come without one."""
    detail = source.get(f"{key}_detail")
    return detail if isinstance(detail, dict) else {}


def _words(source: Mapping[str, Any], key: str) -> Words:
    """The text under `key`. Its detail may be that of a deeper element with the same name, so only lends the type."""
    return _typed({**_detail(source, key), "value": source.get(key)})


def _summaries(entry: Mapping[str, Any]) -> list[Words]:
    """Summary and iTunes subtitle. A summary without detail is feedparser's copy of the content."""
    copied = bool(entry.get("content")) and not _detail(entry, "summary")
    return [_words(entry, key) for key in ("summary", "subtitle") if not (copied and key == "summary")]


def _typed(part: Mapping[str, Any]) -> Words:
    kind = storable(part.get("type"), MAX_LABEL) or "text/html"
    return Words(storable(part.get("value"), MAX_WORDS), is_html=kind in _HTML_TYPES)


def _times(entry: Mapping[str, Any], *, atom: bool) -> tuple[datetime | None, datetime | None]:
    """(published, edited).

    Outside Atom feedparser files dc:date, the only date of RSS 1.0, under "updated". An Atom entry with only
    "updated" has no publication date: to take one for the other would make new posts of old ones.
    """
    published = _time(entry.get("published_parsed")) or _time(entry.get("created_parsed"))
    updated = _time(entry.get("updated_parsed"))
    if published is None and not atom:
        return updated, None
    return published, updated if updated != published else None


def _time(value: struct_time | None) -> datetime | None:
    """A UTC struct_time as an instant; None for one outside of what a datetime can say."""
    try:
        return _EPOCH + timedelta(seconds=calendar.timegm(value)) if value else None
    except (ValueError, OverflowError):
        return None


def _authors(source: Mapping[str, Any]) -> tuple[str, ...]:
    """Author names, without e-mail addresses where feedparser could tell them apart."""
    named = [person.get("name") for person in source.get("authors", ()) if isinstance(person, dict)]
    names = tuple(name for value in named if (name := storable(value, MAX_LABEL)))
    single = storable(source.get("author"), MAX_LABEL)
    return names or ((single,) if single else ())


def _language(details: list[Mapping[str, Any]], feed: Mapping[str, Any]) -> str | None:
    said = [part.get("language") for part in details] + [feed.get("language")]
    return next((language for value in said if (language := storable(value, MAX_LABEL))), None)


def _media(entry: Mapping[str, Any], base: str) -> tuple[Media, ...]:
    """Enclosures and Media RSS content by kind; their words, where a feed has any."""
    links = [link for link in entry.get("links", ()) if isinstance(link, dict) and link.get("rel") == "enclosure"]
    parts = links + [part for part in entry.get("media_content", ()) if isinstance(part, dict)]
    return tuple(_medium(part, base) for part in parts)


def _medium(part: Mapping[str, Any], base: str) -> Media:
    kind = _kind(part)
    address = web_address(part.get("href") or part.get("url"), base) if kind == IMAGE else ""
    return Media(kind, storable(part.get("title"), MAX_LABEL), address)


def _kind(part: Mapping[str, Any]) -> str:
    declared = storable(part.get("type"), MAX_LABEL).split("/")[0] or storable(part.get("medium"), MAX_LABEL)
    return declared if declared in {"audio", "image", "video"} else "file"


def _answered(entry: Mapping[str, Any]) -> str | None:
    """The id an Atom reply names (thr:in-reply-to, RFC 4685), whatever prefix the feed binds."""
    named = [value for key, value in entry.items() if key.endswith("in-reply-to") and isinstance(value, dict)]
    return next((ref for value in named if (ref := storable(value.get("ref"), MAX_LABEL))), None)
