"""A JSON Feed 1.0 or 1.1 in a file (https://www.jsonfeed.org/version/1.1/): for what no archive is known of.

It goes by the rules of feeds that are read: of one that names several authors only the owner's items count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from collectors.feeds import jsonfeed
from collectors.feeds.identity import item_key
from collectors.feeds.ownership import names_several, owned
from collectors.feeds.posts import plain, to_items
from collectors.import_format import PLAIN, Export
from domain.accounts import AccountKind
from domain.errors import CollectError, ImportRefused
from domain.posts import Media, ProfileSeen

if TYPE_CHECKING:
    from collectors.feeds.listing import Listing
    from collectors.import_format import Handing, Members
    from domain.posts import Post

_NOWHERE = "import:feed"
"""Stands in for the address of a feed that has none."""


@dataclass(frozen=True, slots=True)
class JsonFeedFile:
    """The format; see the module's docstring."""

    name: str = "jsonfeed"
    services: frozenset[str] = frozenset()
    members: re.Pattern[str] = re.compile(re.escape(PLAIN))

    def recognises(self, names: frozenset[str]) -> bool:
        """Whether the file is no archive: what is in it shows when it is read."""
        return names == {PLAIN}

    def read(self, members: Members, handing: Handing) -> Export:
        """The owner's items. Never whole: a feed is a window. An item without a date is remembered, never judged."""
        listing = _listing(members.read(PLAIN))
        found = to_items(listing, listing.own_address or listing.home or _NOWHERE)
        several = names_several(found.items) and handing.kind is AccountKind.PROFESSIONAL
        named = any(item.authors for item in owned(found.items, handing.person, several=True))
        owner = handing.person if named else next(iter(listing.authors), "")
        mine = owned(found.items, owner, several=several)
        left_out = {
            "beyond-limit": found.beyond,
            "duplicate": found.duplicates,
            "malformed": found.malformed,
            "other-author": len(found.items) - len(mine),
        }
        return Export(
            posts=tuple(_post(item.post) for item in mine),
            listed_ids=frozenset(item_key(item.post.post_id) for item in mine),
            skipped={reason: count for reason, count in left_out.items() if count},
            profile=ProfileSeen(bio, plain(listing.title)) if (bio := plain(listing.description)) else None,
        )


def _listing(body: bytes) -> Listing:
    try:
        return jsonfeed.parse(body.decode("utf-8-sig"), _NOWHERE)
    except (CollectError, UnicodeDecodeError):
        raise ImportRefused("it is no archive that is known, and no JSON Feed; for pasted words use --text") from None


def _post(post: Post) -> Post:
    """Its id is only a hash of the feed's; pictures are not fetched for what was handed in."""
    return replace(
        post,
        post_id=item_key(post.post_id),
        media=tuple(Media(medium.kind, medium.alt) for medium in post.media),
        undatable=post.published_at is None,
        url="" if post.url == _NOWHERE else post.url,
    )


FORMAT = JsonFeedFile()
