r"""What LinkedIn's Posts and Organizations APIs mean: posts of a page, "little text", refusals. Pure.

Built from documentation, not run against the live service. Sources: https://learn.microsoft.com/en-us/linkedin/
marketing/community-management/shares/posts-api, .../little-text-format and .../organizations/organization-lookup-api;
https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/rate-limits (days end at midnight UTC).
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from collectors import fields
from collectors.owned_api import next_midnight
from collectors.owned_listing import Entry, Page, links_in
from collectors.times import parse_instant
from domain.errors import AccountGone, Malformed, RateLimited, TokenRefused, WrongContent
from domain.posts import IMAGE, Media, Post, PostKind, Presence, ProfileSeen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from collectors.base import Response
    from collectors.fields import Json
    from collectors.owned_api import Answer
    from domain.errors import CollectError

ORGANIZATION = "urn:li:organization:"

_DAY_ENDS_IN = "UTC"
_TOKEN_CODES = frozenset({"EXPIRED_ACCESS_TOKEN", "REVOKED_ACCESS_TOKEN", "INVALID_ACCESS_TOKEN", "EMPTY_ACCESS_TOKEN"})
_VERSION_CODES = frozenset({"NONEXISTENT_VERSION", "VERSION_MISSING"})
_LITTLE = re.compile(
    r"\{hashtag\|\\?[#\uff03]\|((?:\\.|[^\\{}|]){1,300})\}"
    r"|@\[((?:\\.|[^\\\[\]]){1,300})\]\([^()\s]{1,300}\)"
    r"|\\(.)",
    re.DOTALL,
)
"""A hashtag, a mention, an escaped sign. Bounded, so that hostile text costs no more than linear time."""
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_KINDS = {"image": IMAGE, "video": "video", "document": "document"}


def refusal(response: Response, body: Json) -> CollectError | None:
    """The error that a refusal's `code` names. A day's quota without a time ends at midnight UTC."""
    if response.status == HTTPStatus.OK:
        return None
    code = fields.text(body, "code")
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited("status 429", retry_at=response.not_before or next_midnight(_DAY_ENDS_IN, response))
    if response.status == HTTPStatus.UNAUTHORIZED or code in _TOKEN_CODES:
        return TokenRefused(code if code in _TOKEN_CODES else f"status {response.status}")
    if response.status == HTTPStatus.UPGRADE_REQUIRED or code in _VERSION_CODES:
        return WrongContent("LinkedIn no longer offers the version of its interface that this program asks for")
    return None


def plain(commentary: str) -> str:
    r"""The words that readers of "little text" see: `{hashtag|\#|x}` is #x, `@[Name](urn)` is Name, `\(` is (."""
    return _LITTLE.sub(_written, commentary).strip()


def _written(found: re.Match[str]) -> str:
    hashtag, mention, sign = found.groups()
    if hashtag is not None:
        return f"#{_ESCAPED.sub(_sign, hashtag)}"
    return _ESCAPED.sub(_sign, mention) if mention is not None else sign


def _sign(found: re.Match[str]) -> str:
    return found[1]


def organization_of(answer: Answer, expected_id: str = "") -> Json:
    """The page that was asked for. Raises AccountGone when there is none, Malformed when another one came back."""
    found = fields.children(answer.body, "elements")
    page = found[0] if found else answer.body
    page_id = fields.identifier(page, "id")
    if not page_id.isdecimal():
        raise AccountGone("LinkedIn knows no such page")
    if expected_id and expected_id != f"{ORGANIZATION}{page_id}":
        raise Malformed("another page came back than the one that was asked for")
    return page


def profile_of(page: Json) -> ProfileSeen:
    """The page's own words about itself; the description is told to its administrators only."""
    bio, name = fields.text(page, "localizedDescription").strip(), fields.text(page, "localizedName")
    return ProfileSeen(bio, name, handle=fields.text(page, "vanityName"))


def parse_page(answer: Answer, author: str) -> Page[Entry]:
    """One page of posts; `following` is the next `start`. Raises Malformed for an answer without a list."""
    listed = answer.body.get("elements")
    if not isinstance(listed, list):
        raise Malformed("an answer without a list")
    entries = tuple(parse_post(post, author) for post in fields.children(answer.body, "elements"))
    start = fields.number(fields.child(answer.body, "paging"), "start") or 0
    return Page(entries, str(start + len(listed)) if listed and _goes_on(answer) else "", answer.not_before)


def _goes_on(answer: Answer) -> bool:
    """LinkedIn names the next page in `links`; where it sends none at all, the end is an empty page."""
    paging = fields.child(answer.body, "paging")
    if not isinstance(paging.get("links"), list):
        return True
    return any(fields.text(link, "rel") == "next" for link in fields.children(paging, "links"))


def parse_post(post: Json, author: str) -> Entry:
    """One post of the page, or the reason why it is none. Never raises. `at` is the time of its last change."""
    post_id, at = fields.text(post, "id"), parse_instant(post.get("lastModifiedAt"))
    reason = _reason_to_skip(post, author)
    return Entry(post_id, at, None if reason else _post(post), reason, shown=is_public(post))


def _reason_to_skip(post: Json, author: str) -> str:
    written_by = fields.text(post, "author")
    if not fields.text(post, "id") or not written_by:
        return "malformed"
    if written_by != author:
        return "other-author"
    if not is_public(post):
        return "not-public"
    if fields.child(post, "reshareContext") and not fields.text(post, "commentary").strip():
        return "boost"
    return "" if fields.has_text(post, "commentary") or fields.child(post, "content") else "malformed"


def is_public(post: Json) -> bool:
    """Whether everybody can see the post, without a login too: published, and neither for members nor contacts only."""
    return fields.text(post, "visibility") == "PUBLIC" and fields.text(post, "lifecycleState") == "PUBLISHED"


def _post(post: Json) -> Post:
    post_id, content = fields.text(post, "id"), fields.child(post, "content")
    written = plain(fields.text(post, "commentary"))
    linked = fields.address(fields.child(content, "article"), "source")
    return Post(
        post_id=post_id,
        url=f"https://www.linkedin.com/feed/update/{post_id}/",
        kind=PostKind.POST,
        text="\n".join(part for part in (written, *_content_words(content)) if part),
        links=tuple(dict.fromkeys([*links_in(written), *([linked] if linked else [])])),
        media=tuple(_media(content)),
        published_at=parse_instant(post.get("publishedAt")) or parse_instant(post.get("createdAt")),
        edited_at=_edited_at(post),
    )


def _edited_at(post: Json) -> datetime | None:
    edited = fields.flag(fields.child(post, "lifecycleStateInfo"), "isEditedByAuthor")
    return parse_instant(post.get("lastModifiedAt")) if edited else None


def _content_words(content: Json) -> Iterator[str]:
    """The page's own words beside the text: a medium's title, a poll. A linked article's title is its publisher's."""
    yield fields.text(fields.child(content, "media"), "title").strip()
    poll = fields.child(content, "poll")
    yield fields.text(poll, "question").strip()
    for option in fields.children(poll, "options"):
        yield fields.text(option, "text").strip()


def _media(content: Json) -> Iterator[Media]:
    single = fields.child(content, "media")
    several = fields.children(fields.child(content, "multiImage"), "images")
    cards = (fields.child(card, "media") for card in fields.children(fields.child(content, "carousel"), "cards"))
    for medium in (single, *several, *cards):
        if medium:
            kind = fields.text(medium, "id").removeprefix("urn:li:").partition(":")[0]
            yield Media(_KINDS.get(kind, "unknown"), fields.text(medium, "altText").strip())


def presence(answer: Answer, post_id: str) -> Presence:
    """What the answer about one post proves; one that is no longer public is ABSENT."""
    if answer.status != HTTPStatus.OK:
        return Presence.ABSENT
    if fields.text(answer.body, "id") != post_id:
        return Presence.UNKNOWN
    return Presence.PRESENT if is_public(answer.body) else Presence.ABSENT
