"""What Threads' JSON means: posts and replies. Pure.

Built from documentation, not run against the live service. Sources: see collectors/platforms/threads.py
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from collectors import fields
from collectors.graph_api import covers_since, gathered
from collectors.times import parse_instant
from domain.posts import IMAGE, Media, Parent, ParentAuthor, Post, PostKind, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from collectors.fields import Json
    from collectors.graph_api import Edge
    from domain.posts import Fetched

POST = (
    "id",
    "media_type",
    "permalink",
    "username",
    "text",
    "timestamp",
    "alt_text",
    "link_attachment_url",
    "poll_attachment",
    "children{id,media_type,alt_text}",
)
REPLY = (*POST, "is_reply", "replied_to")
PARENT = ("id", "text", "username")

_REPOST = "REPOST_FACADE"
_TEXT = "TEXT_POST"
_KINDS = {"IMAGE": IMAGE, "VIDEO": "video", "AUDIO": "audio", "CAROUSEL_ALBUM": "album"}
_OPTIONS = ("option_a", "option_b", "option_c", "option_d")


def to_fetched(posts: Edge, replies: Edge, me: Json, starts_at: datetime) -> Fetched:
    """Both listings as what a pass hands on. Raises Malformed when nothing in one of them has an id."""
    name = fields.text(me, "username")
    items = [(item, False) for item in posts.items] + [(item, True) for item in replies.items]
    fetched = gathered((posts, replies), (_entry(item, name, is_reply=is_reply) for item, is_reply in items))
    return replace(fetched, covers_since=_covers(posts, replies, starts_at), profile=profile_of(me))


def _entry(item: Json, name: str, *, is_reply: bool) -> tuple[str, Post | str]:
    post_id = fields.identifier(item, "id")
    return post_id, _reason(item, name) or _post(item, post_id, is_reply=is_reply)


def profile_of(me: Json) -> ProfileSeen:
    """The account's own words about itself."""
    return ProfileSeen(
        bio=fields.text(me, "threads_biography").strip(),
        display_name=fields.text(me, "name"),
        handle=fields.text(me, "username"),
    )


def parent_of(answered: Json, handle: str) -> Parent | None:
    """The post that was answered; None when no words came."""
    words = fields.text(answered, "text").strip()
    if not words:
        return None
    own = fields.text(answered, "username").casefold() == handle.casefold()
    return Parent(words, ParentAuthor.SELF if own else ParentAuthor.OTHER)


def _covers(posts: Edge, replies: Edge, starts_at: datetime) -> datetime | None:
    """From when on both listings hold everything."""
    both = []
    for edge in (posts, replies):
        times = [parse_instant(item.get("timestamp")) for item in edge.items]
        since = covers_since(times, starts_at, complete=edge.complete)
        if since is None:
            return None
        both.append(since)
    return max(both)


def _reason(item: Json, name: str) -> str:
    author = fields.text(item, "username")
    if fields.text(item, "media_type") == _REPOST:
        return "boost"
    if author.casefold() != name.casefold():
        return "other-author" if author else "malformed"
    return ""


def _post(item: Json, post_id: str, *, is_reply: bool) -> Post:
    answered = fields.identifier(fields.child(item, "replied_to"), "id")
    poll = fields.child(item, "poll_attachment")
    words = [fields.text(item, "text").strip(), *(fields.text(poll, option).strip() for option in _OPTIONS)]
    link = fields.address(item, "link_attachment_url")
    return Post(
        post_id=post_id,
        url=fields.address(item, "permalink"),
        kind=PostKind.REPLY if is_reply or answered else PostKind.POST,
        text="\n".join(word for word in words if word),
        links=(link,) if link else (),
        media=tuple(_media(item)),
        published_at=parse_instant(item.get("timestamp")),
        reply_to_id=answered or None,
    )


def _media(item: Json) -> Iterator[Media]:
    for part in fields.children(fields.child(item, "children"), "data") or (item,):
        kind = fields.text(part, "media_type")
        if kind != _TEXT:
            yield Media(_KINDS.get(kind, "unknown"), fields.text(part, "alt_text").strip())
