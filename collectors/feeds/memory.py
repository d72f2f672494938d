"""What the last reading of a feed says about this one: which items are the same, and which are new. Pure.

Some feeds give every item a new id whenever they are asked, and some give no dates. The last listing, remembered in
hashes, tells an item by its own page together with its date or its title, and new from old by its place.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from collectors.feeds.posts import Item

MAX_TRACES = 1000
"""Most items of a listing that are remembered, from its top."""

_SPACE = re.compile(r"\s+")
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Trace:
    """One item of the last listing: hashes (64 bits, hex) of its id, of page and date, of page and title.

    `given` is the id itself where the item is the owner's and its page is another: addresses are made of words,
    and none is kept that the next listing shows anyway. Missing parts are "".
    """

    identity: str
    by_date: str = ""
    by_title: str = ""
    given: str = ""

    @property
    def marks(self) -> tuple[str, ...]:
        """The marks by which the item may be known again under another id, the surest first."""
        return tuple(mark for mark in (self.by_date, self.by_title) if mark)


def trace(items: Sequence[Item], own: Collection[str]) -> tuple[Trace, ...]:
    """The listing in its order, for the next reading; `own` are the ids of the owner's items."""
    return tuple(_trace(item, owned=item.post.post_id in own) for item in items[:MAX_TRACES])


def with_lasting_ids(items: Sequence[Item], before: Sequence[Trace]) -> tuple[Item, ...]:
    """The items, each under the id it had in the last listing.

    Only an id that was not there is replaced, only by one that is no longer there, and only on a mark that one item
    alone has in either listing.
    """
    now = [_trace(item, owned=True) for item in items]
    earlier = _by_mark(before)
    single = _by_mark(now)
    known, free = {one.identity for one in before}, {one.identity for one in before} - {one.identity for one in now}
    found: list[Item] = []
    for item, one in zip(items, now, strict=True):
        marks = () if one.identity in known else one.marks
        same = next((earlier[mark] for mark in marks if mark in earlier and mark in single), None)
        post_id = _id_of(same, item) if same and same.identity in free else ""
        free -= {same.identity} if same and post_id else set()
        found.append(replace(item, post=replace(item.post, post_id=post_id)) if post_id else item)
    return tuple(found)


def with_undatable(items: Sequence[Item], before: Sequence[Trace], *, was_empty: bool) -> tuple[Item, ...]:
    """The items, those marked that have no date and whose place does not show that they are new.

    Feeds list the newest first, so what stands above everything that is left of the last listing was published
    since. What stands lower may have been there all along, outside the window. When nothing is left of the last
    listing (a first reading, or every id or the whole window changed), no place shows anything; when that listing
    was empty (`was_empty`), all is new.
    """
    known = {one.identity for one in before}
    places = (place for place, item in enumerate(items) if _hash(item.post.post_id) in known)
    new_above = len(items) if was_empty else next(places, 0)
    return tuple(
        replace(item, post=replace(item.post, undatable=True))
        if item.post.published_at is None and place >= new_above
        else item
        for place, item in enumerate(items)
    )


def _trace(item: Item, *, owned: bool) -> Trace:
    title = _SPACE.sub(" ", item.title).strip()
    published_at = item.post.published_at
    return Trace(
        identity=_hash(item.post.post_id),
        by_date=_hash("date", item.page, published_at.isoformat()) if item.page and published_at else "",
        by_title=_hash("title", item.page, title) if item.page and title else "",
        given=item.post.post_id if owned and item.post.post_id != item.page else "",
    )


def _by_mark(traces: Iterable[Trace]) -> dict[str, Trace]:
    """Marks that one item alone has. Items that share a page and a title are told apart by nothing."""
    marked = [(mark, one) for one in traces for mark in one.marks]
    counts = Counter(mark for mark, _ in marked)
    return {mark: one for mark, one in marked if counts[mark] == 1}


def _id_of(earlier: Trace, item: Item) -> str:
    """The earlier id; it was the item's page where it was not kept. "" where that is not so: nobody kept it."""
    return earlier.given or (item.page if _hash(item.page) == earlier.identity else "")


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:_DIGITS]
