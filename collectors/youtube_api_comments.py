"""What the YouTube Data API's JSON means: threads of comments, channels, videos. Pure.

Built from documentation, not run against the live service. Sources: https://developers.google.com/youtube/v3/docs/
commentThreads, .../comments, .../channels, .../videos.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors import fields
from collectors.owned_listing import Entry, Page, links_in
from collectors.times import parse_instant
from domain.errors import AccountGone, AccountPrivate, Malformed
from domain.posts import Parent, ParentAuthor, Post, PostKind, Presence, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from collectors.fields import Json
    from collectors.owned_api import Answer

_PUBLISHED = "published"
"""`moderationStatus` is told only to the channel's owner, and not always."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread under one of the channel's videos. `comments` are those that came along, the top one first."""

    thread_id: str
    video_id: str
    public: bool
    replies: int
    comments: tuple[Json, ...]

    @property
    def cut(self) -> bool:
        """Whether it has more replies than came along."""
        return self.replies > len(self.comments) - 1


def parse_threads(answer: Answer) -> Page[Thread]:
    """One page of threads. Raises Malformed for an answer that is no list."""
    return Page(tuple(_thread(item) for item in _items(answer)), _following(answer), answer.not_before)


def parse_comments(answer: Answer) -> Page[Json]:
    """One page of single comments. Raises Malformed for an answer that is no list."""
    return Page(_items(answer), _following(answer), answer.not_before)


def _items(answer: Answer) -> tuple[Json, ...]:
    if not isinstance(answer.body.get("items"), list):
        raise Malformed("an answer without a list")
    return fields.children(answer.body, "items")


def _following(answer: Answer) -> str:
    return fields.text(answer.body, "nextPageToken")


def _thread(item: Json) -> Thread:
    about = fields.child(item, "snippet")
    top = fields.child(about, "topLevelComment")
    replies = fields.children(fields.child(item, "replies"), "comments")
    return Thread(
        fields.text(item, "id"),
        fields.text(about, "videoId"),
        fields.flag(about, "isPublic"),
        fields.number(about, "totalReplyCount") or 0,
        (top, *replies),
    )


def author_of(comment: Json) -> str:
    """The channel id of a comment's author, "" when none is told."""
    return fields.text(fields.child(fields.child(comment, "snippet"), "authorChannelId"), "value")


def own_videos(threads: Iterable[Thread], channel_id: str) -> tuple[str, ...]:
    """The videos under which the channel itself has written, each once."""
    own = (thread for thread in threads if any(author_of(comment) == channel_id for comment in thread.comments))
    return tuple(dict.fromkeys(thread.video_id for thread in own if thread.video_id))


def public_videos(answer: Answer) -> frozenset[str]:
    """Of the videos in an answer those that everybody can find: neither private nor unlisted."""
    return frozenset(
        fields.text(video, "id")
        for video in _items(answer)
        if fields.text(fields.child(video, "status"), "privacyStatus") == "public"
    )


def to_entries(thread: Thread, channel_id: str, public: frozenset[str]) -> Iterator[Entry]:
    """Each comment of a thread: the channel's own as a post, every other one passed over unread."""
    authors = {fields.text(comment, "id"): author_of(comment) for comment in thread.comments}
    shown = thread.public and (not thread.video_id or thread.video_id in public)
    for comment in thread.comments:
        yield _entry(comment, thread, channel_id, authors, shown=shown)


def _entry(comment: Json, thread: Thread, channel_id: str, authors: Mapping[str, str], *, shown: bool) -> Entry:
    comment_id, about = fields.text(comment, "id"), fields.child(comment, "snippet")
    author, at = author_of(comment), parse_instant(about.get("publishedAt"))
    if not comment_id:
        return Entry("", at, skipped="malformed", shown=False)
    if author != channel_id:
        return Entry(comment_id, at, skipped="other-author" if author else "malformed", shown=False)
    if not shown or about.get("moderationStatus", _PUBLISHED) != _PUBLISHED:
        return Entry(comment_id, at, skipped="not-public", shown=False)
    if not _has_words(about):
        return Entry(comment_id, at, skipped="malformed")
    return Entry(comment_id, at, _post(comment, thread, authors))


def _has_words(about: Json) -> bool:
    return fields.has_text(about, "textOriginal") or fields.has_text(about, "textDisplay")


def _post(comment: Json, thread: Thread, authors: Mapping[str, str]) -> Post:
    comment_id, about = fields.text(comment, "id"), fields.child(comment, "snippet")
    parent = fields.text(about, "parentId")
    published, updated = parse_instant(about.get("publishedAt")), parse_instant(about.get("updatedAt"))
    text = words_of(about)
    return Post(
        post_id=comment_id,
        url=_address(thread.video_id, comment_id),
        kind=PostKind.REPLY if parent else PostKind.COMMENT,
        text=text,
        links=links_in(text),
        published_at=published,
        edited_at=updated if updated and published and updated > published else None,
        reply_to_id=parent or None,
        replies_to_self=authors[parent] == author_of(comment) if authors.get(parent) else None,
    )


def _address(video_id: str, comment_id: str) -> str:
    return f"https://www.youtube.com/watch?v={video_id}&lc={comment_id}" if video_id else ""


def words_of(about: Json) -> str:
    """A comment's text; the original goes to its author only, and what is displayed shortens addresses."""
    return (fields.text(about, "textOriginal") or fields.text(about, "textDisplay")).strip()


def channel_of(answer: Answer, expected_id: str = "") -> Json:
    """The channel that was asked for. Raises AccountGone when there is none, AccountPrivate for one not to be found."""
    channel = next(iter(_items_or_none(answer)), {})
    if not fields.text(channel, "id"):
        raise AccountGone("YouTube knows no such channel")
    if expected_id and fields.text(channel, "id") != expected_id:
        raise Malformed("another channel came back than the one that was asked for")
    if fields.text(fields.child(channel, "status"), "privacyStatus") == "private":
        raise AccountPrivate("its owner has made the channel private")
    return channel


def _items_or_none(answer: Answer) -> tuple[Json, ...]:
    """YouTube leaves `items` out where it found nothing; a page of data always has its `kind`."""
    if not fields.text(answer.body, "kind"):
        raise Malformed("not an answer of this interface")
    return fields.children(answer.body, "items")


def profile_of(channel: Json) -> ProfileSeen:
    """The channel's own words about itself."""
    about = fields.child(channel, "snippet")
    return ProfileSeen(
        fields.text(about, "description").strip(), fields.text(about, "title"), handle=fields.text(about, "customUrl")
    )


def parse_parent(answer: Answer, channel_id: str) -> Parent | None:
    """The comment that was answered; None when YouTube does not show it."""
    comment = next(iter(_items(answer)), None)
    if comment is None:
        return None
    own = author_of(comment) == channel_id
    return Parent(words_of(fields.child(comment, "snippet")), ParentAuthor.SELF if own else ParentAuthor.OTHER)


def video_of(comment: Json) -> str:
    """The video under which a comment stands, "" when it does not tell."""
    return fields.text(fields.child(comment, "snippet"), "videoId")


def presence(comments: Mapping[str, Json], asked: Iterable[str], public: frozenset[str]) -> Mapping[str, Presence]:
    """What an answer proves of the comments `asked` for. One under a video that is not public is not public either."""
    return {comment_id: _presence(comments.get(comment_id), public) for comment_id in asked}


def _presence(comment: Json | None, public: frozenset[str]) -> Presence:
    if comment is None:
        return Presence.ABSENT
    if fields.child(comment, "snippet").get("moderationStatus", _PUBLISHED) != _PUBLISHED:
        return Presence.ABSENT
    video_id = video_of(comment)
    if not video_id:
        return Presence.UNKNOWN
    return Presence.PRESENT if video_id in public else Presence.ABSENT
