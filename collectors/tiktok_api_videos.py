"""What the TikTok Display API's JSON means: the user, pages of videos, refusals. Pure.

Built from documentation, not run against the live service. Sources: https://developers.tiktok.com/doc/
tiktok-api-v2-video-list, .../tiktok-api-v2-video-query, .../tiktok-api-v2-video-object, .../tiktok-api-v2-get-user-info
and .../tiktok-api-v2-error-handling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from collectors import fields
from collectors.owned_api import code_in
from collectors.owned_listing import Entry, Page, links_in
from collectors.times import from_epoch
from domain.errors import AccessRefused, AccountGone, Malformed, RateLimited, ServerFault, TokenRefused, WrongContent
from domain.posts import Media, Post, PostKind, Presence, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from collectors.base import Response
    from collectors.fields import Json
    from collectors.owned_api import Answer
    from domain.errors import CollectError

_FINE = "ok"
_ERRORS: Mapping[str, type[CollectError]] = {
    "access_token_invalid": TokenRefused,
    "scope_not_authorized": TokenRefused,
    "scope_permission_missed": TokenRefused,
    "rate_limit_exceeded": RateLimited,
    "internal_error": ServerFault,
    "invalid_params": WrongContent,
}


def refusal(response: Response, body: Json) -> CollectError | None:
    """The error that the envelope names; its code is "ok" where there is none."""
    code = code_in(fields.child(body, "error"), "code")
    if code == _FINE:
        return None
    if code in _ERRORS:
        return _ERRORS[code](code, retry_at=response.not_before)
    return AccessRefused(code) if response.status == 200 else None  # noqa: PLR2004 - RFC 9110 section 15.3.1


def user_of(answer: Answer, expected_id: str = "") -> Json:
    """The user whose token it is. Raises AccountGone without one, TokenRefused when it is another user's."""
    user = fields.child(fields.child(answer.body, "data"), "user")
    open_id = fields.text(user, "open_id")
    if not open_id:
        raise AccountGone("TikTok tells of no user")
    if expected_id and open_id != expected_id:
        raise TokenRefused("it is another account's")
    return user


def profile_of(user: Json) -> ProfileSeen:
    """The account's own words about itself."""
    bio, name = fields.text(user, "bio_description").strip(), fields.text(user, "display_name")
    return ProfileSeen(bio, name, handle=fields.text(user, "username"))


def parse_page(answer: Answer) -> Page[Entry]:
    """One page of videos. `following` is the cursor, milliseconds since 1970. Raises Malformed when it is none."""
    data = fields.child(answer.body, "data")
    if not isinstance(data.get("videos"), list):
        raise Malformed("an answer without a list")
    more, cursor = fields.flag(data, "has_more"), fields.number(data, "cursor")
    entries = tuple(parse_video(video) for video in fields.children(data, "videos"))
    return Page(entries, str(cursor) if more and cursor is not None else "", answer.not_before)


def parse_video(video: Json) -> Entry:
    """One video as a post, or why it is none. Never raises. TikTok tells of no edits and of no pictures' words."""
    post_id, seconds = fields.identifier(video, "id"), fields.number(video, "create_time")
    at = from_epoch(seconds) if seconds is not None else None
    text = words_of(video)
    if not post_id:
        return Entry("", at, skipped="malformed", shown=False)
    post = Post(
        post_id=post_id,
        url=_address(video),
        kind=PostKind.POST,
        text=text,
        links=links_in(text),
        media=(Media("video"),),
        published_at=at,
    )
    return Entry(post_id, at, post)


def words_of(video: Json) -> str:
    """Title and description, once where they are the same."""
    parts = (fields.text(video, key).strip() for key in ("title", "video_description"))
    return "\n".join(dict.fromkeys(part for part in parts if part))


def _address(video: Json) -> str:
    """The address for sharing without what counts who shared it."""
    address = fields.address(video, "share_url")
    return urlunsplit((*urlsplit(address)[:3], "", "")) if address else ""


def presence(answer: Answer, asked: Iterable[str]) -> Mapping[str, Presence]:
    """What an answer proves of the videos `asked` for: TikTok leaves out those that are not public any more.

    Raises Malformed for an answer without a list.
    """
    data = fields.child(answer.body, "data")
    if not isinstance(data.get("videos"), list):
        raise Malformed("an answer without a list")
    found = {fields.identifier(video, "id") for video in fields.children(data, "videos")}
    return {post_id: Presence.PRESENT if post_id in found else Presence.ABSENT for post_id in asked}
