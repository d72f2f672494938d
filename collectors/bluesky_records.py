"""What Bluesky's records mean: a record to a post, a listing to what a pass hands on. Pure.

A record's words are its owner's; what it quotes or answers is only named in it, and a link card's title and
description are the linked page's. Offsets of facets count bytes of UTF-8.

Sources: the lexicons app.bsky.feed.post, app.bsky.richtext.facet, app.bsky.embed.*, app.bsky.actor.profile and
com.atproto.label.defs; https://atproto.com/specs/tid and https://atproto.com/specs/record-key.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from collectors import fields
from collectors.bluesky_repo import PAGE_SIZE, POSTS
from collectors.times import parse_instant
from domain.errors import AccountPrivate, Malformed
from domain.posts import IMAGE, Fetched, Media, Parent, ParentAuthor, Post, PostKind, Presence, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from collectors.fields import Json

MEMBERS_ONLY = "!no-unauthenticated"
"""The label by which an owner asks that nobody be shown the account who is not logged in."""
SKEW = timedelta(days=1)
"""How far the date that a client claims may lie after the time in the record's key, clocks being what they are."""

_URI = re.compile(
    rf"at://(?P<did>did:[a-z]+:[A-Za-z0-9._:%-]{{1,250}})/{re.escape(POSTS)}/(?P<rkey>[A-Za-z0-9._:~-]{{1,512}})"
)
_TID = re.compile(r"[2-7a-j][2-7a-z]{12}", re.ASCII)
_TID_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
_CID = re.compile(r"[A-Za-z0-9]{20,120}", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}", re.ASCII)
_MOST_PARTS = 64
"""Links, pictures, labels and tags of one record that are looked at, each."""
_GIF_HOSTS = ("tenor.com", "giphy.com", "klipy.com")
_GIF_ALT = "Alt: "
"""What Bluesky's own client puts before the author's words about a moving picture ("ALT: " is the picture site's)."""


@dataclass(frozen=True, slots=True)
class Home:
    """Whose records they are and which server holds them."""

    did: str
    pds: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a pass must remember: the repository's revision when it was read, where, and what was looked up when."""

    rev: str = ""
    pds: str = ""
    handle: str = ""
    """The newest handle that led back to the account."""
    document_at: datetime | None = None
    whole_at: datetime | None = None
    """When the posts were last listed."""
    seen_at: datetime | None = None
    """When the account's server last answered, be it that nothing had changed."""

    @classmethod
    def read(cls, saved: str | None) -> Cursor:
        """The cursor of an earlier pass; an empty one for the first and for text that is no cursor of ours."""
        try:
            value = fields.as_object(json.loads(saved or "null"))
        except (ValueError, RecursionError):
            return cls()
        return cls(
            rev=fields.text(value, "rev"),
            pds=fields.text(value, "pds"),
            handle=fields.text(value, "handle"),
            document_at=parse_instant(value.get("document_at")),
            whole_at=parse_instant(value.get("whole_at")),
            seen_at=parse_instant(value.get("seen_at")),
        )

    def write(self) -> str:
        """The cursor as JSON."""
        instants = {name: getattr(self, name) for name in ("document_at", "whole_at", "seen_at")}
        words = {"rev": self.rev, "pds": self.pds, "handle": self.handle}
        return json.dumps(words | {name: at.isoformat() if at else None for name, at in instants.items()})


@dataclass(frozen=True, slots=True)
class Listed:
    """One record of a listing: the post, or the reason why it is none ("malformed", "other-author", "boost", …).

    `rkey` is "" when the record is not the account's or has no usable address. `at` is the date it claims.
    """

    rkey: str
    at: datetime | None = None
    post: Post | None = None
    skipped: str = ""
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """The records of one pass in the server's order.

    `complete` when no more of them can have been published since the permission began.
    """

    items: tuple[Listed, ...] = ()
    complete: bool = False
    over: bool = False
    """There is nothing more worth asking for."""
    not_before: datetime | None = None


def key_in(uri: str, did: str) -> str:
    """The record key in a post's address, "" unless it is a post of this account."""
    found = _URI.fullmatch(uri)
    return found["rkey"] if found and found["did"] == did and found["rkey"] not in (".", "..") else ""


def author_in(uri: str) -> str:
    """The DID in a post's address, "" when it is no post's address."""
    found = _URI.fullmatch(uri)
    return found["did"] if found else ""


def time_in(rkey: str) -> datetime | None:
    """The instant in a record key that is a timestamp identifier (TID); None for any other key."""
    if _TID.fullmatch(rkey) is None:
        return None
    value = 0
    for letter in rkey:
        value = value * 32 + _TID_LETTERS.index(letter)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value >> 10)


def parse_record(value: object, home: Home) -> Listed:
    """One entry of a list of records as a post, or the reason why it is none. Never raises."""
    entry = fields.as_object(value)
    uri = fields.text(entry, "uri")
    rkey, record = key_in(uri, home.did), fields.child(entry, "value")
    if not rkey:
        return Listed("", skipped="other-author" if author_in(uri) else "malformed")
    at = parse_instant(record.get("createdAt"))
    if not _is_post(record):
        return Listed(rkey, at, skipped="malformed")
    if MEMBERS_ONLY in labels(record):
        return Listed(rkey, at, skipped="not-public", shown=False)
    return Listed(rkey, at, _post(record, rkey, home))


def parse_view(value: object, did: str) -> Listed:
    """One entry of a feed that an AppView made: whose it is and how it got there is checked first."""
    entry = fields.as_object(value)
    view = fields.child(entry, "post")
    author = fields.child(view, "author")
    if fields.text(author, "did") != did:
        reposted = fields.text(fields.child(entry, "reason"), "$type").endswith("#reasonRepost")
        return Listed("", skipped="boost" if reposted else "other-author")
    if MEMBERS_ONLY in view_labels(author):
        return Listed("", skipped="not-public")
    # A picture's address is left out: it lies on the server that does not answer.
    return parse_record({"uri": fields.text(view, "uri"), "value": view.get("record")}, Home(did, ""))


def _is_post(record: Json) -> bool:
    return fields.text(record, "$type") == POSTS and fields.has_text(record, "text")


def _post(record: Json, rkey: str, home: Home) -> Post:
    reply = "reply" in record
    parent = fields.text(fields.child(fields.child(record, "reply"), "parent"), "uri")
    author = author_in(parent)
    return Post(
        post_id=rkey,
        url=f"https://bsky.app/profile/{home.did}/post/{rkey}",
        kind=PostKind.REPLY if reply else PostKind.POST,
        text=_words(record),
        content_warning=_warning(record),
        links=tuple(dict.fromkeys(_links(record))),
        media=tuple(_media(record, home)),
        language=next((tag for tag in fields.strings(record, "langs") if _LANGUAGE.fullmatch(tag)), None),
        published_at=parse_instant(record.get("createdAt")),
        reply_to_id=parent if author else None,
        replies_to_self=author == home.did if author else None,
    )


def _words(record: Json) -> str:
    """The text, and the tags that stand beside it."""
    tags = [f"#{tag}" for tag in fields.strings(record, "tags")[:_MOST_PARTS] if tag.strip()]
    return "\n".join(part for part in (fields.text(record, "text").strip(), " ".join(tags)) if part)


def labels(record: Json) -> tuple[str, ...]:
    """The labels that the owner has put on a record."""
    values = fields.children(fields.child(record, "labels"), "values")[:_MOST_PARTS]
    return tuple(label for label in (fields.text(value, "val") for value in values) if label)


def view_labels(view: Json) -> tuple[str, ...]:
    """The labels in an AppView's answer about an account."""
    return tuple(fields.text(label, "val") for label in fields.children(view, "labels"))


def _warning(record: Json) -> str:
    """The owner's own warnings; those that begin with "!" are signs to programs."""
    return ", ".join(label for label in labels(record) if not label.startswith("!"))


def _links(record: Json) -> Iterator[str]:
    """What a reader can follow: links in the text, and the card. Mentions are people and are left out."""
    size = len(fields.text(record, "text").encode())
    for facet in fields.children(record, "facets")[:_MOST_PARTS]:
        place = fields.child(facet, "index")
        start, end = fields.number(place, "byteStart"), fields.number(place, "byteEnd")
        if start is None or end is None or not 0 <= start < end <= size:
            continue  # clients show no link there
        for feature in fields.children(facet, "features")[:_MOST_PARTS]:
            if fields.text(feature, "$type") == "app.bsky.richtext.facet#link" and (
                link := fields.address(feature, "uri")
            ):
                yield link
    for embed in _embeds(record):
        if card := fields.address(fields.child(embed, "external"), "uri"):
            yield card


def _embeds(record: Json) -> tuple[Json, ...]:
    """What is attached; of a quote with media, the media."""
    embed = fields.child(record, "embed")
    return (embed, fields.child(embed, "media"))


def _media(record: Json, home: Home) -> Iterator[Media]:
    for embed in _embeds(record):
        for image in fields.children(embed, "images")[:_MOST_PARTS]:
            yield Media(IMAGE, fields.text(image, "alt").strip(), _blob(fields.child(image, "image"), home))
        if fields.child(embed, "video"):
            yield Media("video", fields.text(embed, "alt").strip())
        card = fields.child(embed, "external")
        if alt := _gif_alt(card):
            yield Media("gifv", alt)


def _gif_alt(card: Json) -> str:
    host = urlsplit(fields.address(card, "uri")).hostname or ""
    said = fields.text(card, "description")
    if not said.startswith(_GIF_ALT) or not any(f".{host}".endswith(f".{site}") for site in _GIF_HOSTS):
        return ""
    return said.removeprefix(_GIF_ALT).strip()


def _blob(image: Json, home: Home) -> str:
    """Where a picture is public: at the account's own server."""
    cid = fields.text(fields.child(image, "ref"), "$link") or fields.text(image, "cid")
    if not home.pds or _CID.fullmatch(cid) is None:
        return ""
    return f"{home.pds}/xrpc/com.atproto.sync.getBlob?{urlencode({'did': home.did, 'cid': cid})}"


def parse_parent(record: Json, *, own: bool) -> Parent | None:
    """A record as the post that was answered; None unless it is a post for everybody."""
    if not _is_post(record) or MEMBERS_ONLY in labels(record):
        return None
    words = "\n\n".join(part for part in (_warning(record), _words(record)) if part)
    return Parent(words, ParentAuthor.SELF if own else ParentAuthor.OTHER)


def presence_of(entry: Json, home: Home, rkey: str) -> Presence:
    """What a server's answer about one record proves; one that is for members only is ABSENT."""
    if key_in(fields.text(entry, "uri"), home.did) != rkey or not fields.child(entry, "value"):
        return Presence.UNKNOWN
    return Presence.ABSENT if MEMBERS_ONLY in labels(fields.child(entry, "value")) else Presence.PRESENT


def check_visible(said: Sequence[str]) -> None:
    """Raise AccountPrivate when a profile's labels ask that only people who are logged in be shown the account."""
    if MEMBERS_ONLY in said:
        raise AccountPrivate("its owner asks to show it to members only")


def with_page(listing: Listing, page: Sequence[Listed], starts_at: datetime, not_before: datetime | None) -> Listing:
    """The listing with one more page of the account's own server.

    A page that is not full is the last one; one that repeats the pages before it ends the list and proves nothing.
    Raises Malformed for a page in which no entry is the account's own: damage must not pass for deletion.
    """
    if page and not any(item.rkey for item in page):
        raise Malformed("a list in which no entry is the account's own")
    items = (*listing.items, *page)
    stuck = bool(page) and {item.rkey for item in page} <= {item.rkey for item in listing.items}
    complete = not stuck and (len(page) < PAGE_SIZE or beyond_window(items, starts_at))
    return Listing(items, complete, over=stuck or complete, not_before=not_before)


def with_feed(listing: Listing, page: Sequence[Listed], starts_at: datetime) -> Listing:
    """The listing with one more page of an AppView, which is in order of time and never complete."""
    known = {item.rkey for item in listing.items}
    oldest = min((item.at for item in page if item.at), default=starts_at)
    over = oldest < starts_at or all(item.rkey in known for item in page)
    return Listing((*listing.items, *page), over=over)


def profile_seen(profile: Json, handle: str) -> ProfileSeen:
    """The account's own words about itself, of its profile record or an AppView's. Bluesky has no avatar texts."""
    return ProfileSeen(
        bio=fields.text(profile, "description").strip(),
        display_name=fields.text(profile, "displayName").strip(),
        handle=handle,
    )


def in_order(items: Sequence[Listed]) -> bool:
    """Whether the record keys fall and are times that the claimed dates do not run ahead of.

    Keys are the client's choice: only where all of them behave does the end of a part of the list mean an instant.
    """
    keys = [item.rkey for item in items]
    times = [time_in(key) for key in keys]
    ahead = any(
        at is None or (item.at is not None and item.at > at + SKEW) for item, at in zip(items, times, strict=True)
    )
    return not ahead and all(above > below for above, below in pairwise(keys))


def covers_since(listing: Listing, starts_at: datetime) -> datetime | None:
    """The instant from which on the listing holds every post; None when it proves nothing.

    A list read to its end covers everything since `starts_at`; a part of it, all that is a day newer than its last key.
    """
    if listing.complete:
        return starts_at
    last = time_in(listing.items[-1].rkey) if listing.items and in_order(listing.items) else None
    return None if last is None else max(starts_at, last + SKEW)


def beyond_window(items: Sequence[Listed], starts_at: datetime) -> bool:
    """Whether nothing that lies beyond these items can have been published since `starts_at`."""
    last = time_in(items[-1].rkey) if items else None
    return last is not None and last < starts_at - SKEW and in_order(items)


def to_fetched(
    listing: Listing,
    *,
    since: datetime | None,
    profile: ProfileSeen,
    cursor: Cursor,
    newer_than: datetime | None = None,
) -> Fetched:
    """The listing as what a pass hands on. `since` is what it covers.

    Posts dated before `newer_than` are listed only: a second-hand copy may be older than what is known.
    """
    newest_copy = {item.rkey: item for item in reversed(listing.items) if item.rkey}
    unnamed = [item.skipped for item in listing.items if not item.rkey]
    skipped = unnamed + [item.skipped for item in newest_copy.values() if item.skipped]
    skipped += ["duplicate"] * (len(listing.items) - len(unnamed) - len(newest_copy))
    fresh = [
        item for item in reversed(newest_copy.values()) if newer_than is None or (item.at and item.at >= newer_than)
    ]
    return Fetched(
        posts=tuple(item.post for item in fresh if item.post),
        listed_ids=frozenset(rkey for rkey, item in newest_copy.items() if item.shown),
        covers_since=since,
        cursor=cursor.write(),
        skipped={reason: skipped.count(reason) for reason in sorted(set(skipped))},
        not_before=listing.not_before,
        profile=profile,
    )
