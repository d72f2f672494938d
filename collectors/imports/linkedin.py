r"""LinkedIn's own download: a zip with Shares.csv, Comments.csv and articles as web pages.

Opened are those and Profile.csv, for name, headline and summary. Messages, connections, invitations and advertising are
never opened. LinkedIn publishes no schema (https://www.linkedin.com/help/linkedin/answer/a1339364). Times are UTC. Line
ends inside a share are written as `"\n"` with quotes; quotes inside a comment are escaped with a backslash.

A comment stands under somebody's post, and the file does not tell who can see that; nor does an empty Visibility say
who can see a share. Such posts are unclear: they count only when their owner vouches for them.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from collectors.feeds.identity import item_key
from collectors.feeds.listing import MAX_WORDS, storable
from collectors.fields import is_web_address
from collectors.html import to_text
from collectors.import_format import Export, gathered, tally
from collectors.times import parse_instant
from domain.errors import ImportRefused
from domain.posts import IMAGE, Media, Post, PostKind, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from collectors.import_format import Handing, Members

_ARTICLE = re.compile(r"(?:Articles/){1,2}[^/]{1,300}\.html")
_URN = re.compile(r"urn:li:(share|ugcPost|activity|groupPost|article):(?:\d+-)?(\d+)")
_PUBLIC = frozenset({"public", "anyone", "anyone_on_or_off_linkedin"})
_PUBLISHED = re.compile(r"<p class=\"published\">\s*Published on ([0-9: -]{10,19})\s*</p>", re.IGNORECASE)
_STAMPS = re.compile(r"<p class=\"(?:created|published)\">[^<]{0,80}</p>", re.IGNORECASE)
_TITLE_LINK = re.compile(r"<h1>\s*<a href=\"([^\"<>]{1,2000})\"", re.IGNORECASE)
_LONGEST_FIELD = 1_000_000


@dataclass(frozen=True, slots=True)
class _Read:
    """One row or page: the post, or why it is none. `unclear`: nobody says who can see it."""

    post: Post | None = None
    skipped: str = ""
    unclear: bool = False


@dataclass(frozen=True, slots=True)
class LinkedInArchive:
    """The format; see the module's docstring."""

    name: str = "linkedin"
    services: frozenset[str] = frozenset({"linkedin"})
    members: re.Pattern[str] = re.compile(rf"(?:Shares|Comments|Profile)\.csv|{_ARTICLE.pattern}")

    def recognises(self, names: frozenset[str]) -> bool:
        """Whether shares, comments or articles are there."""
        return not names.isdisjoint({"Shares.csv", "Comments.csv"}) or any(_ARTICLE.fullmatch(name) for name in names)

    def read(self, members: Members, handing: Handing) -> Export:  # noqa: ARG002 - the protocol's
        """Shares, comments and articles. Never whole: which parts a download has is its owner's choice."""
        read = [*_each(members, "Shares.csv", _share), *_each(members, "Comments.csv", _comment)]
        read += [_article(members.read(name), name) for name in sorted(members.names) if _ARTICLE.fullmatch(name)]
        posts, twice = gathered(one.post for one in read if one.post)
        profile, names = _profile(members)
        return Export(
            posts=posts,
            listed_ids=frozenset(post.post_id for post in posts),
            skipped=tally((one.skipped for one in read), duplicate=twice),
            profile=profile,
            names=names,
            unclear=frozenset(one.post.post_id for one in read if one.post and one.unclear),
        )


def _each(members: Members, name: str, read: Callable[[Mapping[str, str]], _Read]) -> Iterator[_Read]:
    if name in members.names:
        yield from (read(row) for row in _rows(members.read(name), name))


def _rows(body: bytes, name: str) -> list[Mapping[str, str]]:
    """The rows of a file by column; raises ImportRefused for a file that is no table in UTF-8."""
    try:
        text = body.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError:
        raise ImportRefused(f"{name} is not in UTF-8; do not open and save it in another program") from None
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), escapechar=None if name == "Shares.csv" else "\\")
        return [{str(key): value for key, value in row.items() if isinstance(value, str)} for row in reader]
    except csv.Error:
        raise ImportRefused(f"{name} is no table, or a field in it is too long") from None
    finally:
        csv.field_size_limit(before)


def _share(row: Mapping[str, str]) -> _Read:
    """A row of Shares.csv. Without words or a picture of its own it only passes on what somebody else wrote."""
    link, at = unquote(row.get("ShareLink", "")).strip(), parse_instant(row.get("Date"))
    audience = row.get("Visibility", "").strip().casefold()
    if not link or at is None:
        return _Read(skipped="malformed")
    if (audience and audience not in _PUBLIC) or "groupPost" in link:
        return _Read(skipped="not-public")
    words = storable(re.sub(r'"\r?\n"', "\n", row.get("ShareCommentary", "")), MAX_WORDS)
    pictured = bool(row.get("MediaUrl", "").strip())
    if not (words or pictured):
        return _Read(skipped="boost")
    shared = row.get("SharedUrl", "").strip()
    post = Post(
        post_id=_key(link),
        url=link if is_web_address(link) else "",
        kind=PostKind.POST,
        text=words,
        links=(shared,) if is_web_address(shared) else (),
        media=(Media(IMAGE),) if pictured else (),
        published_at=at,
    )
    return _Read(post, unclear=not audience)


def _comment(row: Mapping[str, str]) -> _Read:
    link, at = unquote(row.get("Link", "")).strip(), parse_instant(row.get("Date"))
    words = storable(row.get("Message", ""), MAX_WORDS)
    if not link or at is None:
        return _Read(skipped="malformed")
    if "groupPost" in link:
        return _Read(skipped="not-public")
    if not words:
        return _Read(skipped="malformed")
    post = Post(
        post_id=item_key(f"comment {at.isoformat()} {link}"),
        url=link if is_web_address(link) else "",
        kind=PostKind.COMMENT,
        text=words,
        published_at=at,
        reply_to_id=_key(link),
    )
    return _Read(post, unclear=True)


def _article(body: bytes, name: str) -> _Read:
    """A page of the folder Articles: a draft, unless it says when it was published."""
    page = body.decode("utf-8", "replace")
    published = _PUBLISHED.search(page)
    at = parse_instant(published[1].strip()) if published else None
    if at is None:
        return _Read(skipped="not-public")
    link = _TITLE_LINK.search(page)
    address = link[1] if link and is_web_address(link[1]) else ""
    post = Post(
        post_id=item_key(address or name),
        url=address,
        kind=PostKind.ARTICLE,
        text=to_text(_STAMPS.sub("", page)),
        published_at=at,
    )
    return _Read(post)


def _key(link: str) -> str:
    """The number of the share, or else a hash of its address."""
    found = _URN.search(link)
    return f"{found[1]}:{found[2]}" if found else item_key(link)


def _profile(members: Members) -> tuple[ProfileSeen | None, frozenset[str]]:
    """Headline and summary, and the name; the rest of that row (birthday, address) is passed over."""
    if "Profile.csv" not in members.names:
        return None, frozenset()
    row = next(iter(_rows(members.read("Profile.csv"), "Profile.csv")), {})
    name = " ".join(part for part in (row.get("First Name", ""), row.get("Last Name", "")) if part).strip()
    told = (storable(row.get(key, ""), MAX_WORDS) for key in ("Headline", "Summary"))
    return ProfileSeen("\n\n".join(part for part in told if part), name), frozenset({name} if name else ())


FORMAT = LinkedInArchive()
