"""What a Facebook Page's JSON means: posts and the page's own comments. Pure.

Built from documentation, not run against the live service. Sources: see collectors/platforms/facebook_page.py
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from collectors import fields
from collectors.graph_api import covers_since, gathered, has_more
from collectors.times import parse_instant
from domain.posts import IMAGE, Media, Parent, ParentAuthor, Post, PostKind, Presence, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from collectors.fields import Json
    from collectors.graph_api import Edge
    from domain.posts import Fetched

POST = (
    "id",
    "message",
    "created_time",
    "permalink_url",
    "is_published",
    "privacy",
    "from{id}",
    "attachments{media_type,unshimmed_url,subattachments{media_type}}",
)
COMMENTS = (
    "comments.filter(stream).limit(50){id,message,created_time,permalink_url,from{id},parent{id},is_hidden,is_private}"
)
_AUDIENCE_OF_POST = ("id", "is_published", "privacy")
_AUDIENCE_OF_COMMENT = ("id", "is_hidden", "is_private")
PARENT = ("id", "message", "from{id}")

_EVERYONE = "EVERYONE"
_LINK = "link"
_KINDS = {"photo": IMAGE, "video": "video", "album": "album"}

_NO_COMMENTS = "The page's own comments are not read: the token lacks pages_read_user_content."
_MORE_COMMENTS = "Some posts have more comments than one reading shows; own comments beyond those are not read."


def to_fetched(edge: Edge, me: Json, starts_at: datetime, *, comments: bool) -> Fetched:
    """A listing as what a pass hands on. Raises Malformed when nothing in it has an id."""
    page_id = fields.identifier(me, "id")
    fetched = gathered([edge], (entry for item in edge.items for entry in _posts_of(item, page_id)))
    times = [parse_instant(item.get("created_time")) for item in edge.items]
    return replace(
        fetched,
        covers_since=covers_since(times, starts_at, complete=edge.complete),
        profile=profile_of(me),
        notes=(*fetched.notes, *_notes(edge, comments=comments)),
    )


def profile_of(me: Json) -> ProfileSeen:
    """The page's own words about itself."""
    return ProfileSeen(
        bio=fields.text(me, "about").strip(),
        display_name=fields.text(me, "name"),
        handle=fields.text(me, "username"),
    )


def parent_of(answered: Json, page_id: str) -> Parent | None:
    """What an own comment stands under; None when no words came."""
    words = fields.text(answered, "message").strip()
    return Parent(words, ParentAuthor.SELF if _author(answered) == page_id else ParentAuthor.OTHER) if words else None


def audience_of(post_id: str, page_id: str) -> tuple[str, ...]:
    """The fields that tell who sees a post, or a comment, which knows others: a post's id begins with the page's."""
    return _AUDIENCE_OF_POST if post_id.startswith(f"{page_id}_") else _AUDIENCE_OF_COMMENT


def presence(found: Json, post_id: str, asked: tuple[str, ...]) -> Presence:
    """What the answer about one post or comment proves; one that is not for everybody is ABSENT."""
    if fields.identifier(found, "id") != post_id:
        return Presence.UNKNOWN
    if asked == _AUDIENCE_OF_COMMENT:
        return Presence.ABSENT if _is_concealed(found) else Presence.PRESENT
    audience = fields.text(fields.child(found, "privacy"), "value")
    if not audience or not isinstance(found.get("is_published"), bool):
        return Presence.UNKNOWN
    return Presence.PRESENT if _is_for_everybody(found) else Presence.ABSENT


def _posts_of(item: Json, page_id: str) -> Iterator[tuple[str, Post | str]]:
    """A post and the page's comments under it, by id; a reason in place of what is left out."""
    post_id = fields.identifier(item, "id")
    reason = _reason(item, page_id)
    yield post_id, reason or _post(item, post_id)
    if reason:
        return
    for comment in fields.children(fields.child(item, "comments"), "data"):
        comment_id = fields.identifier(comment, "id")
        yield comment_id, _comment_reason(comment, page_id) or _comment(comment, comment_id, post_id)


def _reason(item: Json, page_id: str) -> str:
    """A post is the public's only where both fields say so: one that is left out proves nothing."""
    if not fields.identifier(item, "id"):
        return "malformed"
    if _author(item) != page_id:
        return "other-author"
    return "" if _is_for_everybody(item) else "not-public"


def _is_for_everybody(item: Json) -> bool:
    public = fields.text(fields.child(item, "privacy"), "value") == _EVERYONE
    return public and fields.flag(item, "is_published")


def _comment_reason(comment: Json, page_id: str) -> str:
    if not fields.identifier(comment, "id"):
        return "malformed"
    if _author(comment) != page_id:
        return "other-author"
    if _is_concealed(comment):
        return "not-public"
    return "" if fields.has_text(comment, "message") else "malformed"


def _is_concealed(comment: Json) -> bool:
    return fields.flag(comment, "is_hidden") or fields.flag(comment, "is_private")


def _post(item: Json, post_id: str) -> Post:
    attachments = fields.children(fields.child(item, "attachments"), "data")
    links = (fields.address(one, "unshimmed_url") for one in attachments if fields.text(one, "media_type") == _LINK)
    return Post(
        post_id=post_id,
        url=fields.address(item, "permalink_url"),
        kind=PostKind.POST,
        text=fields.text(item, "message").strip(),
        links=tuple(link for link in links if link),
        media=tuple(_media(attachments)),
        published_at=parse_instant(item.get("created_time")),
    )


def _comment(comment: Json, comment_id: str, post_id: str) -> Post:
    answered = fields.identifier(fields.child(comment, "parent"), "id")
    return Post(
        post_id=comment_id,
        url=fields.address(comment, "permalink_url"),
        kind=PostKind.COMMENT,
        text=fields.text(comment, "message").strip(),
        published_at=parse_instant(comment.get("created_time")),
        reply_to_id=answered or post_id,
        replies_to_self=None if answered else True,
    )


def _author(entry: Json) -> str:
    return fields.identifier(fields.child(entry, "from"), "id")


def _media(attachments: tuple[Json, ...]) -> Iterator[Media]:
    """Pictures and films, undescribed: the interface does not hand out descriptions with a post."""
    for one in attachments:
        parts = fields.children(fields.child(one, "subattachments"), "data") or (one,)
        for part in parts:
            if (kind := fields.text(part, "media_type")) in _KINDS:
                yield Media(_KINDS[kind])


def _notes(edge: Edge, *, comments: bool) -> Iterator[str]:
    if not comments:
        yield _NO_COMMENTS
    if any(has_more(fields.child(item, "comments")) for item in edge.items):
        yield _MORE_COMMENTS
