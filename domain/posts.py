"""Posts as platforms show them, and what a collector brings back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class PostKind(StrEnum):
    """What sort of public utterance it is."""

    POST = "post"
    REPLY = "reply"
    COMMENT = "comment"
    ARTICLE = "article"
    PAGE = "page"
    REVIEW_REPLY = "review_reply"
    PROFILE = "profile"


class PostState(StrEnum):
    """Where a known post stands. Absence is `missing` until the platform has confirmed it by id."""

    LIVE = "live"
    MISSING = "missing"
    GONE = "gone"


class Presence(StrEnum):
    """The platform's answer when asked for one post by its id."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    """No answer that proves anything: a failure, a rate limit, a login page."""


class ParentAuthor(StrEnum):
    """Who wrote the post that is answered."""

    SELF = "self"
    OTHER = "other"
    CLIENT_UNKNOWN = "client_unknown"
    """Somebody who may well be a client, such as a reviewer."""


IMAGE = "image"
INLINE = "inline"
"""A picture in a page's markup that its author did not describe. Ornaments look the same, so that its coming and going
is no edit, and it counts as a picture of the post only where words were read from it."""


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, sound or film. `alt` is the author's description, "" when there is none.

    `address` is where an image is public, "" for everything else and where it is not known; never stored.
    """

    kind: str
    alt: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Parent:
    """The post that is answered. Held in memory for scoring and never stored: its words are another person's."""

    text: str
    author: ParentAuthor


@dataclass(frozen=True, slots=True)
class Post:
    """One public utterance of the account's owner, as plain text.

    `post_id` is the platform's id as text, unique within the account. Times are aware UTC. `published_at` is
    None when the source gives no usable date; the collector's own time then stands in. `reply_to_id` is the
    parent's opaque id and nothing else about it. `links` are the author's, without mentions of other people.
    """

    post_id: str
    url: str
    kind: PostKind
    text: str
    content_warning: str = ""
    links: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    language: str | None = None
    published_at: datetime | None = None
    edited_at: datetime | None = None
    reply_to_id: str | None = None
    replies_to_self: bool | None = None
    undatable: bool = False
    """No date, and its place in the listing does not show that it is new."""

    @property
    def full_text(self) -> str:
        """All words that a reader sees, the content warning first. Spans of findings count in this text."""
        return f"{self.content_warning}\n\n{self.text}" if self.content_warning else self.text

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) over the fields whose change is an edit: words, warning, alt texts, links.

        Counters, signed addresses, dates and language guesses are left out on purpose: they change by themselves.
        """
        alts = [medium.alt for medium in self.media if medium.kind != INLINE]
        chosen = [self.text, self.content_warning, alts, sorted(self.links)]
        return hashlib.sha256(json.dumps(chosen, ensure_ascii=True).encode()).hexdigest()


PROFILE_ID = ":profile"
"""The `post_id` under which an account's own profile is kept; no platform's ids begin with a colon."""


@dataclass(frozen=True, slots=True)
class ProfileSeen:
    """What the account's public profile says now, as plain text; "" for what it leaves empty or does not show."""

    bio: str = ""
    display_name: str = ""
    avatar_alt: str = ""
    """The owner's description of the profile picture."""
    handle: str = ""
    """The name the account goes by now; "" where this reading does not tell it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One complete reading of an account.

    `posts` are what the listing showed, each post once, newest version, the owner's own and public only.
    `listed_ids` are all ids the listing showed, also of posts that could not be parsed: they are not missing.
    `covers_since`: every public post published at or after this instant is in `listed_ids`; None means that
    absence from this listing proves nothing. `skipped` counts what was left out, by reason
    ("boost", "not-public", "other-author", "malformed", "duplicate").
    """

    posts: tuple[Post, ...]
    listed_ids: frozenset[str]
    covers_since: datetime | None
    cursor: str | None = None
    skipped: Mapping[str, int] = field(default_factory=dict)
    not_before: datetime | None = None
    """The earliest next reading the source asked for (Retry-After, rate-limit reset, ttl), or None."""
    profile: ProfileSeen | None = None
    """The profile as seen now; None when this reading did not see it."""
    notes: tuple[str, ...] = ()
    """What an administrator should know of the interface, such as that its version ends soon; no words of anybody."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The source says that nothing changed since the cursor."""

    cursor: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownPost:
    """What the store knows of a post, enough to decide without its text."""

    post_id: str
    content_hash: str
    published_at: datetime
    state: PostState
    absences: int = 0
    """Times the platform has confirmed by id that it is not there."""
    last_absence_at: datetime | None = None
    url: str = ""
    """The post's own public address, for asking after it; known only of posts with a finding."""
    baseline: bool = False
    """It may be older than the authorisation: it is never judged, edited or not."""
