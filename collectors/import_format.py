"""The seam of an import: what a format is given to read, and what it makes of it. Pure but for reading the file.

An export is what the owner hands over: a platform's own archive, a JSON Feed, or pasted text. It goes through the same
filters as a listing that was read: the owner's own posts, public ones only.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from domain.errors import ImportRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime, tzinfo

    from domain.accounts import AccountKind
    from domain.posts import Post, ProfileSeen

PLAIN = ""
"""The name of the only member of a file that is no archive."""
MOST_POSTS = 200_000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Members:
    """The members of a file by name, below a common top folder. Only those in `names` can be read, each when asked."""

    names: frozenset[str]
    opener: Callable[[str], bytes]

    def read(self, name: str) -> bytes:
        """The bytes of one member. Raises ImportRefused for one that is damaged or too large, or not in `names`."""
        if name not in self.names:
            raise ImportRefused(f"{name!r} is not in the file")
        return self.opener(name)

    def narrowed(self, wanted: re.Pattern[str]) -> Members:
        """The same with no other members than those whose whole name fits."""
        return Members(frozenset(name for name in self.names if wanted.fullmatch(name)), self.opener)


@dataclass(frozen=True, slots=True)
class Handing:
    """Whose export it ought to be, and when it is handed in. `zone` is for dates that are written without one."""

    handle: str
    person: str
    kind: AccountKind
    now: datetime
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Export:
    """What one export shows of an account. Nothing in it was asked of a platform.

    `posts` are the owner's own and public, or in `unclear`; `listed_ids` are all ids that are public in it, also of
    posts that could not be read. `names` are those that it bears for its owner (handles, a person's name), empty when
    it does not say whose it is; `owner_id` is the service's lasting id of the account, or "". `made_at` is when it was
    made as far as it can be told: never later than in truth. `whole`: every public post of that time is in it.
    """

    posts: tuple[Post, ...]
    listed_ids: frozenset[str]
    skipped: Mapping[str, int] = field(default_factory=dict)
    profile: ProfileSeen | None = None
    names: frozenset[str] = frozenset()
    owner_id: str = ""
    made_at: datetime | None = None
    whole: bool = False
    unclear: frozenset[str] = frozenset()
    """Ids of posts of which the export does not tell who could see them."""


class Format(Protocol):
    """One format of exports. Methods raise ImportRefused, whose message never holds a word of the file."""

    name: str
    services: frozenset[str]
    """Whose accounts it is for; empty for any."""
    members: re.Pattern[str]
    """The names of the members that are opened; no other one is ever read."""

    def recognises(self, names: frozenset[str]) -> bool:
        """Whether a file with these members is of this format."""
        ...

    def read(self, members: Members, handing: Handing) -> Export:
        """What the export shows."""
        ...


def parse_json(body: bytes, name: str) -> object:
    """The JSON value of a member. Raises ImportRefused for broken or too deeply nested JSON, and for other codings."""
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        # The chain is cut, since a parser's message may quote the file.
        raise ImportRefused(f"{name} is damaged, or nested too deeply") from None


def gathered(posts: Iterable[Post]) -> tuple[tuple[Post, ...], int]:
    """Each post once, the first of its id, and how many there were too many. Raises ImportRefused beyond MOST_POSTS."""
    kept: dict[str, Post] = {}
    seen = 0
    for post in posts:
        seen += 1
        if seen > MOST_POSTS:
            raise ImportRefused(f"more than {MOST_POSTS} posts")
        kept.setdefault(post.post_id, post)
    return tuple(kept.values()), seen - len(kept)


def newest(posts: Iterable[Post], now: datetime) -> datetime | None:
    """When the newest post was published: an export is no older than that. A date in the future proves nothing."""
    dates = (post.published_at for post in posts if post.published_at)
    return max((at for at in dates if at <= now), default=None)


def tally(reasons: Iterable[str], **more: int) -> dict[str, int]:
    """How often each reason for leaving out a post was given; reasons that never were are left out."""
    counted = Counter(reason for reason in reasons if reason)
    counted.update({name.replace("_", "-"): count for name, count in more.items()})
    return {reason: counted[reason] for reason in sorted(counted) if counted[reason]}


def must_be_of(export: Export, handing: Handing, known_id: str = "") -> None:
    """Raises ImportRefused when the export says that it is somebody else's than the enrolled account's owner.

    `known_id` is the service's id of the account as an earlier export gave it: it outlives a change of name.
    """
    if known_id and export.owner_id:
        if known_id != export.owner_id:
            raise ImportRefused("it is of another account than the one that was imported before")
        return
    if export.names and not any(_same(name, handing) for name in export.names):
        raise ImportRefused(f"it is of another account than {handing.handle}, by the name that it bears")


def _same(name: str, handing: Handing) -> bool:
    if name.lstrip("@").casefold() == handing.handle.lstrip("@").casefold():
        return True
    words = _words(name)
    is_person = len(words) > 1 and not name.startswith("@") and " " in name.strip()
    return is_person and any(_words(one) and _words(one) <= words for one in (handing.handle, handing.person))


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name.casefold()))
