"""What the pages of an outbox prove together, and the reading they make. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors.mastodon_statuses import Cursor, Listing, covers_since
from domain.errors import Malformed
from domain.posts import Fetched

if TYPE_CHECKING:
    from datetime import datetime

    from collectors.mastodon_statuses import Listed
    from domain.posts import ProfileSeen


@dataclass(frozen=True, slots=True)
class Outbox:
    """What one pass saw. `counted` is what the collection says it holds, None when it does not say.

    `unread` counts items that stood there by their address alone and were not read: what they are is not known.
    """

    items: tuple[Listed, ...]
    complete: bool
    not_before: datetime | None
    counted: int | None
    unread: int = 0


def check_outbox(outbox: Outbox, before: Cursor | None) -> None:
    """Raise Malformed for an outbox that cannot be true: nothing with an id, or empty where posts were before.

    An empty one is believed when the collection itself counts nothing any more.
    """
    if outbox.items and all(item.skipped == "malformed" and not item.post_id for item in outbox.items):
        raise Malformed("an outbox in which no entry has an id")
    if before is not None and before.listed and not outbox.items and outbox.counted != 0:
        raise Malformed("no posts from an account that had some and does not say that they are gone")


def to_fetched(outbox: Outbox, *, profile: ProfileSeen, starts_at: datetime, now: datetime) -> Fetched:
    """The outbox as what a pass hands on. Of two copies of an object the first stands: the newest is on top."""
    first_copy: dict[str, Listed] = {}
    for item in outbox.items:
        if item.post_id:
            first_copy.setdefault(item.post_id, item)
    unnamed = [item.skipped for item in outbox.items if not item.post_id]
    skipped = unnamed + [item.skipped for item in first_copy.values() if item.skipped]
    skipped += ["duplicate"] * (len(outbox.items) - len(unnamed) - len(first_copy))
    past = [item.at for item in first_copy.values() if item.at and item.at <= now]
    cursor = Cursor(len(first_copy), outbox.counted or 0, max(past, default=None))
    dated = tuple(item for item in outbox.items if item.post_id)
    covered = covers_since(Listing(dated, outbox.complete, outbox.not_before), starts_at)
    return Fetched(
        posts=tuple(item.post for item in first_copy.values() if item.post),
        listed_ids=frozenset(post_id for post_id, item in first_copy.items() if item.shown),
        covers_since=None if outbox.unread else covered,
        cursor=cursor.write(),
        skipped={reason: skipped.count(reason) for reason in sorted(set(skipped))},
        not_before=outbox.not_before,
        profile=profile,
    )
