"""A web page -> the posts on it and whose page it is. Pure.

What a page says of itself is believed in this order: microformats, JSON-LD, OpenGraph; its words are those of its one
entry, or of its main part where that entry is less than half of them. A page that lists several entries and is none of
them itself is a feed: one post for each.

Sources: those of `collectors.web`; OpenGraph (https://ogp.me/).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors.feeds.listing import MAX_LABEL, Entry, Listing, Words, storable
from collectors.feeds.posts import plain
from collectors.times import parse_instant
from collectors.web.jsonld import Article, read_scripts
from collectors.web.microformats import read_microformats, representative
from collectors.web.tree import absolute, claims, has_words, main_part, markup, read_page
from domain.errors import TooLarge, WrongContent
from domain.posts import IMAGE, Media, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collectors.web.jsonld import Stated
    from collectors.web.microformats import Found
    from collectors.web.tree import Document

MOST_MAIN_TAGS = 15_000
"""Signs "<" in the part of a page that is read."""
LONGEST_TITLE = 300
PAGE_ID = "page"
"""The one post of a page that is no feed; an account has one page."""
TOKEN_NAME = "section7"  # noqa: S105 - the name of the meta element that holds the proof token

_CHALLENGE = re.compile(
    r"\W*(?:just a moment|attention required|checking your browser|one moment,? please|access denied|ddos-guard"
    r"|are you (?:a )?(?:human|robot)|verify(?:ing)? (?:that )?you are (?:a )?human|security check|robot check"
    r"|request (?:blocked|rejected)|pardon our interruption)",
    re.IGNORECASE,
)
"""How pages are titled that stand between a reader and the page, and come with status 200."""
_NOT_THERE = re.compile(
    r"\W*(?:(?:error )?404\b|(?:page )?not found\b|this page (?:does not|doesn.t) exist)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds. `is_article` when it is one dated piece of writing, `is_feed` when it lists several.

    `profile` is what its card says of the owner, None without one. `claims` are its rel="me" addresses, `token` the
    content of its meta element for proof; both are out of visitors' reach. `others` counts blocks that were left out as
    other people's words.
    """

    listing: Listing
    is_article: bool
    is_feed: bool
    title: str
    profile: ProfileSeen | None
    claims: tuple[str, ...]
    token: str
    others: int


def read(body: bytes, content_type: str, url: str) -> Page:
    """The page in `body`, found at `url`.

    Raises WrongContent for a page that stands in for the one that was asked for, or that has no words of its author's;
    TooLarge for one beyond the bounds.
    """
    document = read_page(body, content_type, url)
    if _CHALLENGE.match(document.title):
        raise WrongContent("a page that wants to know whether a person is reading came back")
    if _NOT_THERE.match(document.title):
        raise WrongContent("a page came back that says the page is not there")
    if not has_words(main_part(document)):
        raise WrongContent("the page has no words of its author's")
    found, stated = read_microformats(document, url), read_scripts(document.data)
    is_feed = len(found.entries) > 1 and not _own(found.entries, url)
    entries = found.entries if is_feed else (_whole(document, found, stated, url),)
    return Page(
        listing=Listing(entries, Words("", is_html=False), Words("", is_html=False), home=url),
        is_article=is_feed or _is_article(found, stated, url),
        is_feed=is_feed,
        title=document.metas.get("og:title") or document.title,
        profile=_profile(found, stated, url),
        claims=claims(document),
        token=document.metas.get(TOKEN_NAME, ""),
        others=document.others,
    )


def _own(entries: Sequence[Entry], url: str) -> Entry | None:
    """The entry that the page itself is: the one with its address, or the only one."""
    same = [entry for entry in entries if entry.link.rstrip("/") == url.rstrip("/")]
    chosen = same or list(entries)
    return chosen[0] if len(chosen) == 1 else None


def _article(stated: Stated, url: str) -> Article | None:
    same = [article for article in stated.articles if absolute(url, article.url).rstrip("/") == url.rstrip("/")]
    chosen = same or list(stated.articles)
    return chosen[0] if len(chosen) == 1 else None


def _is_article(found: Found, stated: Stated, url: str) -> bool:
    return _own(found.entries, url) is not None or _article(stated, url) is not None


def _whole(document: Document, found: Found, stated: Stated, url: str) -> Entry:
    """The page as one entry: words, title and dates from the first source that has them."""
    entry = _own(found.entries, url)
    article = _article(stated, url)
    metas = document.metas
    main = _bounded(markup(main_part(document)))
    described = (article.description if article else "", metas.get("og:description", ""), metas.get("description", ""))
    dates = [entry.published_at] if entry else []
    dates += [article.published_at] if article else []
    dates += [parse_instant(metas.get("article:published_time", ""))]
    edits = [entry.edited_at] if entry else []
    edits += [article.edited_at] if article else []
    language = (entry.language if entry else "") or document.language or (article.language if article else "")
    return Entry(
        given_id=PAGE_ID,
        link=url,
        title=Words(_title(document, entry, article), is_html=False),
        bodies=(*_words(entry, main), *(Words(text, is_html=False) for text in described if text)),
        base=document.base,
        authors=entry.authors if entry else article.authors if article else (),
        published_at=next((at for at in dates if at), None),
        edited_at=next((at for at in edits if at), None),
        language=storable(language, MAX_LABEL) or None,
        media=(*(entry.media if entry else ()), *_pictured(document)),
        reply_to_id=entry.reply_to_id if entry else None,
    )


def _words(entry: Entry | None, main: str) -> tuple[Words, ...]:
    """The entry's words, or the main part's where the entry is less than half of it."""
    whole = Words(main, is_html=True)
    if entry is None:
        return (whole,)
    length = sum(len(plain(words)) for words in entry.bodies if words.is_html)
    return entry.bodies if length * 2 >= len(plain(whole)) else (whole,)


def _title(document: Document, entry: Entry | None, article: Article | None) -> str:
    named = [entry.title.source if entry else "", article.title if article else ""]
    named += [document.metas.get("og:title", ""), document.title]
    return next((name for name in named if name and len(name) <= LONGEST_TITLE), "")


def _pictured(document: Document) -> tuple[Media, ...]:
    """The picture that is shown where the page is linked to, when it is described."""
    alt, address = document.metas.get("og:image:alt", ""), document.metas.get("og:image", "")
    return (Media(IMAGE, alt, absolute(document.base, address)),) if alt else ()


def _profile(found: Found, stated: Stated, url: str) -> ProfileSeen | None:
    card = representative(found.cards, url)
    name, note = (card.name, card.note) if card else ("", "")
    seen = ProfileSeen(note or stated.owner[1], name or stated.owner[0], card.photo_alt if card else "")
    return seen if seen != ProfileSeen() else None


def _bounded(written: str) -> str:
    if written.count("<") > MOST_MAIN_TAGS:
        raise TooLarge("more markup than a page has")
    return written
