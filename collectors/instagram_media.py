"""What Instagram's JSON means: media and their comments to posts. Pure.

Built from documentation, not run against the live service; the names of a comment's parts are the least certain.
Sources: see collectors/platforms/instagram.py
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from collectors import fields
from collectors.graph_api import covers_since, gathered, has_more
from collectors.times import parse_instant
from domain.posts import IMAGE, Media, Parent, ParentAuthor, Post, PostKind, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from collectors.fields import Json
    from collectors.graph_api import Edge
    from domain.posts import Fetched

_COMMENT = "id,text,timestamp,username,from{id},parent_id"
MEDIA = (
    "id",
    "caption",
    "alt_text",
    "media_type",
    "media_product_type",
    "media_url",
    "permalink",
    "timestamp",
    "username",
    "children{id,media_type,media_url,alt_text}",
)
COMMENTS = f"comments.limit(50){{{_COMMENT},replies.limit(50){{{_COMMENT}}}}}"
PARENT_POST = ("id", "caption")
PARENT_COMMENT = ("id", "text", "username", "from{id}")

_PUBLIC_PRODUCTS = frozenset({"FEED", "REELS"})
"""Stories vanish and have an audience of their own; advertisements are shown to chosen people."""
_IMAGE = "IMAGE"
_KINDS = {_IMAGE: IMAGE, "VIDEO": "video", "CAROUSEL_ALBUM": "album"}

_NO_COMMENTS = "Own comments are not read: the token lacks instagram_business_manage_comments."
_MORE_COMMENTS = "Some posts have more comments than one reading shows; own comments beyond those are not read."


def to_fetched(edge: Edge, me: Json, starts_at: datetime, *, comments: bool) -> Fetched:
    """A listing as what a pass hands on. Raises Malformed when nothing in it has an id."""
    fetched = gathered([edge], (entry for item in edge.items for entry in _posts_of(item, me)))
    times = [parse_instant(item.get("timestamp")) for item in edge.items]
    return replace(
        fetched,
        covers_since=covers_since(times, starts_at, complete=edge.complete),
        profile=profile_of(me),
        notes=(*fetched.notes, *_notes(edge, comments=comments)),
    )


def profile_of(me: Json) -> ProfileSeen:
    """The account's own words about itself."""
    return ProfileSeen(
        bio=fields.text(me, "biography").strip(),
        display_name=fields.text(me, "name"),
        handle=fields.text(me, "username"),
    )


def parent_of(answered: Json, me: Json, *, own_post: bool) -> Parent | None:
    """What an own comment stands under; None when no words came."""
    words = fields.text(answered, "caption" if own_post else "text").strip()
    if not words:
        return None
    return Parent(words, ParentAuthor.SELF if own_post or _is_own(answered, me) else ParentAuthor.OTHER)


def _posts_of(item: Json, me: Json) -> Iterator[tuple[str, Post | str]]:
    """A post and the owner's comments under it, by id; a reason in place of what is left out."""
    post_id = fields.identifier(item, "id")
    reason = _reason(item, me)
    yield post_id, reason or _post(item, post_id)
    if reason:
        return
    for comment in fields.children(fields.child(item, "comments"), "data"):
        yield _comment(comment, post_id, item, me)
        for reply in fields.children(fields.child(comment, "replies"), "data"):
            yield _comment(reply, fields.identifier(comment, "id"), item, me, under_comment=True)


def _reason(item: Json, me: Json) -> str:
    if not fields.identifier(item, "id"):
        return "malformed"
    author = fields.text(item, "username")
    if author and author.casefold() != fields.text(me, "username").casefold():
        return "other-author"
    return "" if fields.text(item, "media_product_type") in _PUBLIC_PRODUCTS else "not-public"


def _post(item: Json, post_id: str) -> Post:
    own = _medium(item)
    albums = tuple(_medium(child) for child in fields.children(fields.child(item, "children"), "data"))
    return Post(
        post_id=post_id,
        url=fields.address(item, "permalink"),
        kind=PostKind.POST,
        text=fields.text(item, "caption").strip(),
        media=albums or (own,),
        published_at=parse_instant(item.get("timestamp")),
    )


def _medium(item: Json) -> Media:
    kind = fields.text(item, "media_type")
    # Signed, and another one tomorrow: good for reading the picture now, and for nothing that lasts.
    address = fields.address(item, "media_url") if kind == _IMAGE else ""
    return Media(_KINDS.get(kind, "unknown"), fields.text(item, "alt_text").strip(), address)


def _comment(
    comment: Json, parent_id: str, item: Json, me: Json, *, under_comment: bool = False
) -> tuple[str, Post | str]:
    comment_id = fields.identifier(comment, "id")
    if not comment_id:
        return "", "malformed"
    if not _is_own(comment, me):
        return comment_id, "other-author"
    if not fields.has_text(comment, "text"):
        return comment_id, "malformed"
    return comment_id, Post(
        post_id=comment_id,
        url=fields.address(item, "permalink"),
        kind=PostKind.COMMENT,
        text=fields.text(comment, "text").strip(),
        published_at=parse_instant(comment.get("timestamp")),
        reply_to_id=(fields.identifier(comment, "parent_id") or parent_id) if under_comment else parent_id,
        replies_to_self=None if under_comment else True,
    )


def _is_own(entry: Json, me: Json) -> bool:
    """By id or by name: both come from one reading, in which no two accounts have one name."""
    author = fields.identifier(fields.child(entry, "from"), "id")
    if author and author in {fields.identifier(me, "user_id"), fields.identifier(me, "id")}:
        return True
    name = fields.text(entry, "username")
    return bool(name) and name.casefold() == fields.text(me, "username").casefold()


def _notes(edge: Edge, *, comments: bool) -> Iterator[str]:
    if not comments:
        yield _NO_COMMENTS
    if any(_hides_comments(item) for item in edge.items):
        yield _MORE_COMMENTS


def _hides_comments(item: Json) -> bool:
    listing = fields.child(item, "comments")
    replies = (fields.child(comment, "replies") for comment in fields.children(listing, "data"))
    return has_more(listing) or any(has_more(one) for one in replies)
