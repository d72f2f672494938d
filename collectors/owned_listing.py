"""From an interface's pages to one reading: how far they are followed, and what they prove. Pure but for `ask`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from collectors import fields
from domain.errors import CollectError
from domain.posts import Fetched, Presence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from collectors.base import Limits
    from domain.posts import Post, ProfileSeen

Item = TypeVar("Item")

_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]{1,2000}", re.IGNORECASE)
_NOT_ITS_END = ".,;:!?)]}*_~…"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a listing shows: a post, or the reason why it is none ("boost", "not-public", …).

    `at` is the time by which the listing is ordered. `shown` is false for what is not public: it is as absent from
    the public listing as a deleted one.
    """

    post_id: str
    at: datetime | None
    post: Post | None = None
    skipped: str = ""
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page; `following` asks for the next one, "" when there is none."""

    items: tuple[Item, ...]
    following: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Walk(Generic[Item]):
    """What the pages of one pass showed. `complete` when the interface said that there is no more."""

    items: tuple[Item, ...]
    complete: bool
    not_before: datetime | None = None


def walk(
    ask: Callable[[str], Page[Item]], limits: Limits, enough: Callable[[Sequence[Item]], bool] = lambda _: False
) -> Walk[Item]:
    """Follow pages from the first ("") to the last, to `enough`, to the limits, or to one that was asked before."""
    items: list[Item] = []
    asked, following = {""}, ""
    not_before = None
    for _ in range(limits.pages):
        page = ask(following)
        items += page.items
        following, not_before = page.following, page.not_before or not_before
        if not following:
            return Walk(tuple(items), complete=True, not_before=not_before)
        if enough(page.items) or len(items) >= limits.posts or following in asked:
            break
        asked.add(following)
    return Walk(tuple(items), complete=False, not_before=not_before)


def covers_since(walked: Walk[Entry], starts_at: datetime) -> datetime | None:
    """The instant from which on a listing in falling order of time holds every public post.

    Read to its end, it covers everything since `starts_at`; else what is newer than its last entry, ties left out.
    None where the order is not kept or a time is missing: then it proves nothing.
    """
    if walked.complete:
        return starts_at
    times = [entry.at for entry in walked.items if entry.at is not None]
    if not times or len(times) < len(walked.items) or times != sorted(times, reverse=True):
        return None
    return max(times[-1] + timedelta(seconds=1), starts_at)


def to_fetched(walked: Walk[Entry], *, covered: datetime | None, profile: ProfileSeen | None, cursor: str) -> Fetched:
    """The listing as what a pass hands on; of an entry that was listed twice the first copy counts."""
    first: dict[str, Entry] = {}
    for entry in walked.items:
        first.setdefault(entry.post_id, entry)
    unnamed = [entry.skipped for entry in walked.items if not entry.post_id]
    named = [entry for post_id, entry in first.items() if post_id]
    skipped = unnamed + [entry.skipped for entry in named if entry.skipped]
    skipped += ["duplicate"] * (len(walked.items) - len(unnamed) - len(named))
    return Fetched(
        posts=tuple(entry.post for entry in named if entry.post),
        listed_ids=frozenset(entry.post_id for entry in named if entry.shown),
        covers_since=covered,
        cursor=cursor,
        skipped={reason: skipped.count(reason) for reason in sorted(set(skipped))},
        not_before=walked.not_before,
        profile=profile,
    )


def older_than(entries: Sequence[Entry], instant: datetime) -> bool:
    """Whether the last entry with a time lies before `instant`."""
    times = [entry.at for entry in entries if entry.at is not None]
    return bool(times) and times[-1] < instant


def ask_in_batches(
    post_ids: Sequence[str], size: int, ask: Callable[[Sequence[str]], Mapping[str, Presence]]
) -> Mapping[str, Presence]:
    """The answer for each post id, asked for `size` at a time. Never raises CollectError.

    A batch that fails leaves its posts and all after them UNKNOWN and asks no further.
    """
    answers = dict.fromkeys(post_ids, Presence.UNKNOWN)
    for start in range(0, len(answers), size):
        batch = list(answers)[start : start + size]
        try:
            found = ask(batch)
        except CollectError:
            break
        answers |= {post_id: found[post_id] for post_id in batch if post_id in found}
    return answers


def links_in(text: str) -> tuple[str, ...]:
    """The web addresses in plain text, each once, in order; punctuation behind one does not belong to it."""
    found = (address.rstrip(_NOT_ITS_END) for address in _ADDRESS.findall(text))
    return tuple(dict.fromkeys(address for address in found if fields.is_web_address(address)))
