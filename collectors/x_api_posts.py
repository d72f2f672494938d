"""What the X API's JSON means: posts with what they refer to, users, refusals. Pure.

Built from documentation, not run against the live service. Sources: https://docs.x.com/x-api/posts/timelines,
.../x-api/fundamentals/edit-posts, .../response-codes-and-errors and .../data-dictionary.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from collectors import fields
from collectors.owned_listing import Entry, Page, Walk, covers_since, older_than, to_fetched
from collectors.times import from_epoch, parse_instant
from domain.errors import (
    AccessRefused,
    AccountGone,
    AccountPrivate,
    AccountSuspended,
    Malformed,
    RateLimited,
    TokenRefused,
)
from domain.posts import IMAGE, Media, Parent, ParentAuthor, Post, PostKind, Presence, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from collectors.base import Response
    from collectors.fields import Json
    from collectors.owned_api import Answer
    from domain.errors import CollectError
    from domain.posts import Fetched

WHOLE_EVERY = timedelta(days=7)
"""How often a pass reads back to the beginning of the permission. Every post read is paid for."""
OVERLAP = timedelta(days=2)
"""How far a pass in between reads back. Edits are possible for thirty minutes."""
TWEET_FIELDS = (
    "attachments,author_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,lang,note_tweet,"
    "referenced_tweets"
)
EXPANSIONS: Mapping[str, str | int] = {
    "tweet.fields": TWEET_FIELDS,
    "expansions": "attachments.media_keys,attachments.poll_ids",
    "media.fields": "alt_text,media_key,type,url",
    "poll.fields": "id,options",
}

_SNOWFLAKE_EPOCH = 1288834974657
"""Milliseconds; ids from 2010-11-04 on hold the time of writing in their upper bits."""
_LONGEST_EDITING = timedelta(days=1)
"""Far more than X allows; a first id from outside of it is not believed."""
_LEAST_SNOWFLAKE = 1 << 40
_SHORT = re.compile(r"https?://t\.co/\w{1,30}", re.ASCII)
_LONGEST_TEXT = 500_000
"""Characters; X allows a twentieth of it."""
_LONGEST_LINK = 2_000
_MOST_LINKS = 200
"""No post has as many; it bounds what a hostile answer costs."""
_KINDS = {"photo": IMAGE, "animated_gif": "gif"}
_NOT_FOUND, _NOT_SHOWN = "resource-not-found", "not-authorized-for-resource"
_TOKEN_PROBLEMS = frozenset({"unsupported-authentication", "client-forbidden", "oauth1-permissions", "invalid-token"})


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a pass must remember: the newest post's time, and when all was last read."""

    newest: datetime | None = None
    whole_at: datetime | None = None

    @classmethod
    def read(cls, saved: str | None) -> Cursor:
        """The cursor of an earlier pass; an empty one for the first pass and for text that is no cursor of ours."""
        try:
            value = fields.as_object(json.loads(saved or "null"))
        except ValueError:
            return cls()
        return cls(parse_instant(value.get("newest")), parse_instant(value.get("whole_at")))

    def write(self) -> str:
        """The cursor as JSON."""
        return json.dumps({key: at.isoformat() if at else None for key, at in self._times()})

    def _times(self) -> tuple[tuple[str, datetime | None], ...]:
        return ("newest", self.newest), ("whole_at", self.whole_at)

    def begins(self, starts_at: datetime, now: datetime) -> datetime:
        """The instant from which on this pass reads."""
        if self.newest is None or self.whole_at is None or now - self.whole_at >= WHOLE_EVERY:
            return starts_at
        return max(min(self.newest, now) - OVERLAP, starts_at)


def refusal(response: Response, body: Json) -> CollectError | None:
    """The error that a problem document names by the last part of its type (RFC 7807); None for a partial answer."""
    kind = _problem(body)
    if response.status == HTTPStatus.OK:
        return None
    if response.status == HTTPStatus.UNAUTHORIZED or kind in _TOKEN_PROBLEMS:
        return TokenRefused(f"status {response.status}")
    if kind == "usage-capped" or response.status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(kind or "status 429", retry_at=response.not_before)
    if response.status == HTTPStatus.PAYMENT_REQUIRED:
        return AccessRefused("the app's paid reading is used up")
    return None


def _problem(problem: Json) -> str:
    return fields.text(problem, "type").rstrip("/").rpartition("/")[2]


def user_of(answer: Answer, expected_id: str = "") -> Json:
    """The user that was asked for. X says with status 200, too, that there is none.

    Raises AccountSuspended, AccountPrivate or AccountGone as X tells, Malformed when another one came back.
    """
    user = fields.child(answer.body, "data")
    if not fields.identifier(user, "id"):
        raise _no_user(answer)
    if expected_id and fields.identifier(user, "id") != expected_id:
        raise Malformed("another account came back than the one that was asked for")
    if user.get("protected") is not False:
        raise AccountPrivate("its posts are protected")
    return user


def _no_user(answer: Answer) -> CollectError:
    problems = (answer.body, *fields.children(answer.body, "errors"))
    if any("suspended" in fields.text(problem, "detail") for problem in problems):
        return AccountSuspended("by X")
    if any(_problem(problem) == _NOT_SHOWN for problem in problems):
        return AccountPrivate("its posts are protected")
    return AccountGone("X knows no such account")


def bio_of(user: Json) -> str:
    """The profile's description with its short links written out, and its web address."""
    parts = fields.child(user, "entities")
    urls = fields.children(fields.child(parts, "description"), "urls")
    description = _expand(html.unescape(fields.text(user, "description")), urls)
    pages = (fields.text(link, "expanded_url") for link in fields.children(fields.child(parts, "url"), "urls"))
    return "\n".join(part for part in (description, *pages) if part)


def profile_of(user: Json) -> ProfileSeen:
    """The account's own words about itself."""
    return ProfileSeen(bio_of(user), fields.text(user, "name"), handle=fields.text(user, "username"))


def parse_page(answer: Answer, user_id: str) -> Page[Entry]:
    """One page of a timeline. Raises Malformed when it is none: no posts, and not said to be empty."""
    meta = fields.child(answer.body, "meta")
    posts, count = fields.children(answer.body, "data"), fields.number(meta, "result_count")
    if not posts and count != 0:
        problems = fields.children(answer.body, "errors")
        raise _no_user(answer) if problems else Malformed("a page without posts that is not said to be empty")
    shown = _Shown(fields.child(answer.body, "includes"))
    entries = tuple(parse_post(post, user_id, shown.media, shown.polls) for post in posts)
    return Page(entries, fields.text(meta, "next_token"), answer.not_before)


class _Shown:
    """What posts refer to by key."""

    def __init__(self, includes: Json) -> None:
        self.media = {fields.text(medium, "media_key"): medium for medium in fields.children(includes, "media")}
        self.polls = {fields.identifier(poll, "id"): poll for poll in fields.children(includes, "polls")}


def lasting_id(post: Json) -> str:
    """The first of a post's ids: every edit gets a new one, and the history tells all, oldest first."""
    history = fields.strings(post, "edit_history_tweet_ids")
    return (history[0] if history else "") or fields.identifier(post, "id")


def parse_post(post: Json, user_id: str, media: Mapping[str, Json], polls: Mapping[str, Json]) -> Entry:
    """One post of a timeline, or the reason why it is none. Never raises."""
    post_id, at = lasting_id(post), parse_instant(post.get("created_at"))
    reason = _reason_to_skip(post, user_id)
    return Entry(post_id, at, None if reason else _post(post, user_id, media, polls), reason)


def _reason_to_skip(post: Json, user_id: str) -> str:
    author = fields.identifier(post, "author_id")
    if not fields.identifier(post, "id") or not author:
        return "malformed"
    if author != user_id:
        return "other-author"
    if _referenced(post, "retweeted"):
        return "boost"
    return "" if fields.has_text(post, "text") else "malformed"


def _post(post: Json, user_id: str, media: Mapping[str, Json], polls: Mapping[str, Json]) -> Post:
    post_id, version = lasting_id(post), fields.identifier(post, "id")
    at, first_at = parse_instant(post.get("created_at")), _written_at(post_id)
    answered, answered_user = _referenced(post, "replied_to"), fields.identifier(post, "in_reply_to_user_id")
    edited = post_id != version
    return Post(
        post_id=post_id,
        url=f"https://x.com/i/status/{post_id}",
        kind=PostKind.REPLY if answered or answered_user else PostKind.POST,
        text="\n".join(part for part in (words_of(post), *_poll_options(post, polls)) if part),
        links=tuple(_own_links(post)),
        media=tuple(_media(post, media)),
        language=fields.text(post, "lang") or None,
        published_at=first_at if edited and at and first_at and first_at <= at <= first_at + _LONGEST_EDITING else at,
        edited_at=at if edited else None,
        reply_to_id=answered or None,
        replies_to_self=answered_user == user_id if answered_user else None,
    )


def _written_at(post_id: str) -> datetime | None:
    if not (post_id.isascii() and post_id.isdecimal() and _LEAST_SNOWFLAKE < int(post_id[:20]) < 1 << 63):
        return None
    return from_epoch((int(post_id) >> 22) + _SNOWFLAKE_EPOCH)


def _referenced(post: Json, kind: str) -> str:
    found = (entry for entry in fields.children(post, "referenced_tweets") if fields.text(entry, "type") == kind)
    return next((fields.identifier(entry, "id") for entry in found), "")


def _whole(post: Json) -> tuple[str, tuple[Json, ...]]:
    """The whole text and its links: `text` is cut after 280 characters, and `note_tweet` holds the rest, too."""
    note = fields.child(post, "note_tweet")
    longer = note if fields.text(note, "text") else post
    urls = fields.children(fields.child(longer, "entities"), "urls")
    return fields.text(longer, "text"), urls or fields.children(fields.child(post, "entities"), "urls")


def words_of(post: Json) -> str:
    """The text as its readers see it: short links written out, those to its own pictures left out."""
    text, urls = _whole(post)
    return _expand(html.unescape(text), urls).strip()


def _expand(text: str, urls: Sequence[Json]) -> str:
    meant: dict[str, str] = {}
    for link in urls[:_MOST_LINKS]:
        short, address = fields.text(link, "url"), fields.text(link, "expanded_url")
        if address:
            meant[short] = "" if fields.text(link, "media_key") else address
    return spelled_out(text, meant)


def spelled_out(text: str, meant: Mapping[str, str]) -> str:
    """The text with its short web addresses replaced by what they stand for, in one go.

    What was put in is not looked at again, and nothing but an address is replaced: a made-up list could else blow the
    text up without end.
    """
    usable = {short: address for short, address in meant.items() if len(address) <= _LONGEST_LINK}
    written = _SHORT.sub(lambda found: usable.get(found[0], found[0]), text[:_LONGEST_TEXT])
    return written[:_LONGEST_TEXT]


def _own_links(post: Json) -> Iterator[str]:
    """Links to pictures of the post and to the post that it quotes are X's and not the author's."""
    quoted = _referenced(post, "quoted")
    for link in _whole(post)[1]:
        address = fields.address(link, "unwound_url") or fields.address(link, "expanded_url")
        is_quote = bool(quoted) and address.rstrip("/").endswith(f"/status/{quoted}")
        if address and not is_quote and not fields.text(link, "media_key"):
            yield address


def _poll_options(post: Json, polls: Mapping[str, Json]) -> Iterator[str]:
    for poll_id in fields.strings(fields.child(post, "attachments"), "poll_ids"):
        for option in fields.children(polls.get(poll_id, {}), "options"):
            yield fields.text(option, "label")


def _media(post: Json, media: Mapping[str, Json]) -> Iterator[Media]:
    for key in fields.strings(fields.child(post, "attachments"), "media_keys"):
        medium = media.get(key, {})
        said = fields.text(medium, "type") or "unknown"
        kind = _KINDS.get(said, said)
        address = fields.address(medium, "url") if kind == IMAGE else ""
        yield Media(kind, fields.text(medium, "alt_text").strip(), address)


def parse_parent(answer: Answer, post_id: str, user_id: str) -> Parent | None:
    """The post that was answered; None when X does not show it."""
    for post in fields.children(answer.body, "data"):
        if post_id in (lasting_id(post), fields.identifier(post, "id")):
            own = fields.identifier(post, "author_id") == user_id
            return Parent(words_of(post), ParentAuthor.SELF if own else ParentAuthor.OTHER)
    return None


def presence(answer: Answer) -> Mapping[str, Presence]:
    """What an answer about single posts proves: listed ones are there, "resource-not-found" ones are not."""
    problems = fields.children(answer.body, "errors")
    said = {fields.text(problem, "resource_id") or fields.text(problem, "value"): problem for problem in problems}
    found = {post_id: Presence.ABSENT for post_id, problem in said.items() if _problem(problem) == _NOT_FOUND}
    for post in fields.children(answer.body, "data"):
        found |= dict.fromkeys((fields.identifier(post, "id"), lasting_id(post)), Presence.PRESENT)
    return found


def reached(entries: Sequence[Entry], begins: datetime) -> bool:
    """Whether what follows a page was written before `begins`."""
    return older_than(entries, begins)


def fetched(
    walked: Walk[Entry], user: Json, before: Cursor, *, begins: datetime, whole: bool, now: datetime
) -> Fetched:
    """What a pass hands on. It covers what it asked for, or less where it did not come to the end."""
    past = [entry.at for entry in walked.items if entry.at and entry.at <= now]
    newest = max([*past, *([before.newest] if before.newest else [])], default=begins)
    after = Cursor(newest, now if whole else before.whole_at)
    return to_fetched(walked, covered=covers_since(walked, begins), profile=profile_of(user), cursor=after.write())
