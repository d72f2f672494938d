"""What a Mastodon-like server's JSON means: statuses to posts, a listing to what a pass hands on. Pure.

Sources: https://docs.joinmastodon.org/entities/Status/ and .../entities/Account/, the answers of real servers in
tests/collectors/data/mastodon, and for snac's ids its `mastoapi_id()`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from collectors import fields
from collectors.html import links, to_text
from collectors.times import parse_instant
from domain.errors import AccountMoved, AccountPrivate, AccountSuspended, Malformed
from domain.posts import IMAGE, Fetched, Media, Parent, ParentAuthor, Post, PostKind, Presence, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from collectors.fields import Json

PUBLIC = frozenset({"public", "unlisted"})

_SNAC_ID = re.compile(r"\d{10}([0-9a-f]{32})")
_QUOTE_FALLBACK = re.compile(
    r'<(p|span)\s[^<>]{0,200}?class="[^"<>]{0,200}?\bquote-inline\b[^<>]{0,400}>.{0,4000}?</\1>', re.DOTALL
)
"""Its repetitions are bounded so that hostile markup costs no more than linear time."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One status of a listing: the post, or the reason why it is none ("boost", "not-public", …).

    `post_id` is "" when the status has no id. `shown` is false for a status that says it is not public: it is as
    absent from the public listing as a deleted one. `raw_id` and `at` serve paging.
    """

    post_id: str
    raw_id: str
    at: datetime | None
    post: Post | None = None
    skipped: str = ""
    shown: bool = True
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What the pages of one pass showed, newest first. `complete` when the server said that there is no more."""

    items: tuple[Listed, ...]
    complete: bool
    not_before: datetime | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a pass must remember: how many statuses were listed and counted, and the newest one's time."""

    listed: int = 0
    counted: int = 0
    newest: datetime | None = None

    @classmethod
    def read(cls, saved: str | None) -> Cursor | None:
        """The cursor of an earlier pass; None for the first one and for text that is no cursor of ours."""
        try:
            value = fields.as_object(json.loads(saved or "null"))
        except ValueError:
            return None
        if not value:
            return None
        listed, counted = fields.number(value, "listed") or 0, fields.number(value, "counted") or 0
        return cls(listed, counted, parse_instant(value.get("newest")))

    def write(self) -> str:
        """The cursor as JSON."""
        newest = self.newest.isoformat() if self.newest else None
        return json.dumps({"listed": self.listed, "counted": self.counted, "newest": newest})


def canonical_id(status_id: str) -> str:
    """The lasting form of a status id.

    snac writes "ten digits of time + MD5 of the URI", and the time changes when the post is edited; only the MD5
    stays. Ids of other servers are opaque and stay as they are.
    """
    found = _SNAC_ID.fullmatch(status_id)
    return f"snac:{found[1]}" if found else status_id


def api_id(post_id: str) -> str:
    """The id to ask the server for; snac does not look at the ten digits in front."""
    return f"{'0' * 10}{post_id.removeprefix('snac:')}" if post_id.startswith("snac:") else post_id


def parse_status(value: object, account_id: str) -> Listed:
    """One status as a post of the account, or the reason why it is none. Never raises."""
    status = fields.as_object(value)
    raw_id = fields.identifier(status, "id")
    at = parse_instant(status.get("created_at"))
    visibility = fields.text(status, "visibility")
    reason = _reason_to_skip(status, account_id, visibility)
    return Listed(
        canonical_id(raw_id),
        raw_id,
        at,
        post=None if reason else _post(status, account_id, at),
        skipped=reason,
        shown=visibility in PUBLIC or not visibility,
        pinned=fields.flag(status, "pinned"),
    )


def _reason_to_skip(status: Json, account_id: str, visibility: str) -> str:
    author = fields.identifier(fields.child(status, "account"), "id")
    if not fields.identifier(status, "id") or not author:
        return "malformed"
    if author != account_id:
        return "other-author"
    if visibility not in PUBLIC:
        return "not-public"
    if status.get("reblog"):
        return "boost"
    return "" if fields.has_text(status, "content") else "malformed"


def _post(status: Json, account_id: str, at: datetime | None) -> Post:
    reply_to = fields.identifier(status, "in_reply_to_id")
    answered = fields.identifier(status, "in_reply_to_account_id")
    return Post(
        post_id=canonical_id(fields.identifier(status, "id")),
        url=_status_url(status),
        kind=PostKind.REPLY if reply_to or answered else PostKind.POST,
        text=_words(status),
        content_warning=fields.text(status, "spoiler_text").strip(),
        links=_own_links(status),
        media=tuple(_media(status)),
        language=fields.text(status, "language") or None,
        published_at=at,
        edited_at=parse_instant(status.get("edited_at")),
        reply_to_id=canonical_id(reply_to) or None,
        replies_to_self=answered == account_id if answered else None,
    )


def _status_url(status: Json) -> str:
    """`url` may be null, and `uri` need not be a web address."""
    return fields.address(status, "url") or fields.address(status, "uri")


def _own_html(status: Json) -> str:
    """The content without the "RE: <link>" that Mastodon puts in front of a quote: its author did not write it."""
    content = fields.text(status, "content")
    return _QUOTE_FALLBACK.sub(_unless_words, content) if "quote-inline" in content else content


def _unless_words(found: re.Match[str]) -> str:
    """Nothing in place of "RE:" and one address; the whole thing when more was written in it."""
    words = to_text(found[0]).split()
    return "" if len(words) <= len(("RE:", "address")) and words[:1] == ["RE:"] else found[0]


def parse_parent(status: Json, account_id: str) -> Parent | None:
    """A status as the post that was answered; None unless it is public."""
    if fields.text(status, "visibility") not in PUBLIC:
        return None
    own = fields.identifier(fields.child(status, "account"), "id") == account_id
    words = "\n\n".join(part for part in (fields.text(status, "spoiler_text").strip(), _words(status)) if part)
    return Parent(words, ParentAuthor.SELF if own else ParentAuthor.OTHER)


def presence_of(status: Json, post_id: str) -> Presence:
    """What the server's answer about one status proves; a status that says it is not public is ABSENT."""
    visibility = fields.text(status, "visibility")
    if canonical_id(fields.identifier(status, "id")) != post_id or not visibility:
        return Presence.UNKNOWN
    return Presence.PRESENT if visibility in PUBLIC else Presence.ABSENT


def _words(status: Json) -> str:
    options = [fields.text(option, "title") for option in fields.children(fields.child(status, "poll"), "options")]
    return "\n".join(part for part in (to_text(_own_html(status)), *options) if part)


def _own_links(status: Json) -> tuple[str, ...]:
    people = {fields.text(entry, "url") for key in ("mentions", "tags") for entry in fields.children(status, key)}
    return tuple(link for link in links(_own_html(status), _status_url(status)) if link not in people)


def _media(status: Json) -> Iterator[Media]:
    for attachment in fields.children(status, "media_attachments"):
        kind = fields.text(attachment, "type") or "unknown"
        address = fields.address(attachment, "url") if kind == IMAGE else ""
        yield Media(kind, fields.text(attachment, "description").strip(), address)


def bio_of(entity: Json) -> str:
    """The profile's note and its fields as plain text, a line each."""
    rows = (field_row(row) for row in fields.children(entity, "fields"))
    return "\n".join(part for part in (to_text(fields.text(entity, "note")), *rows) if part)


def field_row(row: Json) -> str:
    """One row of the profile's table as "name: value"."""
    return f"{to_text(fields.text(row, 'name'))}: {to_text(fields.text(row, 'value'))}".strip(": ")


def check_account(entity: Json) -> None:
    """Raise AccountSuspended or AccountMoved when the account says so, Malformed when it has no id.

    The new address of a moved account is not named: it may be one that was never opted in.
    """
    if not fields.identifier(entity, "id"):
        raise Malformed("an account without an id")
    if fields.flag(entity, "suspended"):
        raise AccountSuspended("by its server")
    if fields.child(entity, "moved"):
        raise AccountMoved


def check_listing(listing: Listing, entity: Json, before: Cursor | None) -> None:
    """Raise when a listing without any post cannot be true.

    Servers show nothing for a suspended or hidden account without saying so: one that its server limits, or that lets
    in chosen followers only, says at least that (AccountSuspended, AccountPrivate). An empty list where posts were
    listed before is believed only when the account itself has stopped counting posts. A list in which nothing has an
    id is damaged.
    """
    if listing.items and not any(item.post_id for item in listing.items):
        raise Malformed("a list in which no entry has an id")
    if listing.items or before is None or not before.listed:
        return
    if fields.flag(entity, "limited"):
        raise AccountSuspended("the server shows none of its posts")
    if fields.flag(entity, "locked") and fields.number(entity, "statuses_count"):
        raise AccountPrivate("it chooses its followers, and shows none of its posts to others")
    if fields.number(entity, "statuses_count") or not before.counted:
        raise Malformed("an empty list from an account that had posts and does not say that they are gone")


def covers_since(listing: Listing, starts_at: datetime) -> datetime | None:
    """The instant from which on the listing holds every public post; None when the order proves nothing.

    A list read to its end covers everything since `starts_at`. Otherwise all that is newer than its last status,
    ties left out. Servers whose decimal ids do not fall (WordPress lists by date and pages by id) skip posts between
    pages, and a list that is not in order of time has no last instant: both prove nothing.
    """
    items = [item for item in listing.items if not item.pinned]
    if not _ids_fall([item.raw_id for item in items]):
        return None
    if listing.complete:
        return starts_at
    times = [item.at for item in items if item.at is not None]
    if not times or len(times) < len(items) or times != sorted(times, reverse=True):
        return None
    return times[-1] + timedelta(seconds=1)


def _ids_fall(raw_ids: Sequence[str]) -> bool:
    if not all(raw_id.isdecimal() for raw_id in raw_ids):
        return True
    keys = [(len(raw_id), raw_id) for raw_id in raw_ids]
    return keys == sorted(keys, reverse=True)


def to_fetched(listing: Listing, *, entity: Json, starts_at: datetime, now: datetime, handle: str = "") -> Fetched:
    """The listing as what a pass hands on; the newest copy of a status wins when pages overlap."""
    newest_copy = {item.post_id: item for item in listing.items if item.post_id}
    unnamed = [item.skipped for item in listing.items if not item.post_id]
    skipped = unnamed + [item.skipped for item in newest_copy.values() if item.skipped]
    skipped += ["duplicate"] * (len(listing.items) - len(unnamed) - len(newest_copy))
    past = [item.at for item in listing.items if item.at and item.at <= now]
    cursor = Cursor(len(newest_copy), fields.number(entity, "statuses_count") or 0, max(past, default=None))
    return Fetched(
        posts=tuple(item.post for item in newest_copy.values() if item.post),
        listed_ids=frozenset(post_id for post_id, item in newest_copy.items() if item.shown),
        covers_since=covers_since(listing, starts_at),
        cursor=cursor.write(),
        skipped={reason: skipped.count(reason) for reason in sorted(set(skipped))},
        not_before=listing.not_before,
        profile=profile_of(entity, handle),
    )


def profile_of(entity: Json, handle: str) -> ProfileSeen:
    """The account's own words about itself. `handle` is the one it was known by, whose server it keeps."""
    user, host = fields.text(entity, "username").strip(), handle.lstrip("@").partition("@")[2]
    return ProfileSeen(
        bio=bio_of(entity),
        display_name=fields.text(entity, "display_name"),
        avatar_alt=fields.text(entity, "avatar_description"),
        handle=f"{user}@{host}" if user and host else "",
    )


def far_enough(page: Sequence[Listed], *, recent: bool, before: Cursor | None, starts_at: datetime) -> bool:
    """Whether what lies beyond this page cannot matter.

    It is older than the permission, or the page is no longer one of the `recent` ones, which are always read, and
    reaches back to what an earlier pass has seen.
    """
    last = next((item.at for item in reversed(page) if item.at and not item.pinned), None)
    if last is None:
        return False
    caught_up = before is not None and (before.newest is None or last < before.newest)
    return last < starts_at or (caught_up and not recent)
